// Memory for what is written, used again: else each write would leave its own for the garbage collector to find.

const spareMax = 4
/** A larger piece is for a rare write, and is not kept. */
const spareBytesMax = 2 * 1024 * 1024
const roundBytes = 64 * 1024

export class SpareMemory {
  readonly #spare: Buffer[] = []

  /** At least so many bytes, whatever is in them. */
  take(bytes: number): Buffer {
    const place = this.#spare.findIndex(({ length }) => length >= bytes)
    const [found] = place === -1 ? [] : this.#spare.splice(place, 1)
    return found ?? Buffer.allocUnsafeSlow(Math.ceil(bytes / roundBytes) * roundBytes)
  }

  /** Nobody reads it any more. */
  give(memory: Buffer): void {
    if (memory.length > spareBytesMax || this.#spare.length >= spareMax) return
    this.#spare.push(memory)
  }
}
