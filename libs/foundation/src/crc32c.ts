// The checksum: CRC-32C (Castagnoli, RFC 3720 B.4), as Kafka's record batches and the spool's frames carry it.
import { createRequire } from 'node:module'

/** Below this, the call into native code costs more than the rest. Unit: bytes. */
const nativeMin = 256
const native = loadNative()
const slices = 8
/** Eight tables of 256 entries, one after the other. */
const table = buildTable()
/** Four bytes are read at once where the processor has them in the order that the checksum wants. */
const isLittleEndian = new Uint8Array(Int32Array.of(1).buffer)[0] === 1
/** Below this a view of the words costs more than it saves. */
const wordsFromBytes = 256

/** What a checksum begins with, before any byte. */
export const crc32cStart = -1

/** The CRC-32C of `bytes`, as an unsigned 32-bit number. */
export function crc32c(bytes: Uint8Array): number {
  return native === undefined || bytes.length < nativeMin ? crc32cByTable(bytes) : native(bytes)
}

/**
 * The processor's own instruction for it, several times as fast as any table: reading a topic, the checksum was a tenth
 * of all work. The package is optional, and has nothing for some platforms; then the table does it.
 */
function loadNative(): ((bytes: Uint8Array) => number) | undefined {
  try {
    const require = createRequire(import.meta.url)
    return (require('@node-rs/crc32') as { crc32c: (bytes: Uint8Array) => number }).crc32c
  } catch {
    return undefined
  }
}

/** The same without native code. */
export function crc32cByTable(bytes: Uint8Array): number {
  if (bytes.length < wordsFromBytes || !isLittleEndian) {
    return crc32cEnd(addBytes(crc32cStart, bytes, 0, bytes.length))
  }
  const { buffer, byteOffset, length } = bytes
  const words = new Int32Array(buffer, 0, buffer.byteLength >>> 2)
  const memory = { bytes: new Uint8Array(buffer), words }
  return crc32cEnd(crc32cAdd(crc32cStart, memory, byteOffset, byteOffset + length))
}

/** The same memory as bytes and as words, both from its first byte. */
export interface Memory {
  bytes: Uint8Array
  words: Int32Array
}

/** `state` after the bytes from `start` up to, and without, `end`. */
export function crc32cAdd(state: number, memory: Memory, start: number, end: number): number {
  const { bytes, words } = memory
  if (!isLittleEndian) return addBytes(state, bytes, start, end)
  const aligned = Math.min(end, (start + 3) & ~3)
  let crc = addBytes(state, bytes, start, aligned)
  let word = aligned >>> 2
  const wordsEnd = word + (((end - aligned) >>> 3) << 1)
  // Eight bytes a step ("slicing by 8"), in two words: eight times faster than byte by byte.
  while (word < wordsEnd) {
    crc ^= words[word]!
    const next = words[word + 1]!
    crc =
      table[1792 | (crc & 0xff)]! ^
      table[1536 | ((crc >>> 8) & 0xff)]! ^
      table[1280 | ((crc >>> 16) & 0xff)]! ^
      table[1024 | (crc >>> 24)]! ^
      table[768 | (next & 0xff)]! ^
      table[512 | ((next >>> 8) & 0xff)]! ^
      table[256 | ((next >>> 16) & 0xff)]! ^
      table[next >>> 24]!
    word += 2
  }
  return addBytes(crc, bytes, Math.max(aligned, word << 2), end)
}

/** The checksum, as an unsigned 32-bit number. */
export function crc32cEnd(state: number): number {
  return (state ^ -1) >>> 0
}

function addBytes(state: number, bytes: Uint8Array, start: number, end: number): number {
  let crc = state
  for (let at = start; at < end; at++) crc = (crc >>> 8) ^ table[(crc ^ bytes[at]!) & 0xff]!
  return crc
}

/**
 * Bytes that come again and again. What they do to a checksum is linear: each byte of the state before has its
 * own part in the state after, whatever the others are, so four look-ups take the place of all the bytes.
 */
export class Crc32cBlock {
  readonly #parts = new Int32Array(4 * 256)
  readonly #own: number

  constructor(block: Uint8Array) {
    const zeros = new Uint8Array(block.length)
    this.#own = addBytes(0, block, 0, block.length)
    for (let part = 0; part < 4; part++) {
      for (let bit = 0; bit < 8; bit++) {
        const low = 1 << bit
        const after = addBytes(low << (8 * part), zeros, 0, zeros.length)
        for (let rest = 0; rest < low; rest++) {
          this.#parts[part * 256 + low + rest] = after ^ this.#parts[part * 256 + rest]!
        }
      }
    }
  }

  /** `state` after the block. */
  add(state: number): number {
    const parts = this.#parts
    return (
      this.#own ^
      parts[state & 0xff]! ^
      parts[256 | ((state >>> 8) & 0xff)]! ^
      parts[512 | ((state >>> 16) & 0xff)]! ^
      parts[768 | (state >>> 24)]!
    )
  }
}

function buildTable(): Int32Array {
  const built = new Int32Array(slices * 256)
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ ((crc & 1) === 1 ? 0x82f63b78 : 0)
    built[byte] = crc
  }
  for (let at = 256; at < built.length; at++) {
    const previous = built[at - 256]!
    built[at] = (previous >>> 8) ^ built[previous & 0xff]!
  }
  return built
}
