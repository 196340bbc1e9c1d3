// Take, watched: how long each partition goes without progress, above all from one owner to the next.
import type { Clock, Timer } from '@millrace/foundation'
import type { KafkaRecord } from '@millrace/kafka'
import type { OwnedPartition } from './ownership.mts'

export interface WentOn {
  /** Partitions in which something waited. */
  partitions: number
  longestMs: number
  /** The partition that stood still longest. */
  longest: number | undefined
}

export interface ProgressWatchParts {
  clock: Clock
  owned: () => readonly OwnedPartition[]
  /** The first progress of a partition after it was assigned, with how long it had stood still before. */
  progressed: (standstillMs: number) => void
  /** Once after each assignment: what waited goes on. Not called when nothing waited. */
  wentOn: (told: WentOn) => void
}

/** How soon after an assignment its standstill is told, and again how soon while a partition still waits. */
const tellAfterMs = 5_000

export class ProgressWatch {
  readonly #parts: ProgressWatchParts
  #timer: Timer | undefined
  #told: WentOn = nothing()

  constructor(parts: ProgressWatchParts) {
    this.#parts = parts
  }

  /** A new assignment has begun. */
  assigned(): void {
    this.#tell()
    this.#arm()
  }

  /** The first record of an ownership: it waits since it was written, or since the last owner's last commit. */
  taken(owner: OwnedPartition, record: KafkaRecord): void {
    if (owner.waitingSinceMs !== undefined) return
    owner.waitingSinceMs = Math.max(owner.committedBeforeAtMs ?? 0, record.timestampMs)
    // Nobody has told when the last owner stopped, and the record may be as old as the topic.
    if (owner.committedBeforeAtMs === undefined) owner.waitingSinceMs = owner.assignedAtMs
  }

  /** Something may have been settled. Cheap: it looks at the owned partitions only. */
  look(): void {
    const { clock, owned } = this.#parts
    for (const owner of owned()) {
      const offset = owner.settlement.committableOffset
      if (offset === owner.seenOffset) continue
      if (owner.seenOffset === undefined) this.#firstProgress(owner)
      owner.seenOffset = offset
      owner.progressedAtMs = clock.monotonicMs()
    }
  }

  /**
   * For how long a partition that has something to do has made no progress; 0 while it has nothing to do. One
   * that was not fetched yet has something to do.
   */
  stalledMs(owner: OwnedPartition, highWatermark: number | undefined): number {
    const { span, committableOffset } = owner.settlement
    const isBehind =
      span > 0 ||
      highWatermark === undefined ||
      (committableOffset !== undefined && highWatermark > committableOffset)
    const nowMs = this.#parts.clock.monotonicMs()
    owner.behindSinceMs = isBehind ? (owner.behindSinceMs ?? nowMs) : undefined
    if (owner.behindSinceMs === undefined) return 0
    return nowMs - Math.max(owner.behindSinceMs, owner.progressedAtMs ?? 0)
  }

  /** Safe to call twice. */
  close(): void {
    this.#tell()
    this.#timer?.cancel()
  }

  #firstProgress(owner: OwnedPartition): void {
    if (owner.waitingSinceMs === undefined) return
    const standstillMs = Math.max(0, this.#parts.clock.now() - owner.waitingSinceMs)
    this.#parts.progressed(standstillMs)
    this.#told.partitions += 1
    if (standstillMs < this.#told.longestMs) return
    this.#told.longestMs = standstillMs
    this.#told.longest = owner.partition
  }

  #arm(): void {
    this.#timer?.cancel()
    this.#timer = this.#parts.clock.setTimer(tellAfterMs, () => {
      const isWaiting = this.#parts
        .owned()
        .some((owner) => owner.waitingSinceMs !== undefined && owner.seenOffset === undefined)
      if (isWaiting) this.#arm()
      else this.#tell()
    })
  }

  #tell(): void {
    if (this.#told.partitions > 0) this.#parts.wentOn(this.#told)
    this.#told = nothing()
  }
}

function nothing(): WentOn {
  return { partitions: 0, longestMs: 0, longest: undefined }
}
