// How the run goes on: what went in, what came out, and how long nothing did while a fault was there.
import type { FaultKind } from './fault-kinds.ts'

/** Shorter pauses are the rhythm of batches and commits. Unit: ms. */
const pauseMinMs = 1_000

/** For so long a fault that is healed may still be the reason of a pause that begins. Unit: ms. */
const aftermathMs = 15_000

interface WatchedFault {
  kind: FaultKind
  beganAtMs: number
  /** Endless while it is there. */
  endedAtMs: number
}

/** Watches two things: bulk requests that were carried out, and the committed offset of each partition. */
export class Progress {
  indexed = 0
  faultsBegun = 0
  faultsEnded = 0
  /** Longest time without a bulk request that came through, by the kind of fault that had most part in it. Unit: ms. */
  readonly longestPauseMs = new Map<FaultKind, number>()
  /** Longest time for which one partition with records to read had no commit. Unit: ms. */
  readonly longestPartitionPauseMs = new Map<FaultKind, number>()
  readonly #now: () => number
  /** Those that are there, and those that were there a short while ago. */
  readonly #faults = new Set<WatchedFault>()
  #lastIndexedAtMs: number | undefined
  readonly #partitions = new Map<number, { committed: number; sinceMs: number }>()

  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  get activeKinds(): FaultKind[] {
    return [...this.#faults]
      .filter(({ endedAtMs }) => endedAtMs === Number.POSITIVE_INFINITY)
      .map(({ kind }) => kind)
  }

  /** Returns what ends the fault. */
  begin(kind: FaultKind): () => void {
    const fault = { kind, beganAtMs: this.#now(), endedAtMs: Number.POSITIVE_INFINITY }
    this.faultsBegun++
    this.#faults.add(fault)
    return () => {
      if (fault.endedAtMs !== Number.POSITIVE_INFINITY) return
      this.faultsEnded++
      fault.endedAtMs = this.#now()
    }
  }

  onIndexed(items: number): void {
    this.indexed += items
    const now = this.#now()
    if (this.#lastIndexedAtMs !== undefined) {
      this.#blame(this.longestPauseMs, this.#lastIndexedAtMs, now)
    }
    this.#lastIndexedAtMs = now
    // What ended long ago is no reason for what comes now.
    for (const fault of this.#faults)
      if (fault.endedAtMs < now - 300_000) this.#faults.delete(fault)
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

  /** Of several faults the one that was there for most of the pause; what follows a fault counts as its own. */
  #blame(longest: Map<FaultKind, number>, sinceMs: number, now: number): void {
    const pauseMs = now - sinceMs
    if (pauseMs < pauseMinMs) return
    let culprit: FaultKind | undefined
    let mostMs = 0
    for (const { kind, beganAtMs, endedAtMs } of this.#faults) {
      const shareMs = Math.min(endedAtMs + aftermathMs, now) - Math.max(beganAtMs, sinceMs)
      if (shareMs <= mostMs) continue
      mostMs = shareMs
      culprit = kind
    }
    if (culprit === undefined) return
    longest.set(culprit, Math.max(longest.get(culprit) ?? 0, Math.round(pauseMs)))
  }
}
