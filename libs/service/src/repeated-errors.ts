// The service's own log, kept readable: the same trouble at most once in a while, with a count.
import { type Clock, type Timer } from '@millrace/foundation'

export interface RepeatedErrorsOptions {
  /** Shortest time between two lines of one key. Unit: ms. Default: 10,000. */
  intervalMs?: number
  /** Most keys remembered at once; further ones share one. Default: 256. */
  keysMax?: number
}

/** Writes the line; `repeats` is how often the same happened since the line before, this time not counted. */
export type WriteLine = (repeats: number) => void

/**
 * Lets the first of a key through at once and holds back the rest. At the end of the interval, what was
 * held back is written as one line with its count, so that the last word is never lost.
 */
export class RepeatedErrors {
  readonly #clock: Clock
  readonly #intervalMs: number
  readonly #keysMax: number
  readonly #held = new Map<string, { repeats: number; write: WriteLine; timer: Timer }>()

  constructor(clock: Clock, options: RepeatedErrorsOptions = {}) {
    this.#clock = clock
    this.#intervalMs = options.intervalMs ?? 10_000
    this.#keysMax = options.keysMax ?? 256
  }

  /** @param key what makes two troubles the same, for example the error's code and the topic. */
  report(key: string, write: WriteLine): void {
    const held = this.#held.get(key)
    if (held !== undefined) {
      held.repeats += 1
      held.write = write
      return
    }
    if (this.#held.size >= this.#keysMax && key !== 'other') return this.report('other', write)
    this.#hold(key, write)
    write(0)
  }

  /** Writes what is held back and stops all timers. Safe to call twice. */
  close(): void {
    for (const { repeats, write, timer } of this.#held.values()) {
      timer.cancel()
      if (repeats > 0) write(repeats - 1)
    }
    this.#held.clear()
  }

  #hold(key: string, write: WriteLine): void {
    const end = (): void => {
      const held = this.#held.get(key)
      this.#held.delete(key)
      if (held === undefined || held.repeats === 0) return
      this.#hold(key, held.write)
      held.write(held.repeats - 1)
    }
    const timer = this.#clock.setTimer(this.#intervalMs, end, { unref: true })
    this.#held.set(key, { repeats: 0, write, timer })
  }
}
