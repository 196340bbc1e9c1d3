// The dead letter's own header: why a record was parked, where it came from, and what happened to it before.
import { isObject } from '@millrace/foundation'
import { jsonMembers } from './json-members.ts'
import type { RecordHeaders } from './source-facts.ts'

/** Header beside the original ones on every record of the dead-letter topic, and on a record that is replayed from there. */
export const deadLetterHeader = 'millrace-dead-letter'
/** Beside it in the dead-letter topic only: the key that the record had, where that is not its event id. */
export const deadLetterKeyHeader = 'millrace-dead-letter-key'
/** Where the indexer keeps a readable document of each dead letter. */
export const deadLetterDataStream = 'logs-millrace.dead_letter-default'
/** Most earlier causes that are kept with a dead letter that fails again; the oldest go first. */
export const deadLetterHistoryMax = 10

/** Why a record failed, once. */
export interface DeadLetterAttempt {
  /** One of the codes of docs/errors.md. */
  code: string
  /** One line for a person. */
  reason: string
  /** Equal for dead letters that need the same remedy. */
  group: string
  /** Epoch ms. */
  deadLetteredAt: number
  /** HTTP status, `error.type` and reason of the bulk item, where Elasticsearch refused it. */
  status?: number
  type?: string
  bulkReason?: string
}

export interface DeadLetterFacts extends DeadLetterAttempt {
  /** The `_id` that the event has, or would have. */
  eventId: string
  /** Where the record was read. */
  topic: string
  partition: number
  offset: number
  /** The record's own time, epoch ms. */
  timestamp: number
  /** 1 for the first time, one more after each replay that failed. */
  attempts: number
  /** Earlier attempts, oldest first. */
  history: readonly DeadLetterAttempt[]
}

export function encodeDeadLetterFacts(facts: DeadLetterFacts): string {
  return JSON.stringify({ v: 1, ...facts, history: facts.history.slice(-deadLetterHistoryMax) })
}

/** Reads the header; unknown members are ignored. Undefined when it is none of ours. */
export function decodeDeadLetterFacts(bytes: Uint8Array): DeadLetterFacts | undefined {
  const parsed = jsonMembers(bytes)
  if (parsed === undefined || typeof parsed['v'] !== 'number' || parsed['v'] < 1) return undefined
  const attempt = readAttempt(parsed)
  const { eventId, topic, partition, offset, timestamp, attempts, history } = parsed
  if (attempt === undefined || typeof eventId !== 'string' || eventId === '') return undefined
  if (typeof topic !== 'string' || !isCount(partition) || !isCount(offset)) return undefined
  const earlier = (Array.isArray(history) ? history : []).map((each: unknown) =>
    isObject(each) ? readAttempt(each) : undefined,
  )
  return {
    ...attempt,
    eventId,
    topic,
    partition,
    offset,
    timestamp: isCount(timestamp) ? timestamp : -1,
    attempts: isCount(attempts) && attempts > 0 ? attempts : 1,
    history: earlier.filter((each) => each !== undefined).slice(-deadLetterHistoryMax),
  }
}

const idPattern =
  /^(?:[0-9a-hjkmnp-tv-z]{16}-[0-9a-z]{8}|k[0-9a-f]{12}-\d{1,10}-\d{16})(?:\.\d{1,9})?$/

/** The id of the record that holds an event: that of the event, without the index of those that share a record. */
export function recordIdOf(eventId: string): string {
  return idPattern.test(eventId) ? eventId.replace(/\.\d+$/, '') : eventId
}

/**
 * The id of a replayed record: its place in the topic is another now, and whatever it becomes must not be
 * double. Undefined for a record that was not replayed, and for an id that Millrace does not make.
 */
export function replayedRecordId(headers: RecordHeaders): string | undefined {
  const header = headers[deadLetterHeader]
  const eventId = header === undefined ? undefined : decodeDeadLetterFacts(header)?.eventId
  return eventId !== undefined && idPattern.test(eventId) ? recordIdOf(eventId) : undefined
}

/** `_id` of the readable document: the same for each worker that parks the same record. */
export function deadLetterId({ eventId, attempts }: { eventId: string; attempts: number }): string {
  return `${eventId}-dead-letter-${attempts}`
}

function readAttempt(members: Record<string, unknown>): DeadLetterAttempt | undefined {
  const { code, reason, group, deadLetteredAt, status, type, bulkReason } = members
  if (typeof code !== 'string' || typeof reason !== 'string') return undefined
  return {
    code,
    reason,
    group: typeof group === 'string' && group !== '' ? group : code,
    deadLetteredAt: isCount(deadLetteredAt) ? deadLetteredAt : 0,
    ...(isCount(status) && { status }),
    ...(typeof type === 'string' && { type }),
    ...(typeof bulkReason === 'string' && { bulkReason }),
  }
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}
