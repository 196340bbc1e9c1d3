// One assignment, from join to revoke: which partitions are owned, where each is read, and why it ends.
import type { AssignedPartition, PartitionOffset, TopicPartition } from '../port.ts'
import { Signal } from './signal.ts'
import type { Clock } from '@millrace/foundation'

/** Why an assignment ends. After `lost` the group has given the partitions to others already. */
export type EndReason = 'rebalance' | 'lost' | 'partitions-changed' | 'closing' | 'failed'

/** Where an assignment begins to read a partition. */
export interface StartPosition {
  offset: number
  /** When this offset was committed; epoch ms, absent where nobody told. */
  committedAtMs?: number
}

export interface OwnedPartition {
  readonly partition: number
  /** Next offset to be handed over. */
  position: number
  /** The first offset that this assignment has read; nothing before it is committed. */
  startedAt: number
  highWatermark: number | undefined
  /** When it was last committed before this assignment; epoch ms. */
  readonly committedAtMs: number | undefined
  isPaused: boolean
  /** Records are being unpacked or handed over; nothing is fetched meanwhile. */
  isBusy: boolean
  /** Not fetched before this time (monotonic ms), after something failed. */
  notBeforeMs: number
}

/**
 * The rules that keep an assignment's records apart from the next one's:
 *
 * 1. a fetch for partition 3 is under way; 2. the group rebalances, `end` is called; 3. `onRevoked` runs, what
 * was in flight is committed; 4. the member joins again and owns partition 3 again, from that commit;
 * 5. the old fetch answers with records from before it. Therefore whoever fetched asks `isLive` of the
 * generation that it fetched for, after every wait and right before `onRecords`, and drops what is late. Between
 * that question and the call there is no wait, so that nothing can happen in between.
 *
 * A commit may run in the old generation until `onRevoked` is done (the broker accepts it while it waits for
 * members to join), and never later: `retire` comes before the next join.
 */
export class Generation {
  readonly topic: string
  readonly generationId: number
  readonly memberId: string
  readonly isLeader: boolean
  readonly partitionsKnown: number
  readonly owned: ReadonlyMap<number, OwnedPartition>
  /** Fires when a partition may be fetched again, and at the end. */
  readonly changed: Signal
  readonly ended: Promise<EndReason>
  #end: (reason: EndReason) => void = () => {}
  #endReason: EndReason | undefined
  #isRetired = false
  readonly #clock: Clock
  readonly #sessionTimeoutMs: number
  #heardAtMs: number

  constructor(
    joined: {
      topic: string
      generationId: number
      memberId: string
      isLeader: boolean
      partitionsKnown: number
      heardAtMs: number
      positions: ReadonlyMap<number, StartPosition>
    },
    options: { clock: Clock; sessionTimeoutMs: number },
  ) {
    this.#clock = options.clock
    this.#sessionTimeoutMs = options.sessionTimeoutMs
    this.#heardAtMs = joined.heardAtMs
    this.topic = joined.topic
    this.generationId = joined.generationId
    this.memberId = joined.memberId
    this.isLeader = joined.isLeader
    this.partitionsKnown = joined.partitionsKnown
    const positions = [...joined.positions].toSorted(([left], [right]) => left - right)
    this.owned = new Map(positions.map(([id, position]) => [id, own(id, position)]))
    this.changed = new Signal(options.clock)
    this.ended = new Promise((resolve) => {
      this.#end = resolve
    })
  }

  /** Whether records may still be handed over. */
  get isLive(): boolean {
    return this.#endReason === undefined
  }

  /** Whether offsets may still be committed: yes until `onRevoked` is done, unless the group has given up on us. */
  get mayCommit(): boolean {
    return !this.#isRetired && this.#endReason !== 'lost'
  }

  /**
   * Whether the group has heard us within a session timeout, so that the partitions are ours for certain:
   *
   * 1. the process is frozen, or cut off from the coordinator, for longer than a session; 2. others own its
   * partitions and read them; 3. it goes on, and the next heartbeat, which will tell it, is still under way.
   * What it takes until then would be done twice.
   */
  get isHeard(): boolean {
    return this.#clock.monotonicMs() - this.#heardAtMs < this.#sessionTimeoutMs
  }

  /** When the newest request was sent that the coordinator has answered as ours (monotonic ms). */
  get heardAtMs(): number {
    return this.#heardAtMs
  }

  heard(sentAtMs: number): void {
    const wasHeard = this.isHeard
    this.#heardAtMs = Math.max(this.#heardAtMs, sentAtMs)
    if (!wasHeard) this.changed.fire()
  }

  get endReason(): EndReason | undefined {
    return this.#endReason
  }

  /** The first reason stays, save that a lost membership overrules all. */
  end(reason: EndReason): void {
    if (this.#endReason === undefined || reason === 'lost') this.#endReason = reason
    this.#end(reason)
    this.changed.fire()
  }

  /** No commit from here on. */
  retire(): void {
    this.#isRetired = true
  }

  partitions(): TopicPartition[] {
    return [...this.owned.keys()].map((partition) => ({ topic: this.topic, partition }))
  }

  /** As `partitions`, with what the group knows of each. */
  assigned(): AssignedPartition[] {
    return [...this.owned.values()].map(({ partition, committedAtMs }) =>
      committedAtMs === undefined
        ? { topic: this.topic, partition }
        : { topic: this.topic, partition, committedAtMs },
    )
  }

  setPaused(partitions: readonly TopicPartition[], isPaused: boolean): void {
    for (const { topic, partition } of partitions) {
      const found = topic === this.topic ? this.owned.get(partition) : undefined
      if (found !== undefined) found.isPaused = isPaused
    }
    if (!isPaused) this.changed.fire()
  }

  /**
   * The highest offset of each partition that may be committed. Left out are partitions of others, and offsets
   * before the start of this assignment: they are late news from an earlier one, and another owner may have
   * committed more since.
   */
  committable(offsets: readonly PartitionOffset[]): Map<number, number> {
    const found = new Map<number, number>()
    for (const { topic, partition, offset } of offsets) {
      const owned = topic === this.topic ? this.owned.get(partition) : undefined
      if (owned === undefined || offset < owned.startedAt) continue
      found.set(partition, Math.max(offset, found.get(partition) ?? 0))
    }
    return found
  }
}

function own(partition: number, { offset, committedAtMs }: StartPosition): OwnedPartition {
  return {
    partition,
    position: offset,
    startedAt: offset,
    highWatermark: undefined,
    committedAtMs,
    isPaused: false,
    isBusy: false,
    notBeforeMs: 0,
  }
}
