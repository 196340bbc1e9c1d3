// Delivery: is everything arriving? The audit, the lag, the workers, the delays and what Elasticsearch refuses.
import type { ComponentChildren } from 'preact'
import type { DeliveryAnswer, Part } from '../../../server/api.mts'
import { messageOf } from '../api/call.ts'
import { useAnswer } from '../api/use-answer.ts'
import { Notice } from '../shell/notice.tsx'
import { durationText } from '../text/number-text.ts'
import { Time } from '../text/time-text.tsx'
import { AuditCards, AuditTables } from './audit.tsx'
import { Delays } from './delays.tsx'
import { Indexing } from './indexing.tsx'
import { Lag } from './lag.tsx'
import { Workers } from './workers.tsx'

const pollMs = 5000

export function DeliveryView() {
  const { answer, error } = useAnswer<DeliveryAnswer>('/api/delivery', { everyMs: pollMs })
  if (answer === undefined) {
    if (error === undefined) return <p class="loading">Reading Kafka and Elasticsearch…</p>
    return <Notice kind="error" title="Delivery could not be read" text={messageOf(error)} />
  }
  const { audit, lag, workers, delays, indexing } = answer
  return (
    <div class="cards">
      {error !== undefined && (
        <p class="trouble wide" role="alert">
          {messageOf(error)} The figures are the last ones.
        </p>
      )}
      <Card title="Audit: every line by its id" part={audit} className="wide audit">
        {(value) => <AuditCards audit={value} />}
      </Card>
      <Card title={`Lag of ${answer.group}`} part={lag} className="half">
        {(value) => <Lag lag={value} members={workers.value?.members ?? []} />}
      </Card>
      <div class="half stack">
        <Card title="Delay" part={delays} className="delay">
          {(value) => <Delays delays={value} />}
        </Card>
        <Card title="Workers" part={workers}>
          {(value) => <Workers workers={value} indexers={indexing.value?.indexers ?? []} />}
        </Card>
        <Card title="What Elasticsearch answered" part={indexing}>
          {(value) => <Indexing indexing={value} />}
        </Card>
      </div>
      {audit.value !== undefined && <AuditTables audit={audit.value} />}
    </div>
  )
}

interface CardProps<Value> {
  title: string
  part: Part<Value>
  className?: string
  children: (value: Value) => ComponentChildren
}

/** A part with how old it is, and why it could not be renewed. */
function Card<Value>({ title, part, className = '', children }: CardProps<Value>) {
  return (
    <section class={`card ${className}`}>
      <header>
        <h2>{title}</h2>
        <Freshness part={part} />
      </header>
      {part.trouble !== undefined && <p class="trouble">{part.trouble}</p>}
      {part.value !== undefined && children(part.value)}
      {part.value === undefined && part.trouble === undefined && (
        <p class="loading">{part.step ?? 'Being read…'}</p>
      )}
    </section>
  )
}

function Freshness({ part }: { part: Part<unknown> }) {
  return (
    <span class="muted freshness">
      {part.isComputing && part.value !== undefined && (
        <span class="busy">{part.step ?? 'reading'} · </span>
      )}
      {part.computedAt !== undefined && (
        <>
          as of <Time at={part.computedAt} />
        </>
      )}
      {part.tookMs !== undefined && part.tookMs >= 1000 && `, took ${durationText(part.tookMs)}`}
    </span>
  )
}
