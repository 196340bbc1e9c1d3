// Memory of bulk answers: used again once they are compared, for they are a fifth as large as what was sent.

/** Pieces that are kept although nothing lies in them. */
const freeMax = 8
/** Larger ones go back to the system. Unit: bytes. */
const usualBytesMax = 1024 * 1024
/** What an answer to one bulk request of the usual size takes; pages that nobody writes to cost nothing. Unit: bytes. */
const leastBytes = 512 * 1024

const free: Buffer[] = []

/** What comes piece by piece, in one piece of memory that may be given back. */
export class AnswerBytes {
  #memory: Buffer = Buffer.alloc(0)
  length = 0

  append(chunk: Buffer): void {
    const length = this.length + chunk.length
    if (length > this.#memory.length) this.#grow(length)
    chunk.copy(this.#memory, this.length)
    this.length = length
  }

  get bytes(): Buffer {
    return this.#memory.subarray(0, this.length)
  }

  /** Nobody reads the bytes any more; another answer will lie there. Safe to call twice. */
  release(): void {
    const memory = this.#memory
    this.#memory = Buffer.alloc(0)
    this.length = 0
    const isUsual = memory.length > 0 && memory.length <= usualBytesMax
    if (isUsual && free.length < freeMax) free.push(memory)
  }

  #grow(length: number): void {
    const old = this.bytes
    const place = free.findIndex((memory) => memory.length >= length)
    const [found] = place === -1 ? [] : free.splice(place, 1)
    const size = 2 ** Math.ceil(Math.log2(Math.max(length, leastBytes)))
    const memory = found ?? Buffer.allocUnsafeSlow(size)
    old.copy(memory)
    const { length: kept } = old
    this.release()
    this.#memory = memory
    this.length = kept
  }
}
