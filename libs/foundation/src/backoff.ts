// Failure, retried: how long to wait before the next try.
import type { Random } from './random.ts'

export interface BackoffOptions {
  /** First wait, before jitter. Unit: ms. */
  initialMs: number
  /** Longest wait, before jitter. Unit: ms. */
  maxMs: number
}

/**
 * Exponential backoff with "equal jitter": half of the doubled wait is kept, half is drawn, so that a
 * crowd of workers spreads out and none of them retries at once.
 *
 * @param attempt 1 for the wait after the first failure.
 * @returns a wait in ms, between half of and the whole of `min(maxMs, initialMs * 2^(attempt - 1))`.
 */
export function backoffDelayMs(attempt: number, options: BackoffOptions, random: Random): number {
  const exponent = Math.min(Math.max(attempt, 1) - 1, 30)
  const ceiling = Math.min(options.maxMs, options.initialMs * 2 ** exponent)
  return ceiling / 2 + random.next() * (ceiling / 2)
}
