// The transport's books: what came in, what Kafka has, what was given up and why.
import { type DropReason, dropReasons } from './settings.ts'

/** A snapshot. accepted = published + all dropped + waiting. */
export interface TransportCounters {
  /** Lines that came in. */
  accepted: number
  /** Lines that Kafka acknowledged. */
  published: number
  dropped: Record<DropReason, number>
  /** Lines that wait or are in flight. */
  waiting: number
  /** Tries that failed and were, or will be, made again. */
  retries: number
  /** Lines that were cut to fit the topic. */
  truncated: number
  /** Estimate for waiting lines, lines in flight and the unfinished line. */
  memoryBytes: number
}

export class Counters {
  accepted = 0
  published = 0
  retries = 0
  truncated = 0
  readonly dropped: Record<DropReason, number> = Object.fromEntries(
    dropReasons.map((reason) => [reason, 0]),
  ) as Record<DropReason, number>

  get droppedTotal(): number {
    let total = 0
    for (const reason of dropReasons) total += this.dropped[reason]
    return total
  }

  snapshot(memoryBytes: number): TransportCounters {
    return {
      accepted: this.accepted,
      published: this.published,
      dropped: { ...this.dropped },
      waiting: this.accepted - this.published - this.droppedTotal,
      retries: this.retries,
      truncated: this.truncated,
      memoryBytes,
    }
  }
}
