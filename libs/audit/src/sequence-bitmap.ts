// What the audit has seen: one bit for each sequence, a million of them in 128 KiB.
import type { SequenceRange } from '@millrace/envelope'

const chunkBits = 4096
const wordBits = 32

/** A set of integers from 0; only the stretches that hold something take memory. */
export class SequenceBitmap {
  readonly #chunks = new Map<number, Uint32Array>()
  #newest: { key: number; words: Uint32Array } | undefined
  #count = 0
  #highest = 0

  get count(): number {
    return this.#count
  }

  /** 0 for the empty set. */
  get highest(): number {
    return this.#highest
  }

  /** @returns false when it was there already. */
  add(sequence: number): boolean {
    const words = this.#chunk(Math.floor(sequence / chunkBits))
    const at = sequence % chunkBits
    const word = at >>> 5
    const bit = 1 << (at & 31)
    if ((words[word]! & bit) !== 0) return false
    words[word]! |= bit
    this.#count++
    if (sequence > this.#highest) this.#highest = sequence
    return true
  }

  /** Ascending; no two touch. */
  *ranges(): Generator<SequenceRange, void, undefined> {
    let first = -1
    let last = -2
    for (const key of [...this.#chunks.keys()].sort((left, right) => left - right)) {
      const words = this.#chunks.get(key)!
      for (let index = 0; index < words.length; index++) {
        const word = words[index]!
        if (word === 0) continue
        const base = key * chunkBits + index * wordBits
        if (word === 0xffff_ffff && last === base - 1) {
          last = base + wordBits - 1
          continue
        }
        for (let bit = 0; bit < wordBits; bit++) {
          if (((word >>> bit) & 1) === 0) continue
          const sequence = base + bit
          if (last !== sequence - 1) {
            if (first >= 0) yield [first, last]
            first = sequence
          }
          last = sequence
        }
      }
    }
    if (first >= 0) yield [first, last]
  }

  #chunk(key: number): Uint32Array {
    if (this.#newest?.key === key) return this.#newest.words
    let words = this.#chunks.get(key)
    if (words === undefined) {
      words = new Uint32Array(chunkBits / wordBits)
      this.#chunks.set(key, words)
    }
    this.#newest = { key, words }
    return words
  }
}
