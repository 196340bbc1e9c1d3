// Redaction: whether a line is worth the whole look, four bytes at a time; most lines are not.
import { backslash, colon, equals, isLetter, lowerU, quote } from './bytes.ts'
import type { KeyNames } from './key-names.ts'

const atSign = 0x40
const slash = 0x2f
const greaterThan = 0x3e
const isSeparator = Uint8Array.from({ length: 256 }, (_, byte) =>
  [colon, equals, greaterThan].includes(byte) ? 1 : 0,
)
/** What separates names from values, and a few bytes beside it, are `8` to `?`: alike but for their three lowest bits. */
const lowBitsOff = 0xf8f8f8f8 | 0
const eights = 0x38383838
/** A byte that is zero borrows from its highest bit when one is taken away. */
const ones = 0x01010101
const highBits = 0x80808080 | 0

/**
 * Says no only where `SecretScan` finds nothing: a line without any separator that the name of a secret may end at,
 * without an address that may hold a password, and without escapes, which may hide a name.
 */
export class QuickLook {
  readonly #names: KeyNames
  readonly #lastLetters: Uint8Array
  #chunk: Buffer | undefined
  /** What of the chunk is written; its memory may go on with anything. */
  #written: Buffer = Buffer.alloc(0)
  #words: Int32Array = new Int32Array(0)
  /** Up to where the chunk has been looked through, and up to where it has no backslash. */
  #lookedTo = 0
  #plainUntil = 0

  constructor(names: KeyNames) {
    this.#names = names
    this.#lastLetters = names.lastLetters()
  }

  /** The chunk holds lines up to `end`, perhaps more than before; those before stay as they are. */
  begin(chunk: Buffer, end: number): void {
    this.#written = end === chunk.length ? chunk : chunk.subarray(0, end)
    if (chunk === this.#chunk) return
    this.#chunk = chunk
    this.#words = new Int32Array(chunk.buffer, 0, chunk.buffer.byteLength >>> 2)
    this.#lookedTo = 0
    this.#plainUntil = 0
  }

  /** Whether the line from `start` up to, and without, `end` must be looked through. Lines of one chunk come in order. */
  mayHold(chunk: Buffer, start: number, end: number): boolean {
    if (chunk !== this.#chunk || end > this.#written.length) this.begin(chunk, chunk.length)
    if (start < this.#lookedTo) this.#plainUntil = 0
    this.#lookedTo = end
    return this.#hasEscapes(start, end) || this.#hasName(chunk, start, end)
  }

  /** `\u…`, also with several backslashes, may be a letter of a name. */
  #hasEscapes(start: number, end: number): boolean {
    if (this.#plainUntil >= end) return false
    const bytes = this.#written
    let at = bytes.indexOf(backslash, Math.max(start, this.#plainUntil))
    for (; at !== -1 && at < end; at = bytes.indexOf(backslash, at + 1)) {
      if (bytes[at + 1] === lowerU) return true
    }
    this.#plainUntil = at === -1 ? bytes.length : at
    return false
  }

  #hasName(chunk: Buffer, start: number, end: number): boolean {
    const { byteOffset } = chunk
    const words = this.#words
    const first = (byteOffset + start) >>> 2
    const last = Math.min((byteOffset + end + 3) >>> 2, words.length)
    for (let place = first; place < last; place++) {
      const rest = (words[place]! & lowBitsOff) ^ eights
      let found = (rest - ones) & ~rest & highBits
      while (found !== 0) {
        // The lowest bit that is left says which of the four bytes.
        const at = (place << 2) - byteOffset + ((31 - Math.clz32(found & -found)) >>> 3)
        found &= found - 1
        if (isSeparator[chunk[at]!] === 0 || at < start || at >= end) continue
        if (this.#mayEndAt(chunk, at, end)) return true
      }
    }
    // The memory may end with less than a word.
    for (let at = Math.max(start, (last << 2) - byteOffset); at < end; at++) {
      if (isSeparator[chunk[at]!] === 1 && this.#mayEndAt(chunk, at, end)) return true
    }
    return false
  }

  #mayEndAt(chunk: Buffer, at: number, end: number): boolean {
    if (chunk[at + 1] === slash && chunk[at] === colon) {
      for (let place = at + 2; place < end; place++) if (chunk[place] === atSign) return true
    }
    const nameEnd = chunk[at - 1] === quote ? at - 2 : at - 1
    const last = chunk[nameEnd] ?? 0
    const second = chunk[nameEnd - 1] ?? 0
    const third = chunk[nameEnd - 2] ?? 0
    if ((isLetter[last]! & isLetter[second]! & isLetter[third]!) === 1) {
      const ending = ((last & 31) << 10) | ((second & 31) << 5) | (third & 31)
      if (this.#lastLetters[ending] === 0) return false
    }
    return this.#names.mayEndAt(chunk, at)
  }
}
