// A batch, made smaller by LZ4: one block (lz4_Block_format.md of the LZ4 project).
import { CodecError } from './codec.ts'

const matchMin = 4
/** The last five bytes are always literals, and the last match starts twelve bytes before the end. */
const lastLiterals = 5
const matchFindLimit = 12
const hashBits = 14

/**
 * Compresses one block, greedily.
 * @returns the compressed bytes, or undefined where they would not be smaller.
 */
export function compressBlock(source: Uint8Array): Uint8Array | undefined {
  const output = new Uint8Array(source.length)
  const positions = new Int32Array(1 << hashBits).fill(-1)
  const limit = source.length - matchFindLimit
  let written = 0
  let anchor = 0
  let position = 0
  while (position < limit) {
    const word = readWord(source, position)
    const slot = Math.imul(word, 0x9e3779b1) >>> (32 - hashBits)
    const candidate = positions[slot]!
    positions[slot] = position
    const near = candidate >= 0 && position - candidate <= 0xffff
    if (!near || readWord(source, candidate) !== word) {
      position++
      continue
    }
    let length = matchMin
    const longest = source.length - lastLiterals - position
    while (length < longest && source[candidate + length] === source[position + length]) length++
    const literals = source.subarray(anchor, position)
    written = writeSequence(output, written, literals, {
      length: length - matchMin,
      distance: position - candidate,
    })
    if (written < 0) return undefined
    position += length
    anchor = position
  }
  written = writeSequence(output, written, source.subarray(anchor), undefined)
  return written < 0 || written >= source.length ? undefined : output.subarray(0, written)
}

/** @returns the next free position in `output`, or -1 where it is full. */
function writeSequence(
  output: Uint8Array,
  start: number,
  literals: Uint8Array,
  match: { length: number; distance: number } | undefined,
): number {
  const most = 1 + literals.length / 255 + 1 + literals.length + 2 + (match?.length ?? 0) / 255 + 1
  if (start + most > output.length) return -1
  let at = start + 1
  output[start] = (Math.min(literals.length, 15) << 4) | Math.min(match?.length ?? 0, 15)
  if (literals.length >= 15) at = writeLength(output, at, literals.length - 15)
  output.set(literals, at)
  at += literals.length
  if (match === undefined) return at
  output[at++] = match.distance & 0xff
  output[at++] = match.distance >>> 8
  return match.length >= 15 ? writeLength(output, at, match.length - 15) : at
}

function writeLength(output: Uint8Array, start: number, length: number): number {
  let at = start
  let left = length
  while (left >= 255) {
    output[at++] = 255
    left -= 255
  }
  output[at++] = left
  return at
}

function readWord(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
}

/**
 * Decompresses one block into `output` from `start` on. Matches may reach back before `start`, as the
 * linked blocks of a frame do.
 * @returns the position after the last byte written.
 * @throws CodecError when the block is damaged or `output` is too small.
 */
export function decompressBlock(block: Uint8Array, output: Uint8Array, start: number): number {
  let read = 0
  let written = start
  while (read < block.length) {
    const token = block[read++]!
    let literals = token >>> 4
    if (literals === 15) {
      let more: number
      do {
        more = block[read++] ?? damaged()
        literals += more
      } while (more === 255)
    }
    if (read + literals > block.length || written + literals > output.length) damaged()
    output.set(block.subarray(read, read + literals), written)
    read += literals
    written += literals
    if (read === block.length) return written
    const distance = (block[read] ?? damaged()) | ((block[read + 1] ?? damaged()) << 8)
    read += 2
    let length = (token & 15) + matchMin
    if ((token & 15) === 15) {
      let more: number
      do {
        more = block[read++] ?? damaged()
        length += more
      } while (more === 255)
    }
    if (distance === 0 || distance > written || written + length > output.length) damaged()
    if (distance >= length)
      output.copyWithin(written, written - distance, written - distance + length)
    else for (let at = 0; at < length; at++) output[written + at] = output[written + at - distance]!
    written += length
  }
  return written
}

function damaged(): never {
  throw new CodecError('lz4: a block is damaged')
}
