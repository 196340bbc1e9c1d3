// Time, for every step of the journey: the only place that reads the clock or sets a timer.

/** A timer that has been set; `cancel` is safe to call twice. */
export interface Timer {
  cancel(): void
}

/** Time as an argument, so that tests and the simulation can own it. */
export interface Clock {
  /** Wall-clock time in epoch milliseconds. */
  now(): number
  /** Milliseconds that never go backwards; only differences mean anything. */
  monotonicMs(): number
  /** Calls `callback` once after `delayMs`. Does not keep the process alive when `unref` is true. */
  setTimer(delayMs: number, callback: () => void, options?: { unref?: boolean }): Timer
  /** Resolves after `delayMs`, or at once when the signal is aborted. Never rejects. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  setTimer(delayMs, callback, options) {
    const timeout = setTimeout(callback, Math.max(0, delayMs))
    if (options?.unref === true) timeout.unref()
    return { cancel: () => clearTimeout(timeout) }
  },
  sleep(delayMs, signal) {
    return new Promise((resolve) => {
      if (signal?.aborted === true) return resolve()
      const finish = (): void => {
        clearTimeout(timeout)
        signal?.removeEventListener('abort', finish)
        resolve()
      }
      const timeout = setTimeout(finish, Math.max(0, delayMs))
      signal?.addEventListener('abort', finish, { once: true })
    })
  },
}
