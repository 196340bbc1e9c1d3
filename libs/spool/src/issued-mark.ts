// How far the instance has counted, kept on disk: often enough to be exact after a kill -9, and no more often.
import type { Clock, Timer } from '@millrace/foundation'

export interface IssuedMarkOptions {
  clock: Clock
  /** Shortest time between two writes. Unit: ms. */
  intervalMs: number
  write: () => void
}

export class IssuedMark {
  readonly #options: IssuedMarkOptions
  #timer: Timer | undefined
  #writtenAt = Number.NEGATIVE_INFINITY

  constructor(options: IssuedMarkOptions) {
    this.#options = options
  }

  /** Writes at once, or as soon as the interval is over. */
  changed(): void {
    if (this.#timer !== undefined) return
    const { clock, intervalMs } = this.#options
    const waitMs = this.#writtenAt + intervalMs - clock.monotonicMs()
    if (waitMs <= 0) this.#write()
    else this.#timer = clock.setTimer(waitMs, () => this.#write(), { unref: true })
  }

  stop(): void {
    this.#timer?.cancel()
  }

  #write(): void {
    this.#timer = undefined
    this.#writtenAt = this.#options.clock.monotonicMs()
    this.#options.write()
  }
}
