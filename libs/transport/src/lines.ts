// Lines on their way, without an object for each: where their bytes lie, and what their ids are made of.
import type { SourceFacts } from '@millrace/envelope'

/** One line by itself, where it is worth an object. */
export interface Line {
  value: Buffer
  /** Second part of the event id, from 1. */
  sequence: number
  /** Epoch ms when the line came in. */
  arrivedAt: number
  /** The line's true length when it was cut. */
  originalBytes?: number
  /** Where the line is another instance's: what its record is to be like. */
  origin?: LineOrigin
}

export interface LineOrigin {
  key: string
  facts: SourceFacts
  /** Made of the facts. */
  headers: Readonly<Record<string, Uint8Array>>
}

/** Where a line lies that has nothing more to say; one object serves for all of them, in turn. */
export interface LineRange {
  chunk: Buffer
  start: number
  end: number
  sequence: number
  arrivedAt: number
}

type Special = Pick<Line, 'originalBytes' | 'origin'>

/**
 * What a waiting line costs beside its bytes: five places in arrays, which may be half empty. Measured on Node 20
 * and 24 for lines that came in chunks: 50 to 70.
 */
export const lineOverheadBytes = 96

/**
 * Lines in order, their parts in arrays: the value of line i is `chunks[i]` from `starts[i]` up to, and without,
 * `ends[i]`. A chunk is what a logger wrote at once, and holds many lines. Whoever has handed them on must not add to them.
 */
export class Lines {
  readonly chunks: Buffer[] = []
  readonly starts: number[] = []
  readonly ends: number[] = []
  readonly sequences: number[] = []
  readonly arrivals: number[] = []
  /** Those that were cut or are another instance's, by their place. */
  #special: Map<number, Special> | undefined
  #valueBytes = 0

  static of(lines: Iterable<Line>): Lines {
    const made = new Lines()
    for (const line of lines) made.add(line)
    return made
  }

  static concat(parts: readonly Lines[]): Lines {
    if (parts.length === 1) return parts[0]!
    const all = new Lines()
    for (const part of parts)
      for (let index = 0; index < part.length; index++) all.copy(part, index)
    return all
  }

  get length(): number {
    return this.starts.length
  }

  /** Bytes of the lines themselves. */
  get valueBytes(): number {
    return this.#valueBytes
  }

  /** Bytes of the lines and of what it takes to keep them. */
  get memoryBytes(): number {
    return this.#valueBytes + this.length * lineOverheadBytes
  }

  /** Whether all are this instance's, and whole. */
  get isPlain(): boolean {
    return this.#special === undefined
  }

  push({ chunk, start, end, sequence, arrivedAt }: LineRange): void {
    this.chunks.push(chunk)
    this.starts.push(start)
    this.ends.push(end)
    this.sequences.push(sequence)
    this.arrivals.push(arrivedAt)
    this.#valueBytes += end - start
  }

  add({ value, sequence, arrivedAt, originalBytes, origin }: Line): void {
    if (originalBytes !== undefined || origin !== undefined) {
      const special = {
        ...(originalBytes !== undefined && { originalBytes }),
        ...(origin !== undefined && { origin }),
      }
      this.#special ??= new Map()
      this.#special.set(this.length, special)
    }
    this.push({ chunk: value, start: 0, end: value.length, sequence, arrivedAt })
  }

  /** Adds a line of others. */
  copy(from: Lines, index: number): void {
    const special = from.#special?.get(index)
    if (special !== undefined) {
      this.#special ??= new Map()
      this.#special.set(this.length, special)
    }
    this.push({
      chunk: from.chunks[index]!,
      start: from.starts[index]!,
      end: from.ends[index]!,
      sequence: from.sequences[index]!,
      arrivedAt: from.arrivals[index]!,
    })
  }

  at(index: number): Line {
    return {
      value: this.chunks[index]!.subarray(this.starts[index], this.ends[index]),
      sequence: this.sequences[index]!,
      arrivedAt: this.arrivals[index]!,
      ...this.#special?.get(index),
    }
  }

  *[Symbol.iterator](): Generator<Line> {
    for (let index = 0; index < this.length; index++) yield this.at(index)
  }

  slice(from: number, to: number): Lines {
    const part = new Lines()
    for (let index = from; index < to; index++) part.copy(this, index)
    return part
  }

  /** Those whose sequence passes. */
  filter(passes: (sequence: number) => boolean): Lines {
    const some = new Lines()
    for (let index = 0; index < this.length; index++) {
      if (passes(this.sequences[index]!)) some.copy(this, index)
    }
    return some
  }

  /** Their sequences, as ranges, in the order of the lines. */
  *ranges(): Generator<[first: number, last: number]> {
    const { sequences } = this
    if (sequences.length === 0) return
    let first = sequences[0]!
    let last = first - 1
    for (const sequence of sequences) {
      if (sequence !== last + 1) {
        yield [first, last]
        first = sequence
      }
      last = sequence
    }
    yield [first, last]
  }
}
