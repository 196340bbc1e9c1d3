// The transport's books: what came in, what Kafka has, what was given up and why.
import { type DropReason, dropReasons } from './settings.ts'

/** A snapshot. accepted = published + all dropped + waiting + spooled. */
export interface TransportCounters {
  /** Lines that came in. */
  accepted: number
  /** Lines that Kafka acknowledged. */
  published: number
  dropped: Record<DropReason, number>
  /** Lines that wait in memory or are in flight from there, and are not on disk. */
  waiting: number
  /** Lines on disk that Kafka has not acknowledged. */
  spooled: number
  /** Tries that failed and were, or will be, made again. */
  retries: number
  /** Lines that were cut to fit the topic. */
  truncated: number
  /** Values that redaction replaced. */
  redacted: number
  /** Estimate for waiting lines, lines in flight and the unfinished line. */
  memoryBytes: number
}

export class Counters {
  readonly #spooledNow: () => number
  accepted = 0
  published = 0
  retries = 0
  truncated = 0
  redacted = 0
  /** Lines ever written to disk. */
  spooledTotal = 0
  readonly dropped: Record<DropReason, number> = Object.fromEntries(
    dropReasons.map((reason) => [reason, 0]),
  ) as Record<DropReason, number>

  /** `spooledNow`: lines on disk that Kafka has not acknowledged. */
  constructor(spooledNow: () => number) {
    this.#spooledNow = spooledNow
  }

  get droppedTotal(): number {
    let total = 0
    for (const reason of dropReasons) total += this.dropped[reason]
    return total
  }

  get spooled(): number {
    return this.#spooledNow()
  }

  get waiting(): number {
    const known = this.published + this.droppedTotal + this.spooled
    // A line that was given up while its publish or its write went on may be counted twice in the end.
    return Math.max(0, this.accepted - known)
  }

  snapshot(memoryBytes: number): TransportCounters {
    return {
      accepted: this.accepted,
      published: this.published,
      dropped: { ...this.dropped },
      waiting: this.waiting,
      spooled: this.spooled,
      retries: this.retries,
      truncated: this.truncated,
      redacted: this.redacted,
      memoryBytes,
    }
  }
}
