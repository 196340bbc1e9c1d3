// Lines that wait for their batch: bounded by bytes, and what is given up when the bound is reached.
import type { SourceFacts } from '@millrace/envelope'
import { isSevereLine } from './line-severity.ts'

export interface QueuedLine {
  value: Buffer
  /** Second part of the event id, from 1, ascending. */
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

/** What a waiting line costs beside its bytes: two JavaScript objects and a slot. Measured on Node 20 and 24: 210 to 250. */
export const lineOverheadBytes = 256

export function memoryBytesOf(line: QueuedLine): number {
  return line.value.length + lineOverheadBytes
}

/** First in, first out; a plain array with a moving head, so that taking one line does not move the others. */
class Lines {
  #items: (QueuedLine | undefined)[] = []
  #head = 0

  get length(): number {
    return this.#items.length - this.#head
  }

  first(): QueuedLine | undefined {
    return this.#items[this.#head]
  }

  all(): QueuedLine[] {
    return this.#items.slice(this.#head) as QueuedLine[]
  }

  push(line: QueuedLine): void {
    this.#items.push(line)
  }

  shift(): QueuedLine | undefined {
    const line = this.#items[this.#head]
    if (line === undefined) return undefined
    this.#items[this.#head++] = undefined
    if (this.#head === this.#items.length) {
      this.#items = []
      this.#head = 0
    } else if (this.#head >= 1024 && this.#head * 2 >= this.#items.length) {
      this.#items.splice(0, this.#head)
      this.#head = 0
    }
    return line
  }
}

/**
 * Two rows: `survivors` holds errors that an eviction passed over, all older than anything in `arrivals`, so
 * taking survivors first keeps the order.
 */
export class LineQueue {
  readonly #survivors = new Lines()
  readonly #arrivals = new Lines()
  #valueBytes = 0

  get length(): number {
    return this.#survivors.length + this.#arrivals.length
  }

  /** Bytes of the lines themselves. */
  get valueBytes(): number {
    return this.#valueBytes
  }

  /** Bytes of the lines and of what it takes to keep them. */
  get memoryBytes(): number {
    return this.#valueBytes + this.length * lineOverheadBytes
  }

  first(): QueuedLine | undefined {
    return this.#survivors.first() ?? this.#arrivals.first()
  }

  push(line: QueuedLine): void {
    this.#arrivals.push(line)
    this.#valueBytes += line.value.length
  }

  shift(): QueuedLine | undefined {
    const line = this.#survivors.shift() ?? this.#arrivals.shift()
    if (line !== undefined) this.#valueBytes -= line.value.length
    return line
  }

  /** All lines, in order; they stay. */
  lines(): QueuedLine[] {
    return [...this.#survivors.all(), ...this.#arrivals.all()]
  }

  clear(): void {
    while (this.shift() !== undefined);
  }

  /** Lines that were taken out and have nowhere else to go come back to their place. Rare, so it may sort all. */
  giveBack(lines: readonly QueuedLine[]): void {
    const all = [...lines]
    for (let line = this.shift(); line !== undefined; line = this.shift()) all.push(line)
    all.sort((left, right) => left.sequence - right.sequence)
    for (const line of all) this.push(line)
  }

  /** Takes out the line that is worth least: the oldest that is no error, else the oldest of all. */
  evict(): QueuedLine | undefined {
    for (let line = this.#arrivals.shift(); line !== undefined; line = this.#arrivals.shift()) {
      if (!isSevereLine(line.value)) {
        this.#valueBytes -= line.value.length
        return line
      }
      // A copy of its own: a view would keep the whole chunk that it came in, up to 4 MiB, in memory.
      const value = Buffer.allocUnsafeSlow(line.value.length)
      line.value.copy(value)
      this.#survivors.push({ ...line, value })
    }
    const line = this.#survivors.shift()
    if (line !== undefined) this.#valueBytes -= line.value.length
    return line
  }
}
