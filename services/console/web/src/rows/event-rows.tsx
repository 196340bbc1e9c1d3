// A list of events, one line each: drawn in part, walked with j and k, opened with Enter.
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import type { EventRow } from '../../../server/api.mts'
import { useKeys } from '../shell/keyboard.ts'
import { LineText } from '../text/log-text.tsx'
import { Time } from '../text/time-text.tsx'
import { useIsPhone } from './use-media.ts'
import { useVirtualRows } from './use-virtual-rows.ts'

interface EventRowsProps {
  rows: readonly EventRow[]
  label: string
  /** The row that j and k move; an `id`. */
  selected: string | undefined
  onSelect: (row: EventRow) => void
  onOpen: (row: EventRow) => void
  timeForm: 'clock' | 'day'
  /** Keeps the newest row, the last one, in sight. */
  isFollowing?: boolean
  /** The reader scrolled away from the last row. */
  onScrolledAway?: () => void
  /** The last row has come into sight. */
  onEnd?: () => void
}

const rowHeightPx = 26
const phoneRowHeightPx = 48

export function EventRows(props: EventRowsProps) {
  const { rows, selected, isFollowing = false, onSelect, onOpen, onEnd } = props
  const scroller = useRef<HTMLDivElement>(null)
  const height = useIsPhone() ? phoneRowHeightPx : rowHeightPx
  const virtual = useVirtualRows(scroller, rows.length, height)
  const selectedIndex = rows.findIndex(({ id }) => id === selected)

  const move = (step: number): void => {
    const from =
      selectedIndex === -1 ? firstInSight(scroller.current, height) - step : selectedIndex
    const next = Math.min(rows.length - 1, Math.max(0, from + step))
    const row = rows[next]
    if (row === undefined) return
    onSelect(row)
    virtual.scrollTo(next)
  }
  useKeys({
    j: () => move(1),
    k: () => move(-1),
    Enter: () => {
      const row = rows[selectedIndex]
      if (row !== undefined) onOpen(row)
    },
  })
  useLayoutEffect(() => {
    const element = scroller.current
    if (isFollowing && element !== null) element.scrollTop = element.scrollHeight
  }, [rows, isFollowing, height])
  const lastDrawn = virtual.items.at(-1)?.index
  useEffect(() => {
    if (rows.length > 0 && lastDrawn === rows.length - 1) onEnd?.()
  }, [lastDrawn, rows.length])

  return (
    <div
      ref={scroller}
      class="rows"
      role="listbox"
      aria-label={props.label}
      aria-activedescendant={selectedIndex === -1 ? undefined : `row-${selectedIndex}`}
      tabIndex={0}
      onScroll={useScrolledAway(isFollowing, props.onScrolledAway)}
    >
      <div class="rows-all" style={{ height: `${virtual.height}px` }}>
        {virtual.items.map(({ index, start }) => {
          const row = rows[index]
          if (row === undefined) return null
          return (
            <div
              key={index}
              id={`row-${index}`}
              role="option"
              aria-selected={index === selectedIndex}
              aria-setsize={rows.length}
              aria-posinset={index + 1}
              class={`row ${row.level ?? 'none'}`}
              style={{ transform: `translateY(${start}px)`, height: `${height}px` }}
              onClick={() => {
                onSelect(row)
                onOpen(row)
              }}
            >
              <EventCells row={row} timeForm={props.timeForm} />
            </div>
          )
        })}
      </div>
    </div>
  )
}

function EventCells({ row, timeForm }: { row: EventRow; timeForm: 'clock' | 'day' }) {
  return (
    <>
      <span class={`at ${timeForm}`}>
        <Time at={row.timestamp} form={timeForm} />
      </span>
      <span class="level">{row.level ?? '–'}</span>
      <span class="service">
        <LineText text={row.service ?? row.dataset ?? '–'} />
      </span>
      <span class="message">
        {row.rejected !== undefined && <span class="tag error">rejected</span>}
        {row.errorType !== undefined && (
          <span class="error-type">
            <LineText text={row.errorType} />
          </span>
        )}
        <LineText text={row.message} />
        {row.detail !== undefined && (
          <span class="detail">
            <LineText text={row.detail} />
          </span>
        )}
      </span>
    </>
  )
}

/** Tells when the reader scrolls up; the page itself only ever scrolls to the end. */
function useScrolledAway(isFollowing: boolean, onScrolledAway: (() => void) | undefined) {
  const lastTop = useRef(0)
  return (event: Event): void => {
    const element = event.currentTarget as HTMLElement
    const toEnd = element.scrollHeight - element.clientHeight - element.scrollTop
    const movedUp = element.scrollTop < lastTop.current - 2
    lastTop.current = element.scrollTop
    if (isFollowing && movedUp && toEnd > phoneRowHeightPx) onScrolledAway?.()
  }
}

function firstInSight(element: HTMLElement | null, height: number): number {
  return element === null ? 0 : Math.ceil(element.scrollTop / height)
}
