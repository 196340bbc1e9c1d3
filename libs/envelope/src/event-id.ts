// Identity: the id that a line gets at its logger and keeps as Kafka key and Elasticsearch `_id`.
import { createHash } from 'node:crypto'
import type { Clock, Random } from '@millrace/foundation'

/** Crockford's base32 alphabet in lower case: digits and letters sort as they count. */
const crockford = '0123456789abcdefghjkmnpqrstvwxyz'
/** Characters of an instance id: the first ones of each event id. */
export const instanceLength = 16
const sequenceLength = 8
/** Of no alphabet here. */
const notOne = 0xff

/** What an event id says of itself. `instance` and `sequence` are absent from ids made of an offset. */
export interface EventIdParts {
  instance: string
  /** From 1. */
  sequence: number
}

/**
 * An instance id: 48 bits of start time in ms, then 32 random bits, as 16 lower-case Crockford
 * base32 characters. Ids sort by start time.
 */
export function mintInstanceId(clock: Pick<Clock, 'now'>, random: Pick<Random, 'bytes'>): string {
  const chance = random.bytes(4)
  let bits = BigInt(clock.now()) & 0xffff_ffff_ffffn
  for (const byte of chance) bits = (bits << 8n) | BigInt(byte)
  let id = ''
  for (let position = 0; position < instanceLength; position++) {
    id = crockford[Number(bits & 31n)]! + id
    bits >>= 5n
  }
  return id
}

/** When an instance was started, in epoch ms, by its own clock; undefined for a text that is no instance id. */
export function instanceStartMs(instance: string): number | undefined {
  if (!/^[0-9a-hjkmnp-tv-z]{16}$/.test(instance)) return undefined
  let bits = 0n
  for (const digit of instance) bits = (bits << 5n) | BigInt(crockford.indexOf(digit))
  return Number(bits >> 32n)
}

/** `<instance>-<sequence, base36, zero-padded to 8>`; throws a RangeError below 1 and past 36^8 - 1. */
export function formatEventId(instance: string, sequence: number): string {
  if (!Number.isInteger(sequence) || sequence < 1 || sequence >= 36 ** sequenceLength) {
    throw new RangeError(
      `sequence must be an integer from 1 to ${36 ** sequenceLength - 1}, got ${sequence}`,
    )
  }
  return `${instance}-${sequence.toString(36).padStart(sequenceLength, '0')}`
}

/** One event of a record that holds several: the record's id, a point, the index from 0. */
export function nestedEventId(recordId: string, index: number): string {
  return `${recordId}.${index}`
}

/** The id of a record that no Millrace producer named: ids of one partition sort by offset. */
export function offsetEventId(source: string, partition: number, offset: number): string {
  return `k${source}-${partition}-${String(offset).padStart(16, '0')}`
}

/** The `source` part of `offsetEventId`: 12 hex digits that tell this topic of this cluster from all others. */
export function hashSource(clusterId: string, topic: string): string {
  return createHash('sha256').update(`${clusterId}\0${topic}`).digest('hex').slice(0, 12)
}

const eventIdPattern = /^[0-9a-hjkmnp-tv-z]{16}-[0-9a-z]{8}(\.\d{1,9})?$/

/** Whether `text` is an id that `formatEventId` or `nestedEventId` made. */
export function isEventId(text: string): boolean {
  return eventIdPattern.test(text)
}

/** The instance and sequence of a minted id; undefined for anything else. */
export function parseEventId(id: string): EventIdParts | undefined {
  if (!eventIdPattern.test(id)) return undefined
  const sequence = Number.parseInt(
    id.slice(instanceLength + 1, instanceLength + 1 + sequenceLength),
    36,
  )
  return { instance: id.slice(0, instanceLength), sequence }
}

const instanceCharacters = charactersOf(crockford)
const sequenceCharacters = charactersOf('0123456789abcdefghijklmnopqrstuvwxyz')
const nestedDigitsMax = 9

/**
 * The sequence of a minted id that stands in bytes; -1 for anything else. Says the same as `parseEventId`, without
 * making a text of it: this is asked of every record.
 */
export function readEventSequence(bytes: Uint8Array, start: number, end: number): number {
  const dash = start + instanceLength
  const past = dash + 1 + sequenceLength
  if (end < past || bytes[dash] !== 0x2d) return -1
  for (let index = start; index < dash; index++) {
    if (instanceCharacters[bytes[index]!] === notOne) return -1
  }
  let sequence = 0
  for (let index = dash + 1; index < past; index++) {
    const digit = sequenceCharacters[bytes[index]!]!
    if (digit === notOne) return -1
    sequence = sequence * 36 + digit
  }
  return end === past || isNestedIndex(bytes, past, end) ? sequence : -1
}

/** A point and an index. */
function isNestedIndex(bytes: Uint8Array, start: number, end: number): boolean {
  const digits = end - start - 1
  if (bytes[start] !== 0x2e || digits < 1 || digits > nestedDigitsMax) return false
  for (let index = start + 1; index < end; index++) {
    if (!(bytes[index]! >= 0x30 && bytes[index]! <= 0x39)) return false
  }
  return true
}

/** By byte: which of the characters it is, or none. */
function charactersOf(characters: string): Uint8Array {
  const table = new Uint8Array(256).fill(notOne)
  for (let index = 0; index < characters.length; index++) {
    table[characters.charCodeAt(index)] = index
  }
  return table
}
