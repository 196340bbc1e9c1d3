// The way of one event: logged, in Kafka, in Elasticsearch, with the time that each step took.
import type { ComponentChildren } from 'preact'
import type { EventAnswer } from '../../../server/api.mts'
import { LineText } from '../text/log-text.tsx'
import { countText, durationText } from '../text/number-text.ts'
import { Time } from '../text/time-text.tsx'

export function PathTab({ answer }: { answer: EventAnswer }) {
  const { path } = answer
  const { place } = path
  return (
    <ol class="path">
      <Stop title="Logged" at={path.timestampAt}>
        {path.instance === undefined ? (
          <dd>by a producer that mints no ids</dd>
        ) : (
          <>
            <dt>instance</dt>
            <dd>{path.instance}</dd>
          </>
        )}
        {path.sequence !== undefined && (
          <>
            <dt>sequence</dt>
            <dd>{countText(path.sequence)}</dd>
          </>
        )}
      </Stop>
      <Stop title="In Kafka" at={path.recordAt} tookMs={path.toKafkaMs}>
        {place === undefined ? (
          <dd>{path.placeMissing ?? 'Its place is not known.'}</dd>
        ) : (
          <>
            <dt>topic</dt>
            <dd>
              <LineText text={place.topic} />
            </dd>
            <dt>offset</dt>
            <dd>{countText(place.offset)}</dd>
          </>
        )}
        {(place?.partition ?? path.partition) !== undefined && (
          <>
            <dt>partition</dt>
            <dd>{place?.partition ?? path.partition}</dd>
          </>
        )}
      </Stop>
      <Stop title="In Elasticsearch" at={path.ingestedAt} tookMs={path.toElasticsearchMs}>
        <dt>data stream</dt>
        <dd>{answer.dataStream}</dd>
        <dt>index</dt>
        <dd>{answer.index}</dd>
        <dt>_id</dt>
        <dd>
          <LineText text={answer.id} />
        </dd>
      </Stop>
    </ol>
  )
}

interface StopProps {
  title: string
  at: number | undefined
  tookMs?: number | undefined
  children: ComponentChildren
}

function Stop({ title, at, tookMs, children }: StopProps) {
  return (
    <li>
      {tookMs !== undefined && (
        <span class="took">
          {durationText(tookMs)}
          {tookMs < 0 && <span class="muted"> (the clocks of the machines differ)</span>}
        </span>
      )}
      <h3>
        {title} {at !== undefined && <Time at={at} form="day" />}
      </h3>
      <dl>{children}</dl>
    </li>
  )
}
