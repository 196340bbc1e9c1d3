// Records as a fetch brings them: places in bytes that they share, and that hold something else once all are let go of.
import type { KafkaRecord } from '@millrace/kafka'
import { FetchedBatch } from '../../../../libs/kafka/src/records/fetched-record.ts'

/** What is left in memory that nobody needs any more. */
const rubble = 0x58

class RubbleBatch extends FetchedBatch {
  #held = 0

  override hold(count: number): void {
    this.#held += count
  }

  override release(count: number): void {
    this.#held -= count
    if (this.#held < 0) throw new Error('records were released more often than there are any')
    if (this.#held === 0) this.bytes.fill(rubble)
  }
}

/** The same records of one partition, side by side in one batch; those with the same headers share them. */
export function fetched(records: readonly KafkaRecord[]): KafkaRecord[] {
  const [first] = records
  if (first === undefined) return []
  const parts = records.flatMap(({ key, value }) => [
    key ?? Buffer.alloc(0),
    value ?? Buffer.alloc(0),
  ])
  const { topic, partition } = first
  const batch = new RubbleBatch({
    topic,
    partition,
    bytes: Buffer.concat(parts),
    baseTimestampMs: first.timestampMs,
    memory: undefined,
  })
  batch.hold(records.length)
  let at = 0
  return records.map(({ offset, headers, timestampMs, key, value }) => {
    const keyEnd = at + (key?.length ?? 0)
    const valueEnd = keyEnd + (value?.length ?? 0)
    const places = {
      keyStart: key === null ? -1 : at,
      keyEnd,
      valueStart: value === null ? -1 : keyEnd,
      valueEnd,
    }
    at = valueEnd
    return batch.record({
      offset,
      headers,
      timestampDeltaMs: timestampMs - first.timestampMs,
      ...places,
    })
  })
}
