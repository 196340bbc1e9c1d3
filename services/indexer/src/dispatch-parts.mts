// Bulk, what sending is made of: the target, the options, and what the sender tells its owner.
import type { BackoffOptions } from '@millrace/foundation'
import type { BulkFailure } from './bulk-failure.mts'
import type { BulkQueueLimits } from './bulk-queue.mts'
import type { EncodedItem } from './bulk-request.mts'
import type { ItemCause, ItemVerdict } from './bulk-response.mts'
import type { SentItem } from './good-answer.mts'
import type { LateOptions } from './late-requests.mts'
import type { CopyOptions } from './older-copies.mts'

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
  /** `nowMs`: epoch ms, of the answer. */
  settled(item: Item, verdict: 'indexed' | 'duplicate', nowMs: number): void
  rejected(item: Item, cause: ItemCause): void
  /** True when the item's partition is not ours any more; it is then given up instead of tried again. */
  isStale(item: Item): boolean
  givenUp(item: Item): void
  /** Several events become an item each; any other item stays what it is. */
  unfold(item: Item): readonly Item[]
  /** False while the group may have given our partitions to others already: this process was frozen or cut off. */
  isMember(): boolean
  /** After each request, once all of its items were told. */
  requestEnded(request: {
    outcome: RequestOutcome
    latencyMs: number
    bytes: number
    /** Sent to be created; 0 when nothing was sent. */
    items: number
    retried: number
  }): void
  /** A request failed as a whole. */
  troubled(failure: RequestFailure): void
  /** A 413 showed that batches must be smaller. */
  bulkBytesLowered(bulkBytes: number): void
}

export interface DispatchOptions extends BulkQueueLimits, CopyOptions, LateOptions {
  /**
   * How far the clocks of producers, workers and Elasticsearch may be apart, where somebody else or an earlier
   * try of ours is likely to have sent an item.
   */
  clockMarginMs: number
  backoff: BackoffOptions
  /** An item that is refused alone with 400 or 413 this often becomes a dead letter. */
  soleRefusalsMax: number
}

/** An event, or several side by side that nothing has happened to yet: those have no id, and come to be items first. */
export interface DispatchItem extends EncodedItem, SentItem {
  readonly count: number
  readonly dataStream: string
  /** When its record was written. Epoch ms. */
  readonly writtenAtMs: number
  /** Since when it may be in Elasticsearch already, clocks allowed for; see `uncertain.mts`. Epoch ms. */
  uncertainSinceMs: number
  /** An earlier owner may have sent it too, and Elasticsearch may carry that out yet. */
  readonly mayComeLate: boolean
  /** Sent without an answer that settled it. */
  isSentBefore: boolean
  /** It is there, and holds this verdict until no second copy of it is left. */
  toCheck: ItemVerdict | undefined
}
