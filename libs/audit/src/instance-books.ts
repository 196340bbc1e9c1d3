// One instance's own words: all its ledgers united, in whatever order they are read.
import {
  type Durability,
  type Ledger,
  rangesUnder,
  type SequenceRange,
  SequenceRanges,
} from '@millrace/envelope'

/** What stands beside a ledger in its document or record. */
export interface LedgerSource {
  service?: string
  host?: string
  /** The topic that it came through. */
  topic?: string
  /** When the indexer took it, epoch ms; the ledger's own time is by its writer's clock. */
  takenAt?: number
}

/**
 * A bound on what was issued before a horizon: before it, backing indices have been deleted, so that a line of
 * that time may have been there.
 */
interface HorizonBound {
  horizonAt: number
  /** Issued, by the earliest ledger after the horizon; undefined while there is none. */
  issued: number | undefined
}

export class InstanceBooks {
  readonly instance: string
  issued = 0
  /** Every sequence up to this one is published, dropped or in the spool. */
  settled = 0
  /** The newest of all times that it was heard of, epoch ms. */
  heardAt = 0
  durability: Durability = 'none'
  service: string | undefined
  host: string | undefined
  topic: string | undefined
  ledgers = 0
  readonly #dropped = new Map<string, SequenceRanges>()
  readonly #droppedByItself = new Map<string, SequenceRanges>()
  /** Of each writer, the newest ledger; the instance's own under the empty name. */
  readonly #newest = new Map<string, Ledger>()
  readonly #bounds: HorizonBound[]

  constructor(instance: string, horizons: readonly number[] = []) {
    this.instance = instance
    this.#bounds = horizons.map((horizonAt) => ({ horizonAt, issued: undefined }))
  }

  take(ledger: Ledger, source: LedgerSource = {}): void {
    this.ledgers++
    this.issued = Math.max(this.issued, ledger.issued)
    this.settled = Math.max(this.settled, ledger.settled)
    this.heardAt = Math.max(this.heardAt, ledger.at, source.takenAt ?? 0)
    this.service ??= source.service
    this.host ??= source.host
    this.topic ??= source.topic
    for (const [reason, ranges] of Object.entries(ledger.droppedRanges)) {
      rangesUnder(this.#dropped, reason).addAll(ranges)
      if (ledger.writer === undefined) rangesUnder(this.#droppedByItself, reason).addAll(ranges)
    }
    for (const bound of this.#bounds) {
      if (ledger.at < bound.horizonAt) continue
      bound.issued = Math.min(bound.issued ?? ledger.issued, ledger.issued)
    }
    const writer = ledger.writer ?? ''
    const before = this.#newest.get(writer)
    if (before === undefined || isNewer(ledger, before)) this.#newest.set(writer, ledger)
    if (writer === '') this.durability = this.#newest.get('')!.durability
  }

  /** The instance said itself that nothing more comes. */
  get isClosed(): boolean {
    return this.#newest.get('')?.isClosed === true
  }

  /** Another instance has sent everything that it left on disk. */
  get isRecovered(): boolean {
    for (const [writer, ledger] of this.#newest) if (writer !== '' && ledger.isClosed) return true
    return false
  }

  /** Which lines were dropped, by reason. */
  droppedRanges(): ReadonlyMap<string, Iterable<SequenceRange>> {
    return this.#dropped
  }

  /**
   * How many more lines were dropped of which nobody knows any more which they were. A ledger that arrived
   * without its writer hearing so has named lines that later ones only count: those are not counted again.
   */
  droppedUnidentified(): Map<string, number> {
    const counts = new Map<string, number>()
    for (const [writer, { dropped, droppedUnidentified }] of this.#newest) {
      for (const [reason, count] of Object.entries(droppedUnidentified)) {
        const named = writer === '' ? (this.#droppedByItself.get(reason)?.count ?? 0) : 0
        const unnamed = Math.max(0, (dropped[reason] ?? 0) - named)
        counts.set(reason, (counts.get(reason) ?? 0) + Math.min(count, unnamed))
      }
    }
    return counts
  }

  /** Lines on disk: none once another instance has sent all that was left there, whatever was said before. */
  spooled(): SequenceRanges {
    const spooled = new SequenceRanges()
    const { isRecovered } = this
    for (const [writer, ledger] of this.#newest) {
      const isFinal = writer !== '' && ledger.isClosed
      if (isFinal || !isRecovered) spooled.addAll(ledger.spooledRanges)
    }
    return spooled
  }

  /**
   * Lines up to this one may have been in a backing index that is deleted by now: those that were issued before
   * the horizon. Undefined when that is not known: then it may be all of them.
   */
  issuedBefore(horizonAt: number): number | undefined {
    return this.#bounds.find((bound) => bound.horizonAt === horizonAt)?.issued
  }
}

function isNewer(one: Ledger, other: Ledger): boolean {
  return one.number !== other.number ? one.number > other.number : one.at > other.at
}
