// Who waits for a flush: each until the lines handed over before it are settled, or until its deadline.
import type { Clock, Timer } from '@millrace/foundation'

/** How often a flush looks whether it makes sense to wait on. */
const hopeIntervalMs = 50

interface Waiter {
  through: number
  finish: (isSettled: boolean) => void
}

export class FlushWaiters {
  readonly #clock: Pick<Clock, 'setTimer'>
  readonly #waiters = new Set<Waiter>()

  constructor(clock: Pick<Clock, 'setTimer'>) {
    this.#clock = clock
  }

  /**
   * Resolves with true when every sequence through `through` is settled, with false after `timeoutMs`, or as soon
   * as there is no hope.
   */
  wait(through: number, timeoutMs: number, isHopeless?: () => boolean): Promise<boolean> {
    return new Promise((resolve) => {
      let look: Timer | undefined
      const finish = (isSettled: boolean): void => {
        timer.cancel()
        look?.cancel()
        this.#waiters.delete(waiter)
        resolve(isSettled)
      }
      // This timer alone holds the process: whoever waits for a flush wants it to live that long.
      const timer = this.#clock.setTimer(timeoutMs, () => finish(false))
      const waiter: Waiter = { through, finish }
      this.#waiters.add(waiter)
      const lookAgain = (): void => {
        if (isHopeless?.() === true) finish(false)
        else look = this.#clock.setTimer(hopeIntervalMs, lookAgain, { unref: true })
      }
      if (isHopeless !== undefined) lookAgain()
    })
  }

  /** Every sequence through `settled` is settled. */
  settle(settled: number): void {
    for (const waiter of this.#waiters) if (waiter.through <= settled) waiter.finish(true)
  }

  finishAll(): void {
    for (const waiter of this.#waiters) waiter.finish(false)
  }
}
