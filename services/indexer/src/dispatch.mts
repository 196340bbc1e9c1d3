// Bulk: sends batches, several at once, and brings each item to its verdict, however often that takes.
import { backoffDelayMs, type Clock, type Random, type Timer } from '@millrace/foundation'
import type { Books } from './books.mts'
import { BulkQueue, type QueuedBatch } from './bulk-queue.mts'
import type { ItemVerdict } from './bulk-response.mts'
import { BulkTry } from './bulk-try.mts'
import type { AdaptiveConcurrency } from './concurrency.mts'
import type {
  BulkTarget,
  DispatchHandlers,
  DispatchItem,
  DispatchOptions,
  RequestFailure,
} from './dispatch-parts.mts'
import { LateRequests } from './late-requests.mts'
import { type CopyTarget, OlderCopies } from './older-copies.mts'

/** Batches are never made smaller than this because of a 413. */
const bulkBytesFloor = 64 * 1024

export class Dispatcher<Item extends DispatchItem> {
  readonly #try: BulkTry<Item>
  readonly #late: LateRequests
  readonly #handlers: DispatchHandlers<Item>
  readonly #options: DispatchOptions
  readonly #time: { clock: Clock; random: Random }
  readonly #concurrency: AdaptiveConcurrency
  readonly #queue: BulkQueue<Item>
  readonly #abort = new AbortController()
  #inFlight = 0
  /** Nothing is sent before this: Elasticsearch as a whole did not answer well. */
  #blockedUntilMs = 0
  #blockedAtMs = Number.NEGATIVE_INFINITY
  #failures = 0
  #timer: Timer | undefined
  #timerAtMs = 0

  constructor(
    parts: {
      target: BulkTarget & CopyTarget
      books: Books
      handlers: DispatchHandlers<Item>
      concurrency: AdaptiveConcurrency
      clock: Clock
      random: Random
    },
    options: DispatchOptions,
  ) {
    const { signal } = this.#abort
    const copies = new OlderCopies({ ...parts, signal }, options)
    this.#late = new LateRequests({ ...parts, copies }, options)
    this.#try = new BulkTry<Item>({ ...parts, copies, late: this.#late, signal }, options)
    this.#handlers = parts.handlers
    this.#concurrency = parts.concurrency
    this.#time = parts
    this.#options = options
    this.#queue = new BulkQueue(options)
  }

  get requestsInFlight(): number {
    return this.#inFlight
  }

  get batchesQueued(): number {
    return this.#queue.length
  }

  /** Whole requests that failed since the last one that was answered. */
  get failuresInARow(): number {
    return this.#failures
  }

  submit(items: Item[]): void {
    this.#queue.push({ items, dueAtMs: this.#nowMs() })
    this.#pump()
  }

  /** Gives up what is queued for partitions that are not ours any more. */
  discardStale(): void {
    for (const item of this.#queue.discard((queued) => this.#handlers.isStale(queued))) {
      this.#handlers.givenUp(item)
    }
  }

  /** Aborts what is in flight and gives up the rest. Safe to call twice. */
  close(): void {
    this.#abort.abort()
    this.#late.close()
    this.#timer?.cancel()
    for (const item of this.#queue.discard(() => true)) this.#handlers.givenUp(item)
  }

  #nowMs(): number {
    return this.#time.clock.monotonicMs()
  }

  #pump(): void {
    if (this.#abort.signal.aborted) return
    const nowMs = this.#nowMs()
    while (this.#inFlight < this.#concurrency.limit && nowMs >= this.#blockedUntilMs) {
      const batch = this.#queue.takeDue(nowMs)
      if (batch === undefined) break
      this.#inFlight += 1
      void this.#send(batch)
    }
    if (this.#inFlight < this.#concurrency.limit) this.#arm(nowMs)
  }

  #arm(nowMs: number): void {
    const dueAtMs = this.#queue.nextDueAtMs()
    if (dueAtMs === undefined) return
    const atMs = Math.max(dueAtMs, this.#blockedUntilMs)
    if (this.#timer !== undefined && this.#timerAtMs <= atMs) return
    this.#timer?.cancel()
    this.#timerAtMs = atMs
    this.#timer = this.#time.clock.setTimer(Math.max(1, atMs - nowMs), () => {
      this.#timer = undefined
      this.#pump()
    })
  }

