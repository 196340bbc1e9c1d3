// Bulk, across rollovers: a request that was given up may still be carried out, long after its items were settled.
import {
  backoffDelayMs,
  type BackoffOptions,
  type Clock,
  type Random,
  type Timer,
} from '@millrace/foundation'
import type { SentItem } from './good-answer.mts'
import { PackedIds } from './packed-ids.mts'
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

/** An item, with its id where it lies if it has not been made a text yet. */
type WatchedItem = Pick<UncertainItem, 'dataStream'> & SentItem

/** Items of one data stream that were watched at nearly the same time. */
interface Watched {
  readonly dataStream: string
  readonly openedAtMs: number
  /** Of the last of them. */
  dueAtMs: number
  /** Of the earliest of them. */
  uncertainSinceMs: number
  readonly ids: PackedIds
}

/** Items that are watched within this time of each other share a group. Unit: ms. */
const groupMs = 250
/** Memory of groups that are forgotten, kept for the next ones. */
const spareMax = 4
/** Ids of one group, so that forgetting and looking go in steps of a bounded size. */
const groupMax = 4_096

/**
 * 1. A bulk request is given up after its timeout, while Elasticsearch, or something before it, still holds
 * it; 2. its items are sent again, by us or by the partition's next owner, and settled; 3. the data stream
 * rolls over; 4. the first request is carried out now, and creates its items in the new write index, or in the
 * old one where it was on its way there before. Nothing tells of it, so whatever became of those items, they are looked up once more, a while after the try. Where
 * there was no rollover, that asks for the backing indices and for nothing else.
 *
 * A worker that catches up watches every event that it indexes, so an id is only copied here. (A map of them cost
 * a third of the worker's time once it was full: the oldest entry of a Map is behind all that were deleted.)
 */
export class LateRequests {
  readonly #parts: LateParts
  readonly #options: LateOptions
  /** In the order in which they are due. */
  #groups: Watched[] = []
  /** A worker that catches up makes dozens of groups in a second: 60 bytes of garbage for an event outside the heap. */
  readonly #spare: Buffer<ArrayBuffer>[] = []
  #watched = 0
  #timer: Timer | undefined
  #failures = 0
  #isClosed = false

  constructor(parts: LateParts, options: LateOptions) {
    this.#parts = parts
    this.#options = options
  }

  get watched(): number {
    return this.#watched
  }

  /**
   * A try of the item, or of several, not before `uncertainSinceMs` (epoch ms), went without an answer that this worker knows of.
   * One that is watched twice is looked at twice.
   */
  watch(item: WatchedItem, sinceMs: number): void {
    if (this.#isClosed) return
    const { lateMs, lateWatchedMax } = this.#options
    const nowMs = this.#parts.clock.monotonicMs()
    const group = this.#open(item.dataStream, nowMs)
    group.dueAtMs = nowMs + lateMs
    group.uncertainSinceMs = Math.min(group.uncertainSinceMs, sinceMs)
    const { ids } = group
    const before = ids.count
    const { idPlace, idPlaces } = item
    if (idPlaces !== undefined) ids.addAll(idPlaces)
    else if (idPlace !== undefined) ids.addFrom(idPlace)
    else ids.add(item.id)
    this.#watched += ids.count - before
    while (this.#watched > lateWatchedMax) this.#forgetOldest()
    if (this.#timer === undefined) this.#arm(lateMs)
  }

  /** Safe to call twice. */
  close(): void {
    this.#isClosed = true
    this.#timer?.cancel()
    this.#groups = []
    this.#watched = 0
  }

  #open(dataStream: string, nowMs: number): Watched {
    const last = this.#groups.at(-1)
    const isOpen =
      last !== undefined &&
      last.dataStream === dataStream &&
      nowMs - last.openedAtMs < groupMs &&
      last.ids.count < groupMax
    if (isOpen) return last
    const group: Watched = {
      dataStream,
      openedAtMs: nowMs,
      dueAtMs: nowMs,
      uncertainSinceMs: Number.POSITIVE_INFINITY,
      ids: new PackedIds(this.#spare.pop()),
    }
    this.#groups.push(group)
    return group
  }

  #forgetOldest(): void {
    const oldest = this.#groups[0]!
    oldest.ids.dropFirst()
    this.#watched -= 1
    if (oldest.ids.count > 0) return
    this.#groups.shift()
    this.#keep(oldest)
  }

  #keep({ ids }: Watched): void {
    if (this.#spare.length < spareMax) this.#spare.push(ids.memory)
  }

  #arm(delayMs: number): void {
    if (this.#isClosed) return
    this.#timer = this.#parts.clock.setTimer(delayMs, () => void this.#look())
  }

  async #look(): Promise<void> {
    const nowMs = this.#parts.clock.monotonicMs()
    const due = this.#groups.filter((group) => group.dueAtMs <= nowMs)
    try {
      const items = due.flatMap(({ ids, dataStream, uncertainSinceMs }) =>
        ids.all().map((id) => ({ id, dataStream, uncertainSinceMs })),
      )
      if (items.length > 0) await this.#parts.copies.find(items, { isNew: true })
      this.#failures = 0
      this.#groups = this.#groups.filter((group) => !due.includes(group))
      for (const group of due) this.#keep(group)
      this.#watched = this.#groups.reduce((sum, { ids }) => sum + ids.count, 0)
    } catch {
      // Bulk requests meet the same trouble and tell of it.
      this.#failures += 1
    }
    this.#timer = undefined
    const next = this.#groups[0]
    if (next === undefined) return
    const { backoff } = this.#options
    const waitMs =
      this.#failures === 0
        ? next.dueAtMs - this.#parts.clock.monotonicMs()
        : backoffDelayMs(this.#failures, backoff, this.#parts.random)
    this.#arm(Math.max(1, waitMs))
  }
}
