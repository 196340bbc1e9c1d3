// Batch: documents wait here until they are enough bytes, enough items, or old enough for one bulk request.
import assert from 'node:assert/strict'

export interface BatchLimits {
  /** Body size at which a batch is full. A larger single item makes a batch of its own. */
  bulkBytes: number
  /** Events at which a batch is full. */
  bulkCount: number
  /** Longest that the first item of a batch waits for company. 0: no waiting. */
  lingerMs: number
}

/** What a batch is made of: an event, or several. It may grow while it is the last of the open batch. */
export interface BatchItem {
  /** Default: 1. */
  readonly count?: number
  readonly bytes: number
}

/** Pure: time is an argument, and nothing happens until somebody asks. */
export class Batcher<Item extends BatchItem> {
  readonly #limits: BatchLimits
  #full: Item[][] = []
  #open: Item[] = []
  #openBytes = 0
  #openCount = 0
  #openedAtMs = 0

  constructor(limits: BatchLimits) {
    assert(limits.bulkBytes >= 1 && limits.bulkCount >= 1 && limits.lingerMs >= 0)
    this.#limits = { ...limits }
  }

  /** Batches larger than this are not made from now on. Only ever lowers the limit. */
  lowerBulkBytes(bulkBytes: number): void {
    this.#limits.bulkBytes = Math.max(1, Math.min(this.#limits.bulkBytes, bulkBytes))
  }

  get bulkBytes(): number {
    return this.#limits.bulkBytes
  }

  /** What was added last, as long as its batch is open. */
  get last(): Item | undefined {
    return this.#open.at(-1)
  }

  /** No batch is open: the next item begins one. */
  get isBetweenBatches(): boolean {
    return this.#open.length === 0
  }

  /** Closes the open batch if so many bytes more would be too many for it. @returns whether it did. */
  makeRoom(bytes: number): boolean {
    const isFull = this.#open.length > 0 && this.#openBytes + bytes > this.#limits.bulkBytes
    if (isFull) this.#close()
    return isFull
  }

  /** @returns whether a batch ends with this item. */
  add(item: Item, nowMs: number): boolean {
    this.makeRoom(item.bytes)
    if (this.#open.length === 0) this.#openedAtMs = nowMs
    this.#open.push(item)
    return this.grown(item.bytes, item.count)
  }

  /** The last item has so much more in it than before. @returns whether its batch ends with it. */
  grown(bytes: number, count = 1): boolean {
    this.#openBytes += bytes
    this.#openCount += count
    const { bulkBytes, bulkCount } = this.#limits
    const isFull = this.#openBytes >= bulkBytes || this.#openCount >= bulkCount
    if (isFull) this.#close()
    return isFull
  }

  /** When `takeDue` will have something to give; undefined while nothing waits. */
  dueAtMs(): number | undefined {
    if (this.#full.length > 0) return 0
    return this.#open.length === 0 ? undefined : this.#openedAtMs + this.#limits.lingerMs
  }

  /** The oldest batch that is full, or else the open one once its linger has passed. */
  takeDue(nowMs: number): Item[] | undefined {
    const full = this.#full.shift()
    if (full !== undefined) return full
    if (this.#open.length === 0 || nowMs < this.#openedAtMs + this.#limits.lingerMs)
      return undefined
    return this.take()
  }

  /** The next batch, whether it is due or not. */
  take(): Item[] | undefined {
    if (this.#full.length === 0 && this.#open.length > 0) this.#close()
    return this.#full.shift()
  }

  #close(): void {
    this.#full.push(this.#open)
    this.#open = []
    this.#openBytes = 0
    this.#openCount = 0
  }
}
