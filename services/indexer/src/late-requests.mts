// Bulk, across rollovers: a request that was given up may still be carried out, long after its items were settled.
import {
  backoffDelayMs,
  type BackoffOptions,
  type Clock,
  type Random,
  type Timer,
} from '@millrace/foundation'
import type { OlderCopies, UncertainItem } from './older-copies.mts'

export interface LateOptions {
  /** How long after its last try an item is looked at once more. */
  lateMs: number
  /** Items that are remembered for that; past this bound the oldest are forgotten. */
  lateWatchedMax: number
  backoff: BackoffOptions
}

export interface LateParts {
  copies: Pick<OlderCopies<UncertainItem>, 'find'>
  clock: Clock
  random: Random
}

interface Watched {
  dueAtMs: number
  item: UncertainItem
}

/**
 * 1. A bulk request is given up after its timeout, while Elasticsearch, or something before it, still holds
 * it; 2. its items are sent again, by us or by the partition's next owner, and settled; 3. the data stream
 * rolls over; 4. the first request is carried out now, and creates its items in the new write index, or in the
 * old one where it was on its way there before. Nothing tells of it, so whatever became of those items, they are looked up once more, a while after the try. Where
 * there was no rollover, that asks for the backing indices and for nothing else.
 */
export class LateRequests {
  readonly #parts: LateParts
  readonly #options: LateOptions
  /** By id, in the order in which they are due. */
  readonly #watched = new Map<string, Watched>()
  #timer: Timer | undefined
  #failures = 0
  #isClosed = false

  constructor(parts: LateParts, options: LateOptions) {
    this.#parts = parts
    this.#options = options
  }

  get watched(): number {
    return this.#watched.size
  }

  /** A try of the item, not before `uncertainSinceMs` (epoch ms), went without an answer that this worker knows of. */
  watch({ id, dataStream }: UncertainItem, uncertainSinceMs: number): void {
    const { lateMs, lateWatchedMax } = this.#options
    const dueAtMs = this.#parts.clock.monotonicMs() + lateMs
    this.#watched.delete(id)
    this.#watched.set(id, { dueAtMs, item: { id, dataStream, uncertainSinceMs } })
    if (this.#watched.size > lateWatchedMax) {
      const [oldest] = this.#watched.keys()
      this.#watched.delete(oldest!)
    }
    if (this.#timer === undefined) this.#arm(lateMs)
  }

  /** Safe to call twice. */
  close(): void {
    this.#isClosed = true
    this.#timer?.cancel()
    this.#watched.clear()
  }

  #arm(delayMs: number): void {
    if (this.#isClosed) return
    this.#timer = this.#parts.clock.setTimer(delayMs, () => void this.#look())
  }

  async #look(): Promise<void> {
    const nowMs = this.#parts.clock.monotonicMs()
    const due: Watched[] = []
    for (const each of this.#watched.values()) {
      if (each.dueAtMs > nowMs) break
      due.push(each)
    }
    try {
      const items = due.map((each) => each.item)
      await this.#parts.copies.find(items, { isNew: true })
      this.#failures = 0
      // One that was sent again meanwhile is due later.
      for (const each of due) {
        if (this.#watched.get(each.item.id) === each) this.#watched.delete(each.item.id)
      }
    } catch {
      // Bulk requests meet the same trouble and tell of it.
      this.#failures += 1
    }
    this.#timer = undefined
    const [next] = this.#watched.values()
    if (next === undefined) return
    const { backoff } = this.#options
    const waitMs =
      this.#failures === 0
        ? next.dueAtMs - this.#parts.clock.monotonicMs()
        : backoffDelayMs(this.#failures, backoff, this.#parts.random)
    this.#arm(Math.max(1, waitMs))
  }
}
