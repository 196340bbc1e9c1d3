// A batch, made smaller by Snappy: one block read back (format_description.txt of the Snappy project).
import { assertUnpackedSize, CodecError } from './codec.ts'

/**
 * The library that packs (snappyjs 0.7.0) does not check lengths when it unpacks: a damaged one makes it run for
 * hours. Here every length and distance is checked before it is used.
 * @throws CodecError when the bytes are not a Snappy block, or unpack to too much.
 */
export function uncompressBlock(block: Uint8Array): Uint8Array {
  const claim = readClaim(block)
  assertUnpackedSize('snappy', claim.length)
  // The densest element is three bytes that stand for 64: a larger claim is a lie, and takes no memory.
  if (claim.length > block.length * 32) damaged()
  const output = new Uint8Array(claim.length)
  let read = claim.end
  let written = 0
  while (read < block.length) {
    const tag = block[read++]!
    if ((tag & 3) === 0) {
      const literal = readLiteral(block, read, tag >>> 2)
      if (written + literal.length > output.length) damaged()
      output.set(block.subarray(literal.start, literal.start + literal.length), written)
      read = literal.start + literal.length
      written += literal.length
    } else {
      const isShort = (tag & 3) === 1
      const distanceBytes = isShort ? 1 : (tag & 3) === 2 ? 2 : 4
      const high = isShort ? (tag >>> 5) * 256 : 0
      const distance = high + readNumber(block, read, distanceBytes)
      const length = isShort ? ((tag >>> 2) & 7) + 4 : (tag >>> 2) + 1
      read += distanceBytes
      if (distance === 0 || distance > written || written + length > output.length) damaged()
      for (let at = 0; at < length; at++) output[written + at] = output[written + at - distance]!
      written += length
    }
  }
  if (written !== output.length) damaged()
  return output
}

/** The length that starts a block: a little-endian varint of at most 32 bits. */
function readClaim(block: Uint8Array): { length: number; end: number } {
  let length = 0
  for (let index = 0; index < 5 && index < block.length; index++) {
    const byte = block[index]!
    length += (byte & 0x7f) * 2 ** (7 * index)
    if (byte < 0x80) return { length, end: index + 1 }
  }
  return damaged()
}

function readLiteral(
  block: Uint8Array,
  start: number,
  code: number,
): { start: number; length: number } {
  const lengthBytes = Math.max(0, code - 59)
  const length = (lengthBytes === 0 ? code : readNumber(block, start, lengthBytes)) + 1
  if (start + lengthBytes + length > block.length) damaged()
  return { start: start + lengthBytes, length }
}

function readNumber(block: Uint8Array, start: number, bytes: number): number {
  if (start + bytes > block.length) damaged()
  let value = 0
  for (let index = bytes - 1; index >= 0; index--) value = value * 256 + block[start + index]!
  return value
}

function damaged(): never {
  throw new CodecError('snappy: the bytes are not a Snappy block')
}
