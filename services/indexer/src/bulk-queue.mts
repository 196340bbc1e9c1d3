// Bulk: batches that wait for a free request or for the end of their backoff.
import assert from 'node:assert/strict'
import type { BatchItem } from './batch.mts'

export interface QueuedBatch<Item> {
  items: Item[]
  /** Events. */
  count: number
  bytes: number
  /** Not sent before this. */
  dueAtMs: number
  /** Failed tries so far; 0 for a batch that was never sent. */
  attempt: number
  /** How often the batch was refused as a whole since it was last split. */
  refusals: number
  /** Part of a batch that was refused as a whole; never merged, so that the bad item is found. */
  isIsolated: boolean
}

export interface BulkQueueLimits {
  bulkBytes: number
  bulkCount: number
}

/** Pure: ordered by due time, oldest first; small batches that wait together leave together. */
export class BulkQueue<Item extends BatchItem> {
  readonly #limits: BulkQueueLimits
  #batches: QueuedBatch<Item>[] = []

  constructor(limits: BulkQueueLimits) {
    this.#limits = { ...limits }
  }

  /** No merged batch is larger than this from now on. */
  lowerBulkBytes(bulkBytes: number): void {
    this.#limits.bulkBytes = Math.min(this.#limits.bulkBytes, bulkBytes)
  }

  get length(): number {
    return this.#batches.length
  }

  push(batch: {
    items: Item[]
    dueAtMs: number
    attempt?: number
    refusals?: number
    isIsolated?: boolean
  }): void {
    if (batch.items.length === 0) return
    let bytes = 0
    let count = 0
    for (const item of batch.items) {
      bytes += item.bytes
      count += item.count ?? 1
    }
    const queued = { attempt: 0, refusals: 0, isIsolated: false, ...batch, count, bytes }
    let at = this.#batches.length
    while (at > 0 && this.#batches[at - 1]!.dueAtMs > queued.dueAtMs) at--
    this.#batches.splice(at, 0, queued)
  }

  nextDueAtMs(): number | undefined {
    return this.#batches[0]?.dueAtMs
  }

  /**
   * The batch that is due first, filled up with other due batches as far as the limits allow. Batches
   * that were never sent and batches that failed are not mixed: items that cannot be indexed for now
   * must not slow down those that can.
   */
  takeDue(nowMs: number): QueuedBatch<Item> | undefined {
    const first = this.#batches[0]
    if (first === undefined || first.dueAtMs > nowMs) return undefined
    this.#batches.shift()
    if (first.isIsolated) return first
    const kept: QueuedBatch<Item>[] = []
    for (const other of this.#batches) {
      if (this.#fits(first, other, nowMs)) {
        for (const item of other.items) first.items.push(item)
        first.bytes += other.bytes
        first.count += other.count
        first.attempt = Math.max(first.attempt, other.attempt)
      } else {
        kept.push(other)
      }
    }
    this.#batches = kept
    return first
  }

  /** Takes out the items for which `isUnwanted` holds. */
  discard(isUnwanted: (item: Item) => boolean): Item[] {
    const removed: Item[] = []
    const kept: QueuedBatch<Item>[] = []
    for (const batch of this.#batches) {
      const wanted: Item[] = []
      for (const item of batch.items) {
        if (isUnwanted(item)) {
          removed.push(item)
          batch.bytes -= item.bytes
          batch.count -= item.count ?? 1
        } else {
          wanted.push(item)
        }
      }
      assert(batch.bytes >= 0)
      batch.items = wanted
      if (wanted.length > 0) kept.push(batch)
    }
    this.#batches = kept
    return removed
  }

  #fits(batch: QueuedBatch<Item>, other: QueuedBatch<Item>, nowMs: number): boolean {
    return (
      !other.isIsolated &&
      other.dueAtMs <= nowMs &&
      other.attempt > 0 === batch.attempt > 0 &&
      batch.bytes + other.bytes <= this.#limits.bulkBytes &&
      batch.count + other.count <= this.#limits.bulkCount
    )
  }
}
