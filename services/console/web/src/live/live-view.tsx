// Live: events of all services as they arrive in the topic.
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { EventRow } from '../../../server/api.mts'
import { after } from '../clock.ts'
import { EventPanel } from '../document/event-panel.tsx'
import { EventRows } from '../rows/event-rows.tsx'
import { useFacts } from '../shell/facts.ts'
import { FilterInput } from '../shell/filter-input.tsx'
import { Icon } from '../shell/icon.tsx'
import { useKeys } from '../shell/keyboard.ts'
import { Notice } from '../shell/notice.tsx'
import { changeParameters, useRoute } from '../shell/route.ts'
import { levelOf, levelsDown } from '../text/levels.ts'
import { countText } from '../text/number-text.ts'
import { emptySnapshot, type LiveFilter, type LiveSnapshot, LiveStream } from './live-stream.ts'
import { RateStrip } from './rate-strip.tsx'
import { ServiceMenu } from './service-menu.tsx'
import { StreamState } from './stream-state.tsx'

const typingPauseMs = 350

export function LiveView() {
  const { parameters } = useRoute()
  const filter = useMemo(() => filterOf(parameters), [filterText(parameters)])
  const [snapshot, stream] = useLiveStream(filter)
  const [selected, setSelected] = useState<EventRow>()
  const opened = parameters.get('event') ?? undefined
  const isFiltered = filterText(parameters) !== ''

  const setPaused = (isPaused: boolean): void => stream.current?.setPaused(isPaused)
  const open = (row: EventRow): void => {
    setPaused(true)
    changeParameters({ event: row.id })
  }
  useKeys({ ' ': () => setPaused(!snapshot.isPaused), p: () => setPaused(!snapshot.isPaused) })

  return (
    <>
      <LiveBar filter={filter} snapshot={snapshot} setPaused={setPaused} />
      <div class={`split ${opened === undefined ? '' : 'open'}`}>
        <div class="split-list">
          {snapshot.rows.length === 0 && <NoRows snapshot={snapshot} isFiltered={isFiltered} />}
          <EventRows
            label="Events, newest last"
            rows={snapshot.rows}
            selected={selected?.id ?? opened}
            onSelect={(row) => {
              setSelected(row)
              setPaused(true)
            }}
            onOpen={open}
            timeForm="clock"
            isFollowing={!snapshot.isPaused}
            onScrolledAway={() => setPaused(true)}
          />
          {snapshot.isPaused && (
            <button type="button" class="resume primary" onClick={() => setPaused(false)}>
              <Icon name="play" />
              Resume
              {snapshot.meanwhile > 0 && ` · ${countText(snapshot.meanwhile)} came meanwhile`}
            </button>
          )}
        </div>
        {opened !== undefined && (
          <EventPanel
            id={opened}
            row={snapshot.rows.find(({ id }) => id === opened) ?? selected}
            onClose={() => changeParameters({ event: undefined, tab: undefined })}
          />
        )}
      </div>
    </>
  )
}

interface LiveBarProps {
  filter: LiveFilter
  snapshot: LiveSnapshot
  setPaused: (isPaused: boolean) => void
}

function LiveBar({ filter, snapshot, setPaused }: LiveBarProps) {
  const { isPaused, shownOneOf } = snapshot
  return (
    <div class="bar" role="search" aria-label="Filter the live events">
      <TextFilter text={filter.text} />
      <ServiceMenu
        services={snapshot.services}
        chosen={filter.services}
        onChange={(services) => changeParameters({ service: servicesText(services) }, true)}
      />
      <select
        aria-label="Lowest level"
        value={filter.level ?? ''}
        onChange={({ currentTarget }) => changeParameters({ level: currentTarget.value }, true)}
      >
        <option value="">All levels</option>
        {levelsDown
          .filter((level) => level !== 'none')
          .map((level) => (
            <option key={level} value={level}>
              {level === 'fatal' ? 'fatal' : `${level} and worse`}
            </option>
          ))}
      </select>
      <button
        type="button"
        class="pause"
        aria-pressed={isPaused}
        title="Space"
        onClick={() => setPaused(!isPaused)}
      >
        <Icon name={isPaused ? 'play' : 'pause'} />
        {isPaused ? 'Resume' : 'Pause'}
      </button>
      <span class="spring" />
      <span class="sampled" role="status">
        {shownOneOf >= 1.05 &&
          `Showing 1 of ${shownOneOf < 10 ? shownOneOf.toFixed(1) : countText(shownOneOf)}`}
      </span>
      <RateStrip seconds={snapshot.seconds} />
      <StreamState snapshot={snapshot} />
    </div>
  )
}

/** What is typed goes into the address when the typing pauses. */
function TextFilter({ text }: { text: string }) {
  const [typed, setTyped] = useState(text)
  useEffect(() => setTyped(text), [text])
  useEffect(() => {
    if (typed !== text) return after(typingPauseMs, () => changeParameters({ text: typed }, true))
    return undefined
  }, [typed, text])
  return (
    <FilterInput
      label="Text in the event"
      placeholder="Text in message, error, trace id…"
      value={typed}
      onInput={setTyped}
      maxLength={200}
    />
  )
}

function NoRows({ snapshot, isFiltered }: { snapshot: LiveSnapshot; isFiltered: boolean }) {
  const facts = useFacts()
  if (snapshot.state !== 'live') return null
  return (
    <Notice
      kind="empty"
      title={isFiltered ? 'Nothing matches yet' : 'Waiting for the next event'}
      text={
        isFiltered
          ? 'Events that match appear here as they arrive; a wider filter shows more.'
          : `Nothing has arrived in the topic ${facts?.topic ?? ''} since this page looks. Older events are in Search.`
      }
    />
  )
}

function useLiveStream(filter: LiveFilter) {
  const [snapshot, setSnapshot] = useState<LiveSnapshot>(emptySnapshot)
  const stream = useRef<LiveStream | undefined>(undefined)
  const services = useRef<readonly string[]>([])
  services.current = snapshot.services
  useEffect(() => {
    const opened = new LiveStream(filter, services.current, setSnapshot)
    stream.current = opened
    setSnapshot({ ...emptySnapshot, services: services.current })
    return () => opened.close()
  }, [filter])
  return [snapshot, stream] as const
}

/** The parameters that make another stream. */
function filterText(parameters: URLSearchParams): string {
  return ['service', 'level', 'text']
    .map((name) => parameters.get(name) ?? '')
    .join('\n')
    .trim()
}

function filterOf(parameters: URLSearchParams): LiveFilter {
  const services = (parameters.get('service') ?? '').split(',').filter((each) => each !== '')
  return {
    services: services.map(decodeURIComponent),
    level: levelOf(parameters.get('level')),
    text: parameters.get('text') ?? '',
  }
}

function servicesText(services: readonly string[]): string {
  return services.map(encodeURIComponent).join(',')
}
