// Records that lie in memory as bytes, on their way out: written once.
import type { PackedRecords } from '../port.ts'
import { encodeHeaders } from './record-headers.ts'
import { sizeOfVarint, sizeOfVarlong, writeVarint, writeVarlong } from './varint.ts'

/** Most that a record has beside key, value and headers: attributes, and five numbers of variable length. */
const frameMaxBytes = 1 + 5 + 10 + 5 + 5 + 5

/** Headers of one writer are one object for a long time. */
const blocks = new WeakMap<PackedRecords['headers'], Uint8Array>()

/** No batch of these records takes more, its head left out. */
export function packedBytesMax(records: PackedRecords): number {
  const each = frameMaxBytes + records.keyBytes + blockOf(records.headers).length
  return records.valueBytes + records.length * each
}

/** Writes the records from `start` on. @returns where they end. */
export function encodePacked(records: PackedRecords, bytes: Buffer, start: number): number {
  const { chunks, starts, ends, timestampsMs, keyBytes, length } = records
  const block = blockOf(records.headers)
  const firstMs = timestampsMs[0]!
  const keyAndBlockBytes = 1 + sizeOfVarint(keyBytes) + keyBytes + block.length
  let at = start
  for (let index = 0; index < length; index++) {
    const from = starts[index]!
    const valueBytes = ends[index]! - from
    const timeDelta = timestampsMs[index]! - firstMs
    const size =
      keyAndBlockBytes +
      sizeOfVarlong(timeDelta) +
      sizeOfVarint(index) +
      sizeOfVarint(valueBytes) +
      valueBytes
    at = writeVarint(bytes, at, size)
    bytes[at++] = 0
    at = writeVarlong(bytes, at, timeDelta)
    at = writeVarint(bytes, at, index)
    at = writeVarint(bytes, at, keyBytes)
    records.writeKey(index, bytes, at)
    at = writeVarint(bytes, at + keyBytes, valueBytes)
    bytes.set(chunks[index]!.subarray(from, from + valueBytes), at)
    at += valueBytes
    bytes.set(block, at)
    at += block.length
  }
  return at
}

function blockOf(headers: PackedRecords['headers']): Uint8Array {
  let block = blocks.get(headers)
  if (block === undefined) {
    block = encodeHeaders(headers)
    blocks.set(headers, block)
  }
  return block
}
