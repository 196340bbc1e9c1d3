// One record of the topic, normalized once for all who look on.
import { type ReadDocument, levelRank } from '@millrace/ecs'
import { ledgerKind } from '@millrace/envelope'
import type { RecordNormalizer } from '@millrace/formats'
import type { KafkaRecord } from '@millrace/kafka'
import type { EventRow, Level } from '../api.mts'
import { eventRow, levelOf } from '../rows.mts'

/** An event, or a line that becomes a dead letter: it counts and is shown like any other, with the reason. */
export interface LiveEvent {
  readonly document: ReadDocument
  readonly level: Level | 'none'
  /** Of `logLevels`; info where there is none. */
  readonly rank: number
  /** Made when somebody is shown it. */
  row(): EventRow
}

export interface ReadRecord {
  events: readonly LiveEvent[]
  isLedger: boolean
}

/** As the indexer reads it. Never throws. */
export function readLive(
  record: KafkaRecord,
  receivedAtMs: number,
  normalizer: RecordNormalizer,
): ReadRecord {
  const { events, rejections, kind } = normalizer.normalize(record, receivedAtMs)
  if (kind !== undefined) return { events: [], isLedger: kind === ledgerKind }
  const { topic, partition, offset } = record
  const place = { topic, partition, offset }
  const read = events.map(({ id, document }): LiveEvent => {
    const members = document as ReadDocument
    return {
      document: members,
      level: levelOf(members) ?? 'none',
      rank: levelRank(members),
      row: () => ({ ...eventRow(id, members), place }),
    }
  })
  for (const { code, reason } of rejections) {
    read.push(rejectedEvent(record, receivedAtMs, { code, reason }))
  }
  return { events: read, isLedger: false }
}

const lineCharactersMax = 2_000

function rejectedEvent(
  { key, value, topic, partition, offset, timestampMs }: KafkaRecord,
  receivedAtMs: number,
  rejected: { code: string; reason: string },
): LiveEvent {
  const message = value === null ? '' : textOf(value.subarray(0, lineCharactersMax))
  const at = timestampMs > 0 && timestampMs <= 8.64e15 ? timestampMs : receivedAtMs
  const document = { '@timestamp': new Date(at).toISOString(), message }
  const id = key === null ? `${topic}-${partition}-${offset}` : textOf(key.subarray(0, 256))
  const place = { topic, partition, offset }
  return {
    document,
    level: 'none',
    rank: levelRank(document),
    row: () => ({ ...eventRow(id, document), place, rejected }),
  }
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
}