  async #send(batch: QueuedBatch<Item>): Promise<void> {
    const startedAtMs = this.#nowMs()
    const { outcome, ...sent } = await this.#try.run(batch)
    this.#inFlight -= 1
    let retried = 0
    if (outcome.kind === 'answered') {
      retried = this.#settle(batch, outcome.verdicts, startedAtMs)
      if (outcome.trouble !== undefined) this.#handlers.troubled(outcome.trouble)
    } else {
      this.#fail(batch, outcome, startedAtMs)
    }
    this.#handlers.requestEnded({ outcome: outcome.kind, ...sent, retried })
    this.#pump()
  }

  /** @returns how many items will be tried again. */
  #settle(
    batch: QueuedBatch<Item>,
    verdicts: ItemVerdict[] | 'indexed',
    startedAtMs: number,
  ): number {
    const again: Item[] = []
    let busy = 0
    const nowMs = this.#time.clock.now()
    if (verdicts === 'indexed') {
      for (const item of batch.items) this.#handlers.settled(item, 'indexed', nowMs)
      return this.#answered(batch, again, { startedAtMs, busy })
    }
    for (let position = 0; position < verdicts.length; position++) {
      const item = batch.items[position]!
      const verdict = verdicts[position]!
      if (verdict.verdict === 'indexed' || verdict.verdict === 'duplicate') {
        this.#handlers.settled(item, verdict.verdict, nowMs)
      } else if (this.#handlers.isStale(item)) {
        this.#handlers.givenUp(item)
      } else if (verdict.verdict === 'rejected') {
        this.#handlers.rejected(item, verdict.cause)
      } else {
        again.push(item)
        if (verdict.status === 429) busy += 1
      }
    }
    if (busy === verdicts.length) {
      const reason = `all ${busy} items were answered with 429`
      this.#blockAndRetry(batch, { kind: 'unavailable', status: 429, reason }, startedAtMs)
      return again.length
    }
    return this.#answered(batch, again, { startedAtMs, busy })
  }

  #answered(
    batch: QueuedBatch<Item>,
    again: Item[],
    { startedAtMs, busy }: { startedAtMs: number; busy: number },
  ): number {
    this.#failures = 0
    this.#blockedUntilMs = 0
    this.#adapt(batch, startedAtMs, { busy, again: again.length })
    this.#retry(again, batch.attempt + 1)
    return again.length
  }

  /**
   * Items that fail with 503 again and again belong to a data stream that is down; they say nothing of
   * the others, and must not take their requests from them.
   */
  #adapt(
    batch: QueuedBatch<Item>,
    startedAtMs: number,
    { busy, again }: { busy: number; again: number },
  ): void {
    const request = { startedAtMs, nowMs: this.#nowMs(), inFlight: this.#inFlight + 1 }
    const isMostlyRefused = again * 2 >= batch.items.length
    if (busy > 0) this.#concurrency.overloaded(request)
    else if (!isMostlyRefused) this.#concurrency.answered(request)
    else if (batch.attempt === 0) this.#concurrency.overloaded(request)
  }

  #fail(batch: QueuedBatch<Item>, failure: RequestFailure, startedAtMs: number): void {
    if (this.#abort.signal.aborted) {
      for (const item of batch.items) this.#handlers.givenUp(item)
    } else if (failure.kind === 'too-large' || failure.kind === 'malformed') {
      this.#handlers.troubled(failure)
      this.#isolate(batch, failure)
    } else {
      this.#blockAndRetry(batch, failure, startedAtMs)
    }
  }

  /** Halves a batch that was refused as a whole, until the item that is to blame stands alone. */
  #isolate(batch: QueuedBatch<Item>, failure: RequestFailure): void {
    const { items } = batch
    const nowMs = this.#nowMs()
    if (items.length > 1) {
      if (failure.kind === 'too-large') this.#lowerBulkBytes(batch.bytes / 2)
      const middle = items.length >> 1
      const half = { dueAtMs: nowMs, isIsolated: true }
      this.#queue.push({ ...half, items: items.slice(0, middle) })
      this.#queue.push({ ...half, items: items.slice(middle) })
      return
    }
    const item = items[0]!
    const refusals = batch.refusals + 1
    if (this.#handlers.isStale(item)) {
      this.#handlers.givenUp(item)
    } else if (refusals >= this.#options.soleRefusalsMax) {
      this.#handlers.rejected(item, {
        code: 'MILLRACE_BULK_REJECTED',
        status: failure.status ?? 0,
        type: failure.kind === 'too-large' ? 'request_too_large' : 'request_malformed',
        reason: `refused alone, ${item.bytes} bytes: ${failure.reason}`,
      })
    } else {
      const dueAtMs = nowMs + this.#delayMs(refusals)
      this.#queue.push({ items, dueAtMs, refusals, isIsolated: true })
    }
  }

  /** All requests wait: the trouble is not with one item. */
  #blockAndRetry(batch: QueuedBatch<Item>, failure: RequestFailure, startedAtMs: number): void {
    const nowMs = this.#nowMs()
    this.#handlers.troubled(failure)
    this.#concurrency.overloaded({ startedAtMs, nowMs })
    // Requests that failed together are one failure: only the first of them lengthens the wait.
    if (startedAtMs > this.#blockedAtMs) {
      this.#failures += 1
      this.#blockedAtMs = nowMs
      const waitMs = Math.max(failure.retryAfterMs ?? 0, this.#delayMs(this.#failures))
      this.#blockedUntilMs = nowMs + waitMs
    }
    const wanted: Item[] = []
    for (const item of batch.items) {
      if (this.#handlers.isStale(item)) this.#handlers.givenUp(item)
      else wanted.push(item)
    }
    this.#retry(wanted, batch.attempt + 1, batch.isIsolated)
  }

  #retry(items: Item[], attempt: number, isIsolated = false): void {
    const dueAtMs = this.#nowMs() + this.#delayMs(attempt)
    this.#queue.push({ items, dueAtMs, attempt, isIsolated })
  }

  #delayMs(attempt: number): number {
    return backoffDelayMs(attempt, this.#options.backoff, this.#time.random)
  }

  #lowerBulkBytes(bytes: number): void {
    const bulkBytes = Math.max(bulkBytesFloor, Math.floor(bytes))
    this.#queue.lowerBulkBytes(bulkBytes)
    this.#handlers.bulkBytesLowered(bulkBytes)
  }
}
