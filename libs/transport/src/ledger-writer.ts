// The ledger, published: with the first batch, every ten seconds while something changes, and at the end.
import type { Ledger } from '@millrace/envelope'
import type { Clock, Timer } from '@millrace/foundation'
import type { LedgerKeeper, Progress } from './ledger-keeper.ts'

export interface LedgerWriterOptions {
  keeper: LedgerKeeper
  clock: Clock
  /** Time between ledgers while something changes. Unit: ms. */
  intervalMs: number
  /** A ledger is written after so many intervals even when nothing has changed: the instance lives. */
  quietIntervalsMax: number
  progress: (isClosed: boolean) => Progress
  /** One try. Resolves with true when Kafka has the ledger. Never rejects. */
  publish: (ledger: Ledger) => Promise<boolean>
}

export class LedgerWriter {
  readonly #options: LedgerWriterOptions
  #timer: Timer | undefined
  #hasBegun = false
  #isEnded = false
  #writing = 0
  #quietIntervals = 0
  /** State of the newest acknowledged ledger. */
  #saidState = ''

  constructor(options: LedgerWriterOptions) {
    this.#options = options
  }

  /** The first line is on its way: from now on the instance is accounted for. Safe to call for each batch. */
  begin(): void {
    if (this.#hasBegun || this.#isEnded) return
    this.#hasBegun = true
    this.#schedule()
    void this.write(false)
  }

  /** Whether a ledger with `isClosed` would say something that no acknowledged one says. */
  hasNews(isClosed: boolean): boolean {
    const { keeper, progress } = this.#options
    const state = progress(isClosed)
    return state.issued > 0 && keeper.stateOf(state) !== this.#saidState
  }

  /** Resolves with true when Kafka has the ledger. Never rejects. */
  async write(isClosed: boolean): Promise<boolean> {
    const { keeper, progress, publish } = this.#options
    const state = progress(isClosed)
    const text = keeper.stateOf(state)
    const ledger = keeper.compose(state)
    this.#writing++
    const isSaid = await publish(ledger)
    this.#writing--
    if (!isSaid) return false
    keeper.said(ledger)
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
