// One segment of this instance: what of it is written, and which of its lines are still to be sent.
import type { Entered } from './append-queue.ts'
import { type SequenceRange, SequenceRanges } from '@millrace/envelope'
import type { SpoolFiles } from './files.ts'
import type { Mark } from './mark.ts'

/** Lines are settled in stretches of at least so many bytes: finer would cost memory, coarser sends more again after a crash. */
const stretchBytes = 65_536

/** Lines that follow each other in the file. */
interface Stretch {
  endBytes: number
  first: number
  last: number
  unsettled: SequenceRanges
  ledgers: number
}

export interface OwnSegmentOptions {
  number: number
  createdAtMs: number
  path: string
  files: SpoolFiles
  file: number
  mark: Mark
}

export class OwnSegment {
  readonly number: number
  readonly createdAtMs: number
  readonly path: string
  /** Where the next record goes. */
  position: number
  /** Nothing is appended any more. */
  isSealed = false
  /** It is being sent, so it must not be thrown out. */
  isDraining = false
  /** Turn of the mark's two slots. */
  turn = 1
  /** The mark as it lies on the disk. */
  written: Mark
  readonly #files: SpoolFiles
  #file: number
  #users = 0
  #isClosed = false
  #first = 0
  #last = 0
  #stretches: Stretch[] = []
  #sentBytes = 0

  constructor(options: OwnSegmentOptions) {
    this.number = options.number
    this.createdAtMs = options.createdAtMs
    this.path = options.path
    this.#files = options.files
    this.#file = options.file
    this.position = options.mark.endBytes
    this.#sentBytes = options.mark.endBytes
    this.written = options.mark
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  /**
   * Works with the open file. 1. a write is handed to a thread; 2. the file is closed; 3. another file is opened and gets the same
   * descriptor; 4. the thread writes into that one. Therefore closing waits for whoever uses the file.
   */
  async use<Value>(work: (file: number) => Promise<Value>): Promise<Value> {
    if (this.#isClosed) throw new Error('the segment is closed')
    this.#users++
    try {
      return await work(this.#file)
    } finally {
      if (--this.#users === 0 && this.#isClosed) await this.#closeFile()
    }
  }

  useSync<Value>(work: (file: number) => Value): Value {
    if (this.#isClosed) throw new Error('the segment is closed')
    return work(this.#file)
  }

  /** Safe to call twice. */
  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    if (this.#users === 0) await this.#closeFile()
  }

  get isSettled(): boolean {
    return this.#stretches.length === 0
  }

  get holdsRecords(): boolean {
    return this.#last > 0 || this.#stretches.length > 0
  }

  /** The mark as it should be now. */
  mark(issued: number): Mark {
    return {
      issued: Math.max(issued, this.#last),
      first: this.#first,
      last: this.#last,
      sentBytes: this.#sentBytes,
      endBytes: this.position,
    }
  }

  /** The records are on the disk, up to `endBytes`. */
  add({ lines, ledgers }: Entered, endBytes: number): void {
    let stretch = this.#stretches.at(-1)
    const start = this.position
    if (stretch === undefined || start - this.#startOf(stretch) >= stretchBytes) {
      stretch = { endBytes, first: 0, last: 0, unsettled: new SequenceRanges(), ledgers: 0 }
      this.#stretches.push(stretch)
    }
    stretch.endBytes = endBytes
    stretch.ledgers += ledgers
    const { first, last } = lines
    if (first !== undefined && last !== undefined) {
      stretch.unsettled.addAll(lines)
      stretch.first = stretch.first === 0 ? first : Math.min(stretch.first, first)
      stretch.last = Math.max(stretch.last, last)
      this.#first = this.#first === 0 ? first : Math.min(this.#first, first)
      this.#last = Math.max(this.#last, last)
    }
    this.position = endBytes
  }

  settle(sequences: Iterable<SequenceRange>): void {
    for (const [first, last] of sequences) {
      if (first > this.#last || last < this.#first) continue
      for (const stretch of this.#stretches) {
        if (first <= stretch.last && last >= stretch.first)
          stretch.unsettled.removeRange(first, last)
      }
    }
    this.#forgetSettled()
  }

  /** Everything that was written before this byte was sent, ledgers too. */
  settleThrough(bytes: number): void {
    while (this.#stretches.length > 0 && this.#stretches[0]!.endBytes <= bytes) {
      this.#sentBytes = this.#stretches.shift()!.endBytes
    }
    this.#sentBytes = Math.max(this.#sentBytes, bytes)
  }

  isUnsettled(sequence: number): boolean {
    return this.#stretches.some(
      ({ first, last, unsettled }) =>
        first <= sequence && sequence <= last && unsettled.has(sequence),
    )
  }

  /** Adds this segment's unsettled lines to a set. */
  addUnsettled(to: SequenceRanges): void {
    for (const { unsettled } of this.#stretches) to.addAll(unsettled)
  }

  async #closeFile(): Promise<void> {
    await this.#files.close(this.#file).catch(() => undefined)
  }

  #forgetSettled(): void {
    for (let next = this.#stretches[0]; next !== undefined; next = this.#stretches[0]) {
      if (next.unsettled.length > 0 || next.ledgers > 0) break
      this.#sentBytes = Math.max(this.#sentBytes, next.endBytes)
      this.#stretches.shift()
    }
  }

  #startOf(stretch: Stretch): number {
    const before = this.#stretches[this.#stretches.indexOf(stretch) - 1]
    return before?.endBytes ?? this.#sentBytes
  }
}
