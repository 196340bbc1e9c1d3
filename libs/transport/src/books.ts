// The books: every line is counted once, dropped ones are named for the ledger, and whoever asked is told.
import type { SpoolLoss } from '@millrace/spool'
import type { SequenceRanges } from '@millrace/envelope'
import { Counters } from './counters.ts'
import { LedgerKeeper, type LedgerKeeperOptions } from './ledger-keeper.ts'
import type { Lines } from './lines.ts'
import type { Notes } from './notes.ts'
import type { DropListener, DropReason } from './settings.ts'

export interface BooksOptions extends Omit<LedgerKeeperOptions, 'counters'> {
  notes: Notes
  onDrop: DropListener | undefined
}

export class Books {
  readonly counters: Counters
  readonly keeper: LedgerKeeper
  readonly #notes: Notes
  readonly #onDrop: DropListener | undefined

  constructor(options: BooksOptions) {
    this.counters = new Counters(() => options.spooled()?.count ?? 0)
    this.keeper = new LedgerKeeper({ ...options, counters: this.counters })
    this.#notes = options.notes
    this.#onDrop = options.onDrop
  }

  published(lines: Lines): void {
    this.counters.published += lines.length
  }

  truncated(): void {
    this.counters.truncated++
  }

  /** `why`: what stood in the way, for a person. */
  dropped(reason: DropReason, lines: Lines, why?: string): void {
    for (const [first, last] of lines.ranges()) this.keeper.drop(reason, first, last)
    this.count(reason, lines.length, why)
  }

  /** Lines that were on disk only and are gone from there; those in `held` are in memory still. */
  lost({ reason, sequences }: SpoolLoss, held: SequenceRanges): void {
    let count = 0
    for (const [first, last] of sequences) {
      for (let sequence = first; sequence <= last; sequence++) {
        if (held.has(sequence)) continue
        this.keeper.drop(reason, sequence)
        count++
      }
    }
    this.count(reason, count)
  }

  /** Dropped lines that the ledger can't name, or names already. */
  count(reason: DropReason, count: number, why?: string): void {
    if (count === 0) return
    this.counters.dropped[reason] += count
    this.#notes.dropped(reason, count, why)
    try {
      this.#onDrop?.({ reason, count })
    } catch {
      // The listener is the application's; its fault must not reach the logging call.
    }
  }
}
