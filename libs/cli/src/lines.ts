// Standard input, cut into lines: raw bytes, whatever they are.

const lineFeed = 0x0a
const carriageReturn = 0x0d

export interface LineOptions {
  /** A longer line is given as `undefined`, its bytes let go. Default 16 MiB. */
  lineBytesMax?: number
}

export const lineBytesMaxDefault = 16 * 1024 * 1024

/**
 * The lines of each chunk that arrives, without LF or CR LF; the last line needs no terminator. Only one
 * unfinished line is held. The next chunk is read when the caller asks for it.
 */
export async function* readLines(
  input: AsyncIterable<Buffer | string>,
  options: LineOptions = {},
): AsyncGenerator<(Buffer | undefined)[], void, undefined> {
  const splitter = new Splitter(options.lineBytesMax ?? lineBytesMaxDefault)
  for await (const chunk of input) {
    const lines = splitter.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk)
    if (lines.length > 0) yield lines
  }
  const last = splitter.end()
  if (last.length > 0) yield last
}

class Splitter {
  readonly #lineBytesMax: number
  #held: Buffer[] = []
  #heldBytes = 0
  #isUnfinished = false

  constructor(lineBytesMax: number) {
    this.#lineBytesMax = lineBytesMax
  }

  push(chunk: Buffer): (Buffer | undefined)[] {
    const lines: (Buffer | undefined)[] = []
    let from = 0
    for (;;) {
      const end = chunk.indexOf(lineFeed, from)
      if (end === -1) break
      this.#hold(chunk.subarray(from, end))
      lines.push(this.#take())
      from = end + 1
    }
    if (from < chunk.length) this.#hold(chunk.subarray(from))
    return lines
  }

  end(): (Buffer | undefined)[] {
    return this.#isUnfinished ? [this.#take()] : []
  }

  #hold(part: Buffer): void {
    this.#isUnfinished = true
    this.#heldBytes += part.length
    // Past the bound only the count goes on.
    if (this.#heldBytes > this.#lineBytesMax) this.#held = []
    else this.#held.push(part)
  }

  #take(): Buffer | undefined {
    const isTooLong = this.#heldBytes > this.#lineBytesMax
    const line = this.#held.length === 1 ? this.#held[0]! : Buffer.concat(this.#held)
    this.#held = []
    this.#heldBytes = 0
    this.#isUnfinished = false
    if (isTooLong) return undefined
    return line.at(-1) === carriageReturn ? line.subarray(0, -1) : line
  }
}
