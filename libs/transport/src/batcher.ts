// Lines wait for company: when a batch is due, and which lines are in it.
import type { Clock, Timer } from '@millrace/foundation'
import { LineQueue, type QueuedLine } from './line-queue.ts'

export interface BatcherOptions {
  clock: Clock
  lingerMs: number
  /** Largest batch, keys and headers counted. */
  batchBytes: number
  batchLinesMax: number
  /** What a record takes beside its value. */
  recordOverheadBytes: number
  /** Called when lines have waited long enough. */
  onLingerEnd: () => void
}

export class Batcher {
  readonly queue = new LineQueue()
  readonly #options: BatcherOptions
  /** Lines up to this sequence have waited long enough for company. */
  #dueThrough = 0
  #newest = 0
  #linger: Timer | undefined

  constructor(options: BatcherOptions) {
    this.#options = options
  }

  push(line: QueuedLine): void {
    this.queue.push(line)
    this.#newest = line.sequence
  }

  /** What waits now waits no longer. */
  hurry(): void {
    this.#dueThrough = this.#newest
  }

  isBatchDue(): boolean {
    const { queue } = this
    const { lingerMs, batchLinesMax, batchBytes, recordOverheadBytes } = this.#options
    const first = queue.first()
    if (first === undefined) return false
    if (first.sequence <= this.#dueThrough || lingerMs === 0) return true
    if (queue.length >= batchLinesMax) return true
    return queue.valueBytes + queue.length * recordOverheadBytes >= batchBytes
  }

  /** As many lines as fit, at least one. */
  take(): QueuedLine[] {
    const { queue } = this
    const { batchLinesMax, batchBytes, recordOverheadBytes } = this.#options
    const lines: QueuedLine[] = []
    let bytes = 0
    for (let line = queue.first(); line !== undefined; line = queue.first()) {
      bytes += line.value.length + recordOverheadBytes
      if (lines.length > 0 && bytes > batchBytes) break
      if (lines.length >= batchLinesMax) break
      queue.shift()
      lines.push(line)
    }
    return lines
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
