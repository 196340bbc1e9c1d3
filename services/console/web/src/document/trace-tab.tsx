// Every line of the trace that this event belongs to, of all services, in order, against time.
import type { EventAnswer, TraceAnswer, TraceRow } from '../../../server/api.mts'
import { messageOf, withQuery } from '../api/call.ts'
import { useAnswer } from '../api/use-answer.ts'
import { Notice } from '../shell/notice.tsx'
import { changeParameters } from '../shell/route.ts'
import { LineText } from '../text/log-text.tsx'
import { countText, durationText } from '../text/number-text.ts'

export function TraceTab({ answer: event, id }: { answer: EventAnswer; id: string }) {
  const { traceId } = event
  const around = event.document['@timestamp']
  const { answer, error } = useAnswer<TraceAnswer>(
    traceId === undefined
      ? undefined
      : withQuery(`/api/traces/${encodeURIComponent(traceId)}`, { around: String(around) }),
    { isFresh: true },
  )
  if (traceId === undefined) {
    return (
      <Notice
        kind="empty"
        title="This event belongs to no trace"
        text="It has no trace.id. Services that log trace ids, or produce with a traceparent header, are shown together here."
      />
    )
  }
  if (error !== undefined) {
    return <Notice kind="error" title="The trace could not be read" text={messageOf(error)} />
  }
  if (answer === undefined) return <p class="loading">Reading the trace…</p>
  const lastMs = Math.max(answer.rows.at(-1)?.sinceStartMs ?? 0, 0.001)
  return (
    <>
      <p class="sum">
        {countText(answer.rows.length)}
        {answer.isCut ? ' (the first ones)' : ''} events of {answer.services.length} services in{' '}
        {durationText(lastMs)}
        <code class="muted">
          <LineText text={traceId} />
        </code>
      </p>
      <ol class="trace">
        {answer.rows.map((row) => (
          <Step
            key={row.id}
            row={row}
            lastMs={lastMs}
            isCurrent={row.id === id}
            services={answer.services}
          />
        ))}
      </ol>
    </>
  )
}

interface StepProps {
  row: TraceRow
  lastMs: number
  isCurrent: boolean
  services: readonly string[]
}

const huesMax = 6

function Step({ row, lastMs, isCurrent, services }: StepProps) {
  const hue = services.indexOf(row.service ?? '') % huesMax
  return (
    <li class={`${row.level ?? 'none'} ${isCurrent ? 'current' : ''}`}>
      <button
        type="button"
        aria-current={isCurrent ? 'true' : undefined}
        onClick={() => changeParameters({ event: row.id })}
      >
        <span class="since">+{durationText(row.sinceStartMs)}</span>
        <span class={`hue hue-${hue}`}>
          <LineText text={row.service ?? '–'} />
        </span>
        <span class="level">{row.level ?? '–'}</span>
        <span class="message">
          <LineText text={row.message} />
          {row.detail !== undefined && (
            <span class="detail">
              <LineText text={row.detail} />
            </span>
          )}
        </span>
        <span class="track" aria-hidden="true">
          <i class={`hue-${hue}`} style={{ left: `${(row.sinceStartMs / lastMs) * 100}%` }} />
        </span>
      </button>
    </li>
  )
}
