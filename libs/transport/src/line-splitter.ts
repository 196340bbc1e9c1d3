// From bytes to lines: cuts what the logger writes at each line feed and carries the unfinished line over.

const lineFeed = 0x0a
const carriageReturn = 0x0d

export interface LineSplitterOptions {
  /** Most bytes of one unfinished line that are held; what goes beyond is counted and let go. */
  lineHeldMaxBytes: number
  /** Called for each line without its terminator; `originalBytes` is larger than the line when part of it was let go. */
  onLine: (line: Buffer, originalBytes: number) => void
}

/** Empty lines are left out. Lines are views of the chunk that they came in, so a chunk must not change afterwards. */
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

  push(chunk: Buffer): void {
    let from = 0
    for (;;) {
      const end = chunk.indexOf(lineFeed, from)
      if (end === -1) break
      if (this.#unfinishedBytes === 0) this.#emit(chunk.subarray(from, end), end - from)
      else {
        this.#hold(chunk.subarray(from, end))
        this.#emitHeld()
      }
      from = end + 1
    }
    if (from < chunk.length) this.#hold(from === 0 ? chunk : chunk.subarray(from))
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
    this.#emit(line, originalBytes)
  }

  #emit(line: Buffer, originalBytes: number): void {
    const whole = line.length === originalBytes
    const ending = whole && line.length > 0 && line[line.length - 1] === carriageReturn ? 1 : 0
    const length = line.length - ending
    if (length === 0) return
    this.#options.onLine(
      ending === 0 ? line : line.subarray(0, length),
      whole ? length : originalBytes,
    )
  }
}

/** Lines in a chunk that is not taken; the last may lack its terminator. */
export function countLines(chunk: Buffer): number {
  let count = 0
  for (let at = chunk.indexOf(0x0a); at !== -1; at = chunk.indexOf(0x0a, at + 1)) count++
  return chunk.length > 0 && chunk[chunk.length - 1] !== 0x0a ? count + 1 : count
}
