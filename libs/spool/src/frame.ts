// The bytes of a segment: frames of length, checksum and payload, each of which shows by itself whether it is whole.
import { formatEventId } from '@millrace/envelope'
import { crc32c } from '@millrace/foundation'
import type { SpoolHead, SpoolRecord, StoredRecord } from './records.ts'

/** `length u32 LE | crc32c u32 LE`, before each payload. */
export const frameHeadBytes = 8
/** No line is that long; a longer length is noise. */
export const payloadMaxBytes = 67_108_864

const kinds = { head: 1, line: 2, ledger: 3 } as const
const hasKey = 1
const hasHeader = 2
/** Kind, flags, sequence and timestamp. */
const fixedBytes = 14

export function encodeHead(head: SpoolHead): Buffer {
  const { header, ...rest } = head
  const text = JSON.stringify({ v: 1, ...rest, header: Buffer.from(header).toString('base64') })
  const payload = Buffer.concat([Buffer.of(kinds.head), Buffer.from(text)])
  const frame = Buffer.alloc(frameHeadBytes + payload.length)
  payload.copy(frame, frameHeadBytes)
  return seal(frame, 0, payload.length)
}

/** Undefined for a payload that is no head. */
export function decodeHead(payload: Buffer): SpoolHead | undefined {
  if (payload[0] !== kinds.head) return undefined
  let parsed: unknown
  try {
    parsed = JSON.parse(payload.toString('utf8', 1))
  } catch {
    return undefined
  }
  const { instance, topic, brokers, header, createdAtMs } = parsed as Record<string, unknown>
  if (typeof instance !== 'string' || typeof topic !== 'string') return undefined
  if (!Array.isArray(brokers) || !brokers.every((each) => typeof each === 'string'))
    return undefined
  if (typeof header !== 'string' || typeof createdAtMs !== 'number') return undefined
  return { instance, topic, brokers, header: Buffer.from(header, 'base64'), createdAtMs }
}

/** All records as frames, one after the other, in memory that `take` gives. @throws RangeError for a sequence, time, key or header that no record has. */
export function encodeRecords(
  records: readonly SpoolRecord[],
  take: (bytes: number) => Buffer = (bytes) => Buffer.allocUnsafe(bytes),
): Buffer {
  let length = 0
  for (const record of records) length += frameBytesOf(record)
  const bytes = take(length)
  let at = 0
  for (const record of records) at = encodeRecord(bytes, at, record)
  return bytes.subarray(0, at)
}

function frameBytesOf({ key, header, value }: SpoolRecord): number {
  const keyBytes = key === undefined ? 0 : 2 + Buffer.byteLength(key)
  const headerBytes = header === undefined ? 0 : 2 + header.length
  return frameHeadBytes + fixedBytes + keyBytes + headerBytes + value.length
}

function encodeRecord(bytes: Buffer, start: number, record: SpoolRecord): number {
  const { kind, key, header, value, sequence, timestampMs } = record
  let at = start + frameHeadBytes
  bytes[at++] = kinds[kind]
  bytes[at++] = (key === undefined ? 0 : hasKey) | (header === undefined ? 0 : hasHeader)
  at = bytes.writeUIntLE(sequence, at, 6)
  at = bytes.writeUIntLE(Math.max(0, Math.trunc(timestampMs)), at, 6)
  if (key !== undefined) {
    const keyBytes = bytes.write(key, at + 2)
    at = bytes.writeUInt16LE(keyBytes, at) + keyBytes
  }
  if (header !== undefined) {
    at = bytes.writeUInt16LE(header.length, at)
    bytes.set(header, at)
    at += header.length
  }
  bytes.set(value, at)
  at += value.length
  seal(bytes, start, at - start - frameHeadBytes)
  return at
}

function seal(bytes: Buffer, start: number, payloadBytes: number): Buffer {
  const payloadAt = start + frameHeadBytes
  bytes.writeUInt32LE(payloadBytes, start)
  bytes.writeUInt32LE(crc32c(bytes.subarray(payloadAt, payloadAt + payloadBytes)), start + 4)
  return bytes
}

/** The payload's length as the frame says it; undefined for one that can't be. An empty payload would have a checksum of zero, as a file of zeros. */
export function payloadLength(frameHead: Buffer): number | undefined {
  const length = frameHead.readUInt32LE(0)
  return length === 0 || length > payloadMaxBytes ? undefined : length
}

export function isIntact(frameHead: Buffer, payload: Buffer): boolean {
  return frameHead.readUInt32LE(4) === crc32c(payload)
}

/** Undefined for a payload that this version does not know, which is passed over. The value is a view of the payload. */
export function decodeRecord(payload: Buffer, instance: string): StoredRecord | undefined {
  try {
    return readRecord(payload, instance)
  } catch {
    return undefined
  }
}

function readRecord(payload: Buffer, instance: string): StoredRecord | undefined {
  const kind =
    payload[0] === kinds.line ? 'line' : payload[0] === kinds.ledger ? 'ledger' : undefined
  if (kind === undefined || payload.length < fixedBytes) return undefined
  const flags = payload[1]!
  const sequence = payload.readUIntLE(2, 6)
  const timestampMs = payload.readUIntLE(8, 6)
  let at = fixedBytes
  const part = (): Buffer => {
    const start = at + 2
    at = start + payload.readUInt16LE(at)
    return payload.subarray(start, at)
  }
  const key = (flags & hasKey) === 0 ? undefined : part().toString('utf8')
  const header = (flags & hasHeader) === 0 ? undefined : part()
  return {
    kind,
    sequence,
    key: key ?? formatEventId(instance, sequence),
    timestampMs,
    ...(header !== undefined && { header }),
    value: payload.subarray(at),
  }
}
