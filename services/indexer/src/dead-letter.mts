// Dead letter: a rejected record goes to the dead-letter topic, with its reason and its bytes, before it is terminal.
import {
  type DeadLetterAttempt,
  type DeadLetterFacts,
  deadLetterHeader,
  deadLetterHistoryMax,
  deadLetterKeyHeader,
  decodeDeadLetterFacts,
  encodeDeadLetterFacts,
  hashSource,
  headerName,
  isEventId,
  offsetEventId,
  recordIdOf,
  replayedRecordId,
} from '@millrace/envelope'
import type { ErrorCode } from '@millrace/foundation'
import type { KafkaRecord, OutgoingRecord } from '@millrace/kafka'
import type { ItemCause } from './bulk-response.mts'

/** Why an event was parked. */
export interface DeadLetterCause {
  code: ErrorCode
  reason: string
  /** What Elasticsearch said of the item. */
  bulk?: { status: number; type: string; reason: string }
}

export function causeOfRejectedItem(cause: ItemCause): DeadLetterCause {
  const { code, status, type, reason } = cause
  return {
    code,
    reason: `Elasticsearch answered ${status} ${type}`.trimEnd(),
    bulk: { status, type, reason },
  }
}

const fieldPattern = /\bfield (?:name )?\[([^\]]{1,256})\]/

/** Equal for dead letters that need the same remedy: the code, Elasticsearch's error type, the field. */
export function causeGroup(cause: DeadLetterCause): string {
  const field = cause.bulk === undefined ? undefined : fieldPattern.exec(cause.bulk.reason)?.[1]
  return [cause.code, cause.bulk?.type, field]
    .filter((part) => part !== undefined && part !== '')
    .join(' ')
}

/**
 * The identity of a record that yielded no event: its key where a Millrace instance minted one, else the id
 * that it had before a replay, else one made of its place.
 */
export function identifyRecord(record: KafkaRecord, clusterId: string): string {
  if (record.key !== null && record.headers[headerName] !== undefined) {
    const key = Buffer.from(record.key).toString('latin1')
    if (isEventId(key)) return key
  }
  return (
    replayedRecordId(record.headers) ??
    offsetEventId(hashSource(clusterId, record.topic), record.partition, record.offset)
  )
}

/**
 * What the header says. A record that was replayed and fails again brings its earlier causes along; where it
 * holds several events, they are those of the record.
 */
export function describeDeadLetter(
  record: KafkaRecord,
  details: { eventId: string; cause: DeadLetterCause; deadLetteredAtMs: number },
): DeadLetterFacts {
  const { cause, eventId, deadLetteredAtMs } = details
  const header = record.headers[deadLetterHeader]
  const earlier = header === undefined ? undefined : decodeDeadLetterFacts(header)
  return {
    code: cause.code,
    reason: cause.reason,
    group: causeGroup(cause),
    deadLetteredAt: deadLetteredAtMs,
    ...(cause.bulk !== undefined && {
      status: cause.bulk.status,
      type: cause.bulk.type,
      bulkReason: cause.bulk.reason,
    }),
    eventId,
    topic: record.topic,
    partition: record.partition,
    offset: record.offset,
    timestamp: record.timestampMs,
    attempts: (earlier?.attempts ?? 0) + 1,
    history: earlier === undefined ? [] : historyWith(earlier),
  }
}

function historyWith(earlier: DeadLetterFacts): DeadLetterAttempt[] {
  const { code, reason, group, deadLetteredAt, status, type, bulkReason } = earlier
  const last: DeadLetterAttempt = {
    code,
    reason,
    group,
    deadLetteredAt,
    ...(status !== undefined && { status }),
    ...(type !== undefined && { type }),
    ...(bulkReason !== undefined && { bulkReason }),
  }
  return [...earlier.history, last].slice(-deadLetterHistoryMax)
}

/**
 * The dead letter as it is written: key = event id, value = the original bytes, the original headers, one
 * more that says why, where from and when, and one that keeps the key where that was another.
 */
export function buildDeadLetter(record: KafkaRecord, facts: DeadLetterFacts): OutgoingRecord {
  const headers: Record<string, Uint8Array | string> = {}
  for (const name in record.headers) headers[name] = record.headers[name] ?? ''
  headers[deadLetterHeader] = encodeDeadLetterFacts(facts)
  const { key } = record
  if (key !== null && !Buffer.from(recordIdOf(facts.eventId)).equals(key)) {
    headers[deadLetterKeyHeader] = key
  }
  return { key: facts.eventId, value: record.value, headers, timestampMs: facts.deadLetteredAt }
}
