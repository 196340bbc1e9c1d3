// Records that lie in memory as bytes, on their way out: written once, their checksum with them.
import { crc32cAdd, Crc32cBlock } from '@millrace/foundation'
import type { PackedRecords } from '../port.ts'
import type { BatchBuffer } from './batch-buffers.ts'
import { encodeHeaders } from './record-headers.ts'
import { sizeOfVarint, sizeOfVarlong, writeVarint, writeVarlong } from './varint.ts'

/** Most that a record has beside key, value and headers: attributes, and five numbers of variable length. */
const frameMaxBytes = 1 + 5 + 10 + 5 + 5 + 5

interface HeaderBlock {
  bytes: Uint8Array
  checksum: Crc32cBlock
}

/** Headers of one writer are one object for a long time. */
const blocks = new WeakMap<PackedRecords['headers'], HeaderBlock>()

/** No batch of these records takes more, its head left out. */
export function packedBytesMax(records: PackedRecords): number {
  const each = frameMaxBytes + records.keyBytes + blockOf(records.headers).bytes.length
  return records.valueBytes + records.length * each
}

/**
 * Writes the records from `start` on.
 * @param state the checksum of what comes before them; undefined where none is wanted.
 * @returns where they end, and the checksum behind them.
 */
export function encodePacked(
  records: PackedRecords,
  buffer: BatchBuffer,
  start: number,
  state: number | undefined,
): { end: number; state: number } {
  const { chunks, starts, ends, timestampsMs, keyBytes, length } = records
  const { bytes } = buffer
  const { bytes: block, checksum } = blockOf(records.headers)
  const firstMs = timestampsMs[0]!
  const keyAndBlockBytes = 1 + sizeOfVarint(keyBytes) + keyBytes + block.length
  let at = start
  let crc = state ?? 0
  for (let index = 0; index < length; index++) {
    const recordStart = at
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
    // The headers' part of the checksum is known: their bytes are not looked at again.
    if (state !== undefined) crc = checksum.add(crc32cAdd(crc, buffer, recordStart, at))
    bytes.set(block, at)
    at += block.length
  }
  return { end: at, state: crc }
}

function blockOf(headers: PackedRecords['headers']): HeaderBlock {
  let block = blocks.get(headers)
  if (block === undefined) {
    const bytes = encodeHeaders(headers)
    block = { bytes, checksum: new Crc32cBlock(bytes) }
    blocks.set(headers, block)
  }
  return block
}
