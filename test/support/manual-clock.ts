// Time that stands still until a test moves it.
import type { Clock, Timer } from '@millrace/foundation'

interface PendingTimer {
  atMs: number
  order: number
  callback: () => void
}

export class ManualClock implements Clock {
  #nowMs: number
  #order = 0
  #timers: PendingTimer[] = []

  constructor(startMs = 1_767_323_045_000) {
    this.#nowMs = startMs
  }

  now(): number {
    return this.#nowMs
  }

  monotonicMs(): number {
    return this.#nowMs
  }

  /** How many timers are set. */
  get timers(): number {
    return this.#timers.length
  }

  setTimer(delayMs: number, callback: () => void): Timer {
    const timer = { atMs: this.#nowMs + Math.max(0, delayMs), order: this.#order++, callback }
    this.#timers.push(timer)
    return {
      cancel: () => {
        this.#timers = this.#timers.filter((other) => other !== timer)
      },
    }
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted === true) return resolve()
      const timer = this.setTimer(delayMs, resolve)
      signal?.addEventListener('abort', () => {
        timer.cancel()
        resolve()
      })
    })
  }

  /** Lets everything that is ready run, then fires the timers of the next `ms` in their order. */
  async advance(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms
    await settle()
    for (;;) {
      const due = this.#timers
        .filter((timer) => timer.atMs <= endMs)
        .sort((a, b) => a.atMs - b.atMs || a.order - b.order)[0]
      if (due === undefined) break
      this.#timers = this.#timers.filter((timer) => timer !== due)
      this.#nowMs = Math.max(this.#nowMs, due.atMs)
      due.callback()
      await settle()
    }
    this.#nowMs = endMs
    await settle()
  }
}

/** Lets every promise that can go on do so. */
export async function settle(): Promise<void> {
  // Enough turns for the longest chain of promises without timers.
  for (let turn = 0; turn < 20; turn++) {
    await new Promise<void>((resolve) => {
      setImmediate(resolve)
    })
  }
}
