// From bytes to lines: cuts what the logger writes at each line feed and carries the unfinished line over.

const lineFeed = 0x0a
const carriageReturn = 0x0d

export interface LineSplitterOptions {
  /** Most bytes of one unfinished line that are held; what goes beyond is counted and let go. */
  lineHeldMaxBytes: number
  /** Called for each line, its terminator left out; `originalBytes` is larger than the line when part of it was let go. */
  onLine: (chunk: Buffer, start: number, end: number, originalBytes: number) => void
}

/** Empty lines are left out. Lines are ranges of the chunk that they came in, so what a chunk holds there must not change afterwards. */
export class LineSplitter {
  readonly #options: LineSplitterOptions
  #held: Buffer[] = []
  #heldBytes = 0
  #unfinishedBytes = 0

  constructor(options: LineSplitterOptions) {
    this.#options = options
  }

  /** Bytes of the unfinished line in memory. */
  get heldBytes(): number {
    return this.#heldBytes
  }

  /** Takes the bytes from `start` up to, and without, `end`. */
  push(chunk: Buffer, start = 0, end = chunk.length): void {
    let from = start
    while (from < end) {
      const feed = chunk.indexOf(lineFeed, from)
      if (feed === -1 || feed >= end) break
      if (this.#unfinishedBytes === 0) this.#emit(chunk, from, feed, feed - from)
      else {
        this.#hold(chunk.subarray(from, feed))
        this.#emitHeld()
      }
      from = feed + 1
    }
    if (from < end) this.#hold(chunk.subarray(from, end))
  }

  /** The last line may lack its terminator. */
  end(): void {
    if (this.#unfinishedBytes > 0) this.#emitHeld()
  }

  #hold(part: Buffer): void {
    this.#unfinishedBytes += part.length
    const room = this.#options.lineHeldMaxBytes - this.#heldBytes
    if (room <= 0 || part.length === 0) return
    const kept = part.length > room ? part.subarray(0, room) : part
    this.#held.push(kept)
    this.#heldBytes += kept.length
  }

  #emitHeld(): void {
    const line = this.#held.length === 1 ? this.#held[0]! : Buffer.concat(this.#held)
    const originalBytes = this.#unfinishedBytes
    this.#held = []
    this.#heldBytes = 0
    this.#unfinishedBytes = 0
    this.#emit(line, 0, line.length, originalBytes)
  }

  #emit(chunk: Buffer, start: number, end: number, originalBytes: number): void {
    const isWhole = end - start === originalBytes
    const ending = isWhole && end > start && chunk[end - 1] === carriageReturn ? 1 : 0
    const length = end - start - ending
    if (length === 0) return
    this.#options.onLine(chunk, start, end - ending, isWhole ? length : originalBytes)
  }
}

/** Lines in a chunk that is not taken; the last may lack its terminator. */
export function countLines(chunk: Buffer): number {
  let count = 0
  for (let at = chunk.indexOf(lineFeed); at !== -1; at = chunk.indexOf(lineFeed, at + 1)) count++
  return chunk.length > 0 && chunk[chunk.length - 1] !== lineFeed ? count + 1 : count
}
