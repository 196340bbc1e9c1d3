// Records that wait for the disk, in order: a bounded queue, and what of it is being written.
import { SequenceRanges } from '@millrace/envelope'
import type { AppendOutcome, SpoolRecord } from './records.ts'
import type { SpareMemory } from './spare-memory.ts'

/** What some records are, once they are bytes. */
export interface Entered {
  /** Sequences of the lines. */
  lines: SequenceRanges
  ledgers: number
}

/** One call of `append`. */
export interface Waiting extends Entered {
  bytes: Buffer
  finish: (outcome: AppendOutcome) => void
}

/** Most bytes in one write, unless one append alone has more. */
const writeMaxBytes = 1_048_576

export class AppendQueue {
  #waiting: Waiting[] = []
  #taken: Waiting[] = []
  #bytes = 0

  get isEmpty(): boolean {
    return this.#waiting.length === 0
  }

  /** Whether `bytes` more are within the bound; one append alone always is. */
  hasRoom(bytes: number, maxBytes: number): boolean {
    return this.#bytes === 0 || this.#bytes + bytes <= maxBytes
  }

  push(waiting: Waiting): void {
    this.#waiting.push(waiting)
    this.#bytes += waiting.bytes.length
  }

  /** What the next write takes. It counts as waiting until it is finished. */
  take(): readonly Waiting[] {
    let bytes = 0
    let count = 0
    for (const waiting of this.#waiting) {
      if (count > 0 && bytes + waiting.bytes.length > writeMaxBytes) break
      bytes += waiting.bytes.length
      count++
    }
    this.#taken = this.#waiting.splice(0, count)
    return this.#taken
  }

  /** Everything that is not finished, in order. */
  takeAll(): readonly Waiting[] {
    this.#taken.push(...this.#waiting.splice(0))
    return this.#taken
  }

  /**
   * Ends what was taken; after a failure also what waits behind it, which would fail as well.
   * @param memory gets back what the bytes lay in; absent while a thread may still read them.
   */
  finish(outcome: AppendOutcome, memory?: SpareMemory): void {
    const finished = outcome.ok ? this.#taken : [...this.#taken, ...this.#waiting.splice(0)]
    this.#taken = []
    for (const { bytes, finish } of finished) {
      this.#bytes -= bytes.length
      memory?.give(Buffer.from(bytes.buffer, 0, bytes.buffer.byteLength))
      finish(outcome)
    }
  }
}

/** What one write writes. */
export function bytesOf(waiting: readonly Waiting[]): Buffer {
  return waiting.length === 1 ? waiting[0]!.bytes : Buffer.concat(waiting.map(({ bytes }) => bytes))
}

/** All that is kept of the records themselves: what waits for the disk costs no object for each line. */
export function entered(records: readonly SpoolRecord[]): Entered {
  const lines = new SequenceRanges()
  let ledgers = 0
  for (const { kind, sequence } of records) {
    if (kind === 'ledger') ledgers++
    else lines.add(sequence)
  }
  return { lines, ledgers }
}
