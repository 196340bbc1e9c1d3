// A dead letter becomes the record that it was: the same bytes, headers, key and time, and the mark of being sent again.
import {
  type DeadLetterFacts,
  deadLetterHeader,
  deadLetterKeyHeader,
  decodeSourceFacts,
  encodeDeadLetterFacts,
  headerName,
  isEventId,
  recordIdOf,
} from '@millrace/envelope'
import type { KafkaRecord, OutgoingRecord } from '@millrace/kafka'

interface RecordOptions {
  /** In place of the format that the record names, or that its line is recognized by. */
  format?: string
  /** Leaves earlier causes out of the header: the record must become smaller to fit into its topic. */
  withoutHistory?: boolean
}

/**
 * The record as its sender wrote it, and:
 * - the dead letter's header stays: a second failure carries it on, and a record without a key of ours is
 *   known by the id in it;
 * - the `millrace` header says `resent`, where there is one. A record of another producer gets none, for it
 *   would be read by other rules then; the dead letter's header says the same of it.
 */
export function replayRecord(
  letter: KafkaRecord,
  facts: DeadLetterFacts,
  { format, withoutHistory = false }: RecordOptions = {},
): OutgoingRecord {
  const key = originalKey(letter, facts)
  const headers: Record<string, Uint8Array | string> = {}
  for (const name in letter.headers) {
    if (name !== deadLetterKeyHeader) headers[name] = letter.headers[name] ?? ''
  }
  if (withoutHistory) headers[deadLetterHeader] = encodeDeadLetterFacts({ ...facts, history: [] })
  const header = letter.headers[headerName]
  if (header !== undefined) {
    const isReadable = decodeSourceFacts(header) !== undefined
    const isOurs = key !== null && isEventId(Buffer.from(key).toString('latin1'))
    if (isReadable) headers[headerName] = resentHeader(header, format)
    else if (format !== undefined && isOurs) {
      headers[headerName] = JSON.stringify({ v: 1, format, resent: true })
    } else if (format !== undefined) {
      // What can't be read says nothing: the line is taken as any other producer's.
      delete headers[headerName]
      headers['format'] = format
    }
  } else if (format !== undefined) headers['format'] = format
  return {
    key,
    value: letter.value,
    headers,
    ...(facts.timestamp > 0 && { timestampMs: facts.timestamp }),
  }
}

/** The record as the indexer read it, for showing what it becomes. */
export function originalRecord(letter: KafkaRecord, facts: DeadLetterFacts): KafkaRecord {
  const { [deadLetterKeyHeader]: _key, ...headers } = letter.headers
  const key = originalKey(letter, facts)
  const { topic, partition, offset, timestamp: timestampMs } = facts
  const { value } = letter
  return { topic, partition, offset, timestampMs, key, value, headers }
}

function originalKey(letter: KafkaRecord, { eventId }: DeadLetterFacts): Uint8Array | null {
  const kept = letter.headers[deadLetterKeyHeader]
  if (kept !== undefined) return kept
  // The id of a place was never a key.
  return /^k[0-9a-f]{12}-/.test(eventId) ? null : Buffer.from(recordIdOf(eventId))
}

/** Every member stays, known or not. */
function resentHeader(header: Uint8Array, format: string | undefined): string {
  const members = JSON.parse(Buffer.from(header).toString()) as Record<string, unknown>
  return JSON.stringify({ ...members, ...(format !== undefined && { format }), resent: true })
}
