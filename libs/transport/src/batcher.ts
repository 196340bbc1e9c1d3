// Lines wait for company: when a batch is due, and which lines are in it.
import type { Clock, Timer } from '@millrace/foundation'
import { type BatchBounds, LineQueue } from './line-queue.ts'
import type { Line, LineRange, Lines } from './lines.ts'

export interface BatcherOptions extends BatchBounds {
  clock: Clock
  lingerMs: number
  /** Called when lines have waited long enough. */
  onLingerEnd: () => void
}

export class Batcher {
  readonly queue: LineQueue
  readonly #options: BatcherOptions
  /** Lines up to this sequence have waited long enough for company. */
  #dueThrough = 0
  #newest = 0
  #linger: Timer | undefined

  constructor(options: BatcherOptions) {
    this.#options = options
    this.queue = new LineQueue(options)
  }

  push(range: LineRange): void {
    this.queue.push(range)
    this.#newest = range.sequence
  }

  /** A line that has more to say than where it lies. */
  add(line: Line): void {
    this.queue.add(line)
    this.#newest = line.sequence
  }

  /** What waits now waits no longer. */
  hurry(): void {
    this.#dueThrough = this.#newest
  }

  isBatchDue(): boolean {
    const { queue } = this
    const { lingerMs, batchLinesMax, batchSize, recordOverheadBytes } = this.#options
    const first = queue.firstSequence()
    if (first === undefined) return false
    if (first <= this.#dueThrough || lingerMs === 0) return true
    if (queue.length >= batchLinesMax) return true
    return queue.valueBytes + queue.length * recordOverheadBytes >= batchSize.bytesMax
  }

  /** As many lines as fit, at least one; undefined when nothing waits. */
  take(): Lines | undefined {
    return this.queue.take()
  }

  /** Starts the linger of what waits, unless it runs. */
  startLinger(): void {
    if (this.queue.length === 0 || this.#linger !== undefined) return
    const { clock, lingerMs, onLingerEnd } = this.#options
    this.#linger = clock.setTimer(
      lingerMs,
      () => {
        this.#linger = undefined
        this.hurry()
        onLingerEnd()
      },
      { unref: true },
    )
  }

  stop(): void {
    this.#linger?.cancel()
  }
}
