// One event beside the list: its document, its trace, its way, and how its line was read.
import { useEffect, useRef } from 'preact/hooks'
import type { EventAnswer, EventRow } from '../../../server/api.mts'
import { CallError, messageOf, withQuery } from '../api/call.ts'
import { type Loaded, useAnswer } from '../api/use-answer.ts'
import { after } from '../clock.ts'
import { Icon } from '../shell/icon.tsx'
import { useKeys } from '../shell/keyboard.ts'
import { Notice } from '../shell/notice.tsx'
import { changeParameters, useRoute } from '../shell/route.ts'
import { LineText } from '../text/log-text.tsx'
import { Time } from '../text/time-text.tsx'
import { DocumentTab } from './document-tab.tsx'
import { ExplainTab } from './explain-tab.tsx'
import { PathTab } from './path-tab.tsx'
import { TraceTab } from './trace-tab.tsx'

const tabs = { document: 'Document', trace: 'Trace', path: 'Path', explain: 'Explain' } as const
type Tab = keyof typeof tabs
const tabNames = Object.keys(tabs) as Tab[]

interface EventPanelProps {
  id: string
  /** The row that was opened, where it is known: its place makes the calls quick. */
  row: EventRow | undefined
  onClose: () => void
  /** Narrows the search by a field of the document; absent where there is no search. */
  onFilter?: (filter: string) => void
}

const retryMs = 2000

export function EventPanel({ id, row: anyRow, onClose, onFilter }: EventPanelProps) {
  const row = anyRow?.id === id ? anyRow : undefined
  const wanted = useRoute().parameters.get('tab')
  const tab = tabNames.find((each) => each === wanted) ?? 'document'
  const path = `/api/events/${encodeURIComponent(id)}`
  const event = useAnswer<EventAnswer>(withQuery(path, { index: row?.index }), { isFresh: true })
  const isMissing = event.error instanceof CallError && event.error.code === 'not-found'
  const panel = useRef<HTMLElement>(null)

  useEffect(
    () => (isMissing ? after(retryMs, event.reload) : undefined),
    [isMissing, event.isLoading],
  )
  useEffect(() => panel.current?.focus({ preventScroll: true }), [])
  const turn = (step: number): void => {
    const next = tabNames[(tabNames.indexOf(tab) + step + tabNames.length) % tabNames.length]
    changeParameters({ tab: next }, true)
  }
  useKeys({ Escape: onClose, ']': () => turn(1), '[': () => turn(-1) })

  return (
    <aside ref={panel} class="panel" aria-label="Event" tabIndex={-1}>
      <PanelHead event={event} row={row} onClose={onClose} />
      <div class="tabs" role="tablist" aria-label="About this event">
        {tabNames.map((name) => (
          <button
            key={name}
            type="button"
            role="tab"
            id={`tab-${name}`}
            aria-selected={name === tab}
            aria-controls="tab-panel"
            tabIndex={name === tab ? 0 : -1}
            onClick={() => changeParameters({ tab: name }, true)}
            onKeyDown={({ key }) => {
              const step = { ArrowRight: 1, ArrowLeft: -1 }[key]
              if (step === undefined) return
              turn(step)
            }}
          >
            {tabs[name]}
          </button>
        ))}
      </div>
      <div
        class="tab-panel"
        role="tabpanel"
        id="tab-panel"
        aria-labelledby={`tab-${tab}`}
        tabIndex={0}
      >
        {tab === 'explain' ? (
          <ExplainTab id={id} row={row} index={event.answer?.index} />
        ) : (
          <OfDocument event={event} isMissing={isMissing} tab={tab} id={id} onFilter={onFilter} />
        )}
      </div>
    </aside>
  )
}

interface OfDocumentProps {
  event: Loaded<EventAnswer>
  isMissing: boolean
  tab: Exclude<Tab, 'explain'>
  id: string
  onFilter: ((filter: string) => void) | undefined
}

function OfDocument({ event: { answer, error }, isMissing, tab, id, onFilter }: OfDocumentProps) {
  if (isMissing) {
    return (
      <Notice
        kind="wait"
        title="Not in Elasticsearch yet"
        text="The indexers have not got to this event; it is asked for again. Explain shows already what it becomes. If it stays away, see Delivery and Dead letters."
      />
    )
  }
  if (error !== undefined && answer === undefined) {
    return <Notice kind="error" title="This event could not be read" text={messageOf(error)} />
  }
  if (answer === undefined) return <p class="loading">Reading the event…</p>
  if (tab === 'trace') return <TraceTab answer={answer} id={id} />
  if (tab === 'path') return <PathTab answer={answer} />
  return <DocumentTab answer={answer} onFilter={onFilter} />
}

interface PanelHeadProps {
  event: Loaded<EventAnswer>
  row: EventRow | undefined
  onClose: () => void
}

function PanelHead({ event: { answer }, row, onClose }: PanelHeadProps) {
  const document = answer?.document
  const timestamp = row?.timestamp ?? textOf(document?.['@timestamp'])
  const level = row?.level ?? textOf(memberOf(document, 'log', 'level'))
  const service = row?.service ?? textOf(memberOf(document, 'service', 'name'))
  return (
    <header class="panel-head">
      <h2>
        {level !== undefined && <span class={`level-tag ${level}`}>{level}</span>}
        {service !== undefined && <LineText text={service} />}
        {timestamp !== undefined && <Time at={timestamp} form="day" />}
      </h2>
      {answer?.kibanaUrl !== undefined && (
        <a class="button" href={answer.kibanaUrl} target="_blank" rel="noreferrer">
          <Icon name="out" /> Kibana
        </a>
      )}
      <button
        type="button"
        class="icon"
        aria-label="Close the event"
        title="Escape"
        onClick={onClose}
      >
        <Icon name="close" />
      </button>
    </header>
  )
}

function memberOf(
  document: Record<string, unknown> | undefined,
  name: string,
  member: string,
): unknown {
  const value = document?.[name]
  return typeof value === 'object' && value !== null
    ? (value as Record<string, unknown>)[member]
    : undefined
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
