// What loggers write, as bytes: short texts go side by side into one piece of memory, so that a line is no Buffer of its own.

const slabBytes = 128 * 1024
/** A longer text gets memory of its own. */
const sharedMax = 32 * 1024
/** UTF-8 takes at most so many bytes for each unit of a JavaScript string. */
const bytesPerUnitMax = 3

export interface TextBytes {
  chunk: Buffer
  start: number
  end: number
}

export class TextMemory {
  #slab = Buffer.alloc(0)
  #used = 0

  /** The text's bytes, which stay as they are for as long as somebody holds the chunk. */
  put(text: string, encoding: BufferEncoding): TextBytes {
    if (text.length > sharedMax) {
      const chunk = Buffer.from(text, encoding)
      return { chunk, start: 0, end: chunk.length }
    }
    if (this.#slab.length - this.#used < text.length * bytesPerUnitMax) {
      this.#slab = Buffer.allocUnsafeSlow(slabBytes)
      this.#used = 0
    }
    const start = this.#used
    this.#used += this.#slab.write(text, start, encoding)
    return { chunk: this.#slab, start, end: this.#used }
  }
}
