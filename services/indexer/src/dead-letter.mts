// Dead letter: a rejected record goes to the dead-letter topic, with its reason and its bytes, before it is terminal.
import { hashSource, headerName, isEventId, offsetEventId } from '@millrace/envelope'
import type { ErrorCode } from '@millrace/foundation'
import type { KafkaRecord, OutgoingRecord } from '@millrace/kafka'
import type { ItemCause } from './bulk-response.mts'

export const deadLetterHeader = 'millrace-dead-letter'

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

/** The identity of a record that yielded no event: its key where a Millrace instance minted one, else its offset. */
export function identifyRecord(record: KafkaRecord, clusterId: string): string {
  if (record.key !== null && record.headers[headerName] !== undefined) {
    const key = Buffer.from(record.key).toString('latin1')
    if (isEventId(key)) return key
  }
  return offsetEventId(hashSource(clusterId, record.topic), record.partition, record.offset)
}

/**
 * The dead letter as it is written: key = event id, value = the original bytes, the original headers
 * and one more that says why, where from and when.
 */
export function buildDeadLetter(
  record: KafkaRecord,
  details: { eventId: string; cause: DeadLetterCause; deadLetteredAtMs: number },
): OutgoingRecord {
  const { cause } = details
  const headers: Record<string, Uint8Array | string> = {}
  for (const name in record.headers) headers[name] = record.headers[name] ?? ''
  headers[deadLetterHeader] = JSON.stringify({
    v: 1,
    code: cause.code,
    reason: cause.reason,
    group: causeGroup(cause),
    topic: record.topic,
    partition: record.partition,
    offset: record.offset,
    timestamp: record.timestampMs,
    deadLetteredAt: details.deadLetteredAtMs,
    eventId: details.eventId,
    ...(cause.bulk !== undefined && {
      status: cause.bulk.status,
      type: cause.bulk.type,
      bulkReason: cause.bulk.reason,
    }),
  })
  return {
    key: details.eventId,
    value: record.value,
    headers,
    timestampMs: details.deadLetteredAtMs,
  }
}
