// The ledger's content: what this instance says of its own lines, and which of them it gave up.
import { type Durability, type Ledger, rangesUnder, SequenceRanges } from '@millrace/envelope'
import type { Clock } from '@millrace/foundation'
import type { Counters } from './counters.ts'
import type { DropReason } from './settings.ts'

export interface LedgerKeeperOptions {
  instance: string
  durability: Durability
  counters: Counters
  /** Lines on disk that Kafka has not acknowledged; undefined where there is no spool. */
  spooled: () => SequenceRanges | undefined
  clock: Pick<Clock, 'now'>
  /** Most ranges of dropped lines in one ledger; past it lines of a reason are counted and no longer named. */
  rangesMax: number
}

/** How far the instance's lines have come. */
export interface Progress {
  issued: number
  settled: number
  isClosed: boolean
}

export class LedgerKeeper {
  readonly #options: LedgerKeeperOptions
  /** Dropped since the newest ledger. */
  readonly #fresh = new Map<DropReason, SequenceRanges>()
  /** In a ledger that is not acknowledged yet, so in the next one too. */
  readonly #unsaid = new Map<DropReason, SequenceRanges>()
  readonly #unidentified = new Map<DropReason, number>()
  #number = 0

  constructor(options: LedgerKeeperOptions) {
    this.#options = options
  }

  drop(reason: DropReason, first: number, last = first): void {
    rangesUnder(this.#fresh, reason).addRange(first, last)
    if (rangesUnder(this.#fresh, reason).length > this.#options.rangesMax) this.#forget(reason)
  }

  /** Whether there are dropped lines that no acknowledged ledger names. */
  get hasUnsaidDrops(): boolean {
    return this.#fresh.size > 0 || this.#unsaid.size > 0
  }

  /** All that a reader would see change, as text that can be compared. */
  stateOf({ issued, settled, isClosed }: Progress): string {
    const { accepted, published, droppedTotal, truncated, redacted, spooled, spooledTotal } =
      this.#options.counters
    const counts = [issued, settled, accepted, published, droppedTotal, truncated, redacted]
    return [...counts, spooledTotal, spooled, isClosed].join()
  }

  /** The next ledger. Its dropped ranges come again in the following ones until `said` is called. */
  compose({ issued, settled, isClosed }: Progress): Ledger {
    const { instance, durability, counters, clock, spooled, rangesMax } = this.#options
    for (const [reason, ranges] of this.#fresh) rangesUnder(this.#unsaid, reason).addAll(ranges)
    this.#fresh.clear()
    this.#boundUnsaid()
    return {
      instance,
      number: ++this.#number,
      at: clock.now(),
      issued,
      settled,
      isClosed,
      durability,
      published: counters.published,
      truncated: counters.truncated,
      redacted: counters.redacted,
      spooled: counters.spooledTotal,
      dropped: withoutZeros(counters.dropped),
      droppedRanges: Object.fromEntries(this.#unsaid),
      droppedUnidentified: Object.fromEntries(this.#unidentified),
      spooledRanges: bounded(spooled() ?? new SequenceRanges(), rangesMax),
    }
  }

  /** Kafka has this ledger. What an older one than the newest names is said again: repeats are harmless. */
  said(ledger: Ledger): void {
    if (ledger.number === this.#number) this.#unsaid.clear()
  }

  #boundUnsaid(): void {
    let total = 0
    for (const ranges of this.#unsaid.values()) total += ranges.length
    const bySize = [...this.#unsaid].sort((left, right) => right[1].length - left[1].length)
    for (const [reason, ranges] of bySize) {
      if (total <= this.#options.rangesMax) return
      total -= ranges.length
      this.#forget(reason)
    }
  }

  /** Too many to name: from here on these are a number. */
  #forget(reason: DropReason): void {
    let count = this.#unidentified.get(reason) ?? 0
    for (const set of [this.#fresh, this.#unsaid]) {
      count += set.get(reason)?.count ?? 0
      set.delete(reason)
    }
    this.#unidentified.set(reason, count)
  }
}

/** At most `rangesMax` ranges: the last one then reaches over the gaps, whose lines are accounted for elsewhere. */
function bounded(ranges: SequenceRanges, rangesMax: number): SequenceRanges {
  if (ranges.length <= rangesMax)
    return SequenceRanges.of({ [Symbol.iterator]: () => ranges[Symbol.iterator]() })
  const kept = [...ranges].slice(0, rangesMax)
  const [first] = kept.pop()!
  return SequenceRanges.of([...kept, [first, ranges.last!]])
}

function withoutZeros(counts: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0))
}
