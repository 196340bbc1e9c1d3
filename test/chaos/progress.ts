// How the run goes on: what went in, what came out, and how long nothing did while a fault was there.
import type { FaultKind } from './fault-kinds.ts'

/** Shorter pauses are the rhythm of batches and commits. Unit: ms. */
const pauseMinMs = 1_000

interface ActiveFault {
  kind: FaultKind
  beganAtMs: number
}

/** Watches two things: bulk requests that were carried out, and the committed offset of each partition. */
export class Progress {
  indexed = 0
  faultsBegun = 0
  faultsEnded = 0
  /** Longest time without a bulk request that came through, by the kinds of fault that were there in it. Unit: ms. */
  readonly longestPauseMs = new Map<FaultKind, number>()
  /** Longest time for which one partition with records to read had no commit. Unit: ms. */
  readonly longestPartitionPauseMs = new Map<FaultKind, number>()
  readonly #now: () => number
  readonly #active = new Set<ActiveFault>()
  /** Faults that ended since the last progress: a pause may have begun in their time. */
  readonly #recent = new Set<ActiveFault>()
  #lastIndexedAtMs: number | undefined
  readonly #partitions = new Map<number, { committed: number; sinceMs: number }>()

  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  get activeKinds(): FaultKind[] {
    return [...this.#active].map(({ kind }) => kind)
  }

  /** Returns what ends the fault. */
  begin(kind: FaultKind): () => void {
    const fault = { kind, beganAtMs: this.#now() }
    this.faultsBegun++
    this.#active.add(fault)
    return () => {
      if (!this.#active.delete(fault)) return
      this.faultsEnded++
      this.#recent.add(fault)
    }
  }

  onIndexed(items: number): void {
    this.indexed += items
    const now = this.#now()
    if (this.#lastIndexedAtMs !== undefined) {
      this.#blame(this.longestPauseMs, this.#lastIndexedAtMs, now)
    }
    this.#lastIndexedAtMs = now
    // What ended a while ago is no reason for what comes now.
    for (const fault of this.#recent)
      if (fault.beganAtMs < now - 120_000) this.#recent.delete(fault)
  }

  /** What the group has committed of a partition, and where the partition ends. */
  onCommitted(partition: number, committed: number, end: number): void {
    const now = this.#now()
    const known = this.#partitions.get(partition)
    if (known === undefined || committed >= end || committed !== known.committed) {
      if (known !== undefined && committed !== known.committed) {
        this.#blame(this.longestPartitionPauseMs, known.sinceMs, now)
      }
      this.#partitions.set(partition, { committed, sinceMs: now })
    }
  }

  #blame(longest: Map<FaultKind, number>, sinceMs: number, now: number): void {
    const pauseMs = now - sinceMs
    if (pauseMs < pauseMinMs) return
    for (const { kind, beganAtMs } of [...this.#active, ...this.#recent]) {
      // It was there when the pause began, or began in it.
      if (beganAtMs > now || beganAtMs < sinceMs - 15_000) continue
      longest.set(kind, Math.max(longest.get(kind) ?? 0, Math.round(pauseMs)))
    }
  }
}
