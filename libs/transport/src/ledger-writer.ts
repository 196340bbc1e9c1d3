// The ledger, published: with the first batch, every ten seconds while something changes, and at the end.
import type { Ledger } from '@millrace/envelope'
import type { Clock, Timer } from '@millrace/foundation'
import type { LedgerKeeper, Progress } from './ledger-keeper.ts'

/** What became of a ledger: in Kafka, on disk, or neither. */
export type LedgerFate = 'published' | 'kept' | 'lost'

export interface LedgerWriterOptions {
  keeper: LedgerKeeper
  clock: Clock
  /** Time between ledgers while something changes. Unit: ms. */
  intervalMs: number
  /** A ledger is written after so many intervals even when nothing has changed: the instance lives. */
  quietIntervalsMax: number
  progress: (isClosed: boolean) => Progress
  /** One try. Never rejects. */
  publish: (ledger: Ledger) => Promise<LedgerFate>
}

export class LedgerWriter {
  readonly #options: LedgerWriterOptions
  #timer: Timer | undefined
  #hasBegun = false
  #isEnded = false
  #writing = 0
  #quietIntervals = 0
  /** State in the newest ledger that is in Kafka or on disk. */
  #saidState = ''

  constructor(options: LedgerWriterOptions) {
    this.#options = options
  }

  /** The first line is on its way: from now on the instance is accounted for. Safe to call for each batch. */
  begin(): void {
    if (this.#hasBegun || this.#isEnded) return
    this.#hasBegun = true
    this.watch()
    void this.write(false)
  }

  /** There may be news without any batch: lines that could not be accepted. */
  watch(): void {
    if (this.#timer === undefined && !this.#isEnded) this.#schedule()
  }

  /** Whether a ledger with `isClosed` would say something that no acknowledged one says. */
  hasNews(isClosed: boolean): boolean {
    const { keeper, progress } = this.#options
    const state = progress(isClosed)
    return state.issued > 0 && keeper.stateOf(state) !== this.#saidState
  }

  /** Resolves with true when the ledger is in Kafka or, for now, on disk. Never rejects. */
  async write(isClosed: boolean): Promise<boolean> {
    const { keeper, progress, publish } = this.#options
    const state = progress(isClosed)
    const text = keeper.stateOf(state)
    const ledger = keeper.compose(state)
    this.#writing++
    const fate = await publish(ledger)
    this.#writing--
    if (fate === 'lost') return false
    // What the disk keeps may be lost with the disk: its dropped ranges are said again.
    if (fate === 'published') keeper.said(ledger)
    this.#saidState = text
    this.#quietIntervals = 0
    return true
  }

  /** No further ledger by itself. */
  end(): void {
    this.#isEnded = true
    this.#timer?.cancel()
  }

  #schedule(): void {
    const { clock, intervalMs } = this.#options
    this.#timer = clock.setTimer(intervalMs, () => this.#tick(), { unref: true })
  }

  #tick(): void {
    this.#schedule()
    this.#quietIntervals++
    if (this.#writing > 0) return
    if (this.hasNews(false) || this.#quietIntervals >= this.#options.quietIntervalsMax) {
      void this.write(false)
    }
  }
}
