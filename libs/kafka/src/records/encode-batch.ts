// Records, on their way out: one record batch (magic 2) as Kafka's protocol guide describes it.
import { crc32c } from '@millrace/foundation'
import { codecByName, compressionBits } from '../codecs/registry.ts'
import type { Compression, OutgoingRecord } from '../port.ts'
import { byteLengthOf, sizeOfVarint, sizeOfVarlong, writeVarint, writeVarlong } from './varint.ts'

/** From the base offset to the count of records, both included. */
const headerBytes = 61
const crcStart = 21
const attributesStart = 21

type Headers = NonNullable<OutgoingRecord['headers']>

/**
 * @param nowMs the timestamp of records that have none. Unit: epoch ms.
 * @returns one record batch, checksum included.
 */
export async function encodeBatch(
  records: readonly OutgoingRecord[],
  compression: Compression,
  nowMs: number,
): Promise<Buffer> {
  const times = timeRange(records, nowMs)
  const plain = encodeRecords(records, nowMs, times.first)
  const codec = codecByName(compression)
  const body = codec === undefined ? plain : await codec.compress(plain)
  const batch = Buffer.allocUnsafe(headerBytes + body.length)
  batch.writeBigInt64BE(0n, 0)
  batch.writeInt32BE(batch.length - 12, 8)
  batch.writeInt32BE(-1, 12)
  batch.writeInt8(2, 16)
  batch.writeInt16BE(compressionBits(compression), attributesStart)
  batch.writeInt32BE(records.length - 1, 23)
  batch.writeBigInt64BE(BigInt(times.first), 27)
  batch.writeBigInt64BE(BigInt(times.largest), 35)
  // No producer id, epoch or sequence: repeats are taken out by the records' own ids, not by the broker.
  batch.writeBigInt64BE(-1n, 43)
  batch.writeInt16BE(-1, 51)
  batch.writeInt32BE(-1, 53)
  batch.writeInt32BE(records.length, 57)
  batch.set(body, headerBytes)
  batch.writeUInt32BE(crc32c(batch.subarray(crcStart)), 17)
  return batch
}

function timeRange(
  records: readonly OutgoingRecord[],
  nowMs: number,
): { first: number; largest: number } {
  const first = Math.trunc(records[0]?.timestampMs ?? nowMs)
  let largest = first
  for (const record of records) {
    const time = Math.trunc(record.timestampMs ?? nowMs)
    if (time > largest) largest = time
  }
  return { first, largest }
}

function encodeRecords(
  records: readonly OutgoingRecord[],
  nowMs: number,
  firstTimeMs: number,
): Buffer {
  const sizes = new Int32Array(records.length)
  // Records of one writer share one headers object: its bytes are built once and copied.
  let lastHeaders: OutgoingRecord['headers'] = undefined
  let headerBlock = noHeaders
  let total = 0
  for (let index = 0; index < records.length; index++) {
    const record = records[index]!
    if (record.headers !== lastHeaders) headerBlock = encodeHeaders(record.headers)
    lastHeaders = record.headers
    const timeDelta = Math.trunc(record.timestampMs ?? nowMs) - firstTimeMs
    const size =
      1 +
      sizeOfVarlong(timeDelta) +
      sizeOfVarint(index) +
      sizeOfBytes(record.key) +
      sizeOfBytes(record.value) +
      headerBlock.length
    sizes[index] = size
    total += sizeOfVarint(size) + size
  }
  const buffer = Buffer.allocUnsafe(total)
  lastHeaders = undefined
  headerBlock = noHeaders
  let at = 0
  for (let index = 0; index < records.length; index++) {
    const record = records[index]!
    if (record.headers !== lastHeaders) headerBlock = encodeHeaders(record.headers)
    lastHeaders = record.headers
    at = writeVarint(buffer, at, sizes[index]!)
    buffer[at++] = 0
    at = writeVarlong(buffer, at, Math.trunc(record.timestampMs ?? nowMs) - firstTimeMs)
    at = writeVarint(buffer, at, index)
    at = writeBytes(buffer, at, record.key)
    at = writeBytes(buffer, at, record.value)
    buffer.set(headerBlock, at)
    at += headerBlock.length
  }
  return buffer
}

const noHeaders: Uint8Array = Uint8Array.of(0)

function encodeHeaders(headers: Headers | undefined): Uint8Array {
  const entries = headers === undefined ? [] : Object.entries(headers)
  if (entries.length === 0) return noHeaders
  let size = sizeOfVarint(entries.length)
  for (const [name, value] of entries) size += sizeOfBytes(name) + sizeOfBytes(value)
  const block = Buffer.allocUnsafe(size)
  let at = writeVarint(block, 0, entries.length)
  for (const [name, value] of entries) {
    at = writeBytes(block, at, name)
    at = writeBytes(block, at, value)
  }
  return block
}

function sizeOfBytes(value: Uint8Array | string | null): number {
  if (value === null) return 1
  const length = byteLengthOf(value)
  return sizeOfVarint(length) + length
}

function writeBytes(buffer: Buffer, start: number, value: Uint8Array | string | null): number {
  if (value === null) return writeVarint(buffer, start, -1)
  if (typeof value === 'string') {
    const length = Buffer.byteLength(value)
    const at = writeVarint(buffer, start, length)
    return at + buffer.write(value, at, 'utf8')
  }
  const at = writeVarint(buffer, start, value.length)
  buffer.set(value, at)
  return at + value.length
}
