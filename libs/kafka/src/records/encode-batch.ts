// Records, on their way out: one record batch (magic 2) as Kafka's protocol guide describes it.
import { crc32c } from '@millrace/foundation'
import { codecByName, compressionBits } from '../codecs/registry.ts'
import type { Compression, OutgoingRecord, PackedRecords } from '../port.ts'
import { BatchBuffers, EncodedBatch, headRoomBytes } from './batch-buffers.ts'
import { encodePacked, packedBytesMax } from './encode-packed.ts'
import { encodeHeaders, noHeaders, sizeOfBytes, writeBytes } from './record-headers.ts'
import { sizeOfVarint, sizeOfVarlong, writeVarint, writeVarlong } from './varint.ts'

/** From the base offset to the count of records, both included. */
const headerBytes = 61
const bodyStart = headRoomBytes + headerBytes
/** Where what the checksum is of begins. */
const checkedStart = headRoomBytes + 21

/**
 * @param nowMs the timestamp of records that have none. Unit: epoch ms.
 * @param buffers where the batch is written; it is the caller's until `release`.
 * @returns one record batch, checksum included.
 */
export async function encodeBatch(
  records: readonly OutgoingRecord[] | PackedRecords,
  compression: Compression,
  nowMs: number,
  buffers = new BatchBuffers(),
): Promise<EncodedBatch> {
  const plain = isPacked(records)
    ? writePacked(records, compression, buffers)
    : writeRecords(records, compression, nowMs, buffers)
  const codec = codecByName(compression)
  if (codec === undefined) return plain
  const body = await codec.compress(plain.buffer.subarray(bodyStart, plain.end))
  // The plain records have been read: what is smaller takes their place.
  if (bodyStart + body.length <= plain.buffer.length) {
    return sealed(plain.buffer, body, buffers)
  }
  const buffer = buffers.take(headerBytes + body.length)
  plain.buffer.copy(buffer, headRoomBytes, headRoomBytes, bodyStart)
  plain.release()
  return sealed(buffer, body, buffers)
}

function isPacked(records: readonly OutgoingRecord[] | PackedRecords): records is PackedRecords {
  return !Array.isArray(records)
}

function writePacked(
  records: PackedRecords,
  compression: Compression,
  buffers: BatchBuffers,
): EncodedBatch {
  const { timestampsMs, length } = records
  const first = timestampsMs[0]!
  let largest = first
  for (let index = 1; index < length; index++) {
    if (timestampsMs[index]! > largest) largest = timestampsMs[index]!
  }
  const buffer = buffers.take(headerBytes + packedBytesMax(records))
  writeHeader(buffer, { compression, count: length, first, largest })
  const end = encodePacked(records, buffer, bodyStart)
  // A batch that is compressed afterwards is sealed afterwards.
  if (compression === 'none') seal(buffer, end)
  return new EncodedBatch(buffers, buffer, end)
}

function writeRecords(
  records: readonly OutgoingRecord[],
  compression: Compression,
  nowMs: number,
  buffers: BatchBuffers,
): EncodedBatch {
  const times = timeRange(records, nowMs)
  const plain = encodeRecords(records, nowMs, times.first)
  const buffer = buffers.take(headerBytes + plain.length)
  writeHeader(buffer, { compression, count: records.length, ...times })
  return sealed(buffer, plain, buffers)
}

/** A buffer whose header is written gets its body, and is sealed. */
function sealed(buffer: Buffer, body: Uint8Array, buffers: BatchBuffers): EncodedBatch {
  const end = bodyStart + body.length
  buffer.set(body, bodyStart)
  seal(buffer, end)
  return new EncodedBatch(buffers, buffer, end)
}

/** Length and checksum, once all else is written. */
function seal(bytes: Buffer, end: number): void {
  bytes.writeInt32BE(end - headRoomBytes - 12, headRoomBytes + 8)
  bytes.writeUInt32BE(crc32c(bytes.subarray(checkedStart, end)), headRoomBytes + 17)
}

/** All but length and checksum. */
function writeHeader(
  bytes: Buffer,
  facts: { compression: Compression; count: number; first: number; largest: number },
): void {
  const { compression, count, first, largest } = facts
  let at = bytes.writeBigInt64BE(0n, headRoomBytes) + 4
  at = bytes.writeInt32BE(-1, at)
  at = bytes.writeInt8(2, at) + 4
  at = bytes.writeInt16BE(compressionBits(compression), at)
  at = bytes.writeInt32BE(count - 1, at)
  at = bytes.writeBigInt64BE(BigInt(first), at)
  at = bytes.writeBigInt64BE(BigInt(largest), at)
  // No producer id, epoch or sequence: repeats are taken out by the records' own ids, not by the broker.
  at = bytes.writeBigInt64BE(-1n, at)
  at = bytes.writeInt16BE(-1, at)
  at = bytes.writeInt32BE(-1, at)
  bytes.writeInt32BE(count, at)
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
