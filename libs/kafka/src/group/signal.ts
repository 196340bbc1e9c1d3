// Waiting for something to change, never longer than told.
import type { Clock } from '@millrace/foundation'

/** Wakes everyone who waits. A wake-up with nobody waiting is kept for the next one who does. */
export class Signal {
  readonly #clock: Clock
  readonly #waiting = new Set<() => void>()
  #isSet = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  fire(): void {
    if (this.#waiting.size === 0) this.#isSet = true
    for (const wake of this.#waiting) wake()
  }

  /** Resolves at the next `fire`, or after `timeoutMs`. */
  wait(timeoutMs: number): Promise<void> {
    if (this.#isSet) {
      this.#isSet = false
      return Promise.resolve()
    }
    return new Promise((resolve) => {
      const wake = (): void => {
        timer.cancel()
        this.#waiting.delete(wake)
        resolve()
      }
      const timer = this.#clock.setTimer(timeoutMs, wake)
      this.#waiting.add(wake)
    })
  }
}
