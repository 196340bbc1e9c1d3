// A clock that stands still until a test moves it.
import type { Clock, Timer } from '@millrace/foundation'

interface Due {
  at: number
  callback: () => void
}

/** Lets every promise that can go on do so. */
export async function settle(): Promise<void> {
  for (let round = 0; round < 20; round++) {
    await new Promise<void>((resolve) => {
      setImmediate(resolve)
    })
  }
}

export class ManualClock implements Clock {
  #now = 1_767_323_045_678
  readonly #due = new Set<Due>()

  now(): number {
    return this.#now
  }

  monotonicMs(): number {
    return this.#now
  }

  setTimer(delayMs: number, callback: () => void): Timer {
    const due = { at: this.#now + delayMs, callback }
    this.#due.add(due)
    return { cancel: () => this.#due.delete(due) }
  }

  async sleep(delayMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      this.setTimer(delayMs, resolve)
    })
  }

  get timers(): number {
    return this.#due.size
  }

  /** Moves time on, calling each timer at its moment, in order. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms
    await settle()
    for (;;) {
      const next = [...this.#due].sort((left, right) => left.at - right.at)[0]
      if (next === undefined || next.at > end) break
      this.#now = next.at
      this.#due.delete(next)
      next.callback()
      await settle()
    }
    this.#now = end
    await settle()
  }
}
