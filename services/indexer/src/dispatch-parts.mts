// Bulk, what sending is made of: the target, the options, and what the sender tells its owner.
import type { BackoffOptions } from '@millrace/foundation'
import type { BulkFailure } from './bulk-failure.mts'
import type { BulkQueueLimits } from './bulk-queue.mts'
import type { EncodedItem } from './bulk-request.mts'
import type { ItemCause } from './bulk-response.mts'

/** The part of the store that is used here. */
export interface BulkTarget {
  /** @throws BulkRequestError with `context.status` where Elasticsearch answered at all. */
  bulk(body: Buffer, options: { signal?: AbortSignal; timeoutMs?: number }): Promise<unknown>
}

/** A request that brought no verdicts. `unreadable`: the response did not match the request. */
export type RequestFailure =
  | BulkFailure
  | { kind: 'unreadable'; status?: undefined; retryAfterMs?: undefined; reason: string }
export type RequestOutcome = 'answered' | RequestFailure['kind']

/** What the dispatcher tells its owner. Calls are synchronous and come in the order of the answers. */
export interface DispatchHandlers<Item> {
  settled(item: Item, verdict: 'indexed' | 'duplicate'): void
  rejected(item: Item, cause: ItemCause): void
  /** True when the item's partition is not ours any more; it is then given up instead of tried again. */
  isStale(item: Item): boolean
  givenUp(item: Item): void
  /** After each request, once all of its items were told. */
  requestEnded(request: {
    outcome: RequestOutcome
    latencyMs: number
    bytes: number
    items: number
    retried: number
  }): void
  /** A request failed as a whole. */
  troubled(failure: RequestFailure): void
  /** A 413 showed that batches must be smaller. */
  bulkBytesLowered(bulkBytes: number): void
}

export interface DispatchOptions extends BulkQueueLimits {
  requestTimeoutMs: number
  backoff: BackoffOptions
  /** An item that is refused alone with 400 or 413 this often becomes a dead letter. */
  soleRefusalsMax: number
}

export interface DispatchItem extends EncodedItem {
  readonly id: string
}
