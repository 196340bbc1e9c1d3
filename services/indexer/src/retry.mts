// Failure, retried: the same step again and again, with growing waits, until it goes well or the worker stops.
import { backoffDelayMs, type BackoffOptions, type Clock, type Random } from '@millrace/foundation'

/**
 * Runs `step` until it returns a value. Undefined and exceptions are failures, told to `onFailure`.
 * @returns undefined only when the signal was aborted first.
 */
export async function retryUntilDone<Value>(
  step: () => Promise<Value | undefined>,
  options: {
    backoff: BackoffOptions
    clock: Clock
    random: Random
    signal: AbortSignal
    onFailure?: (error: unknown) => void
  },
): Promise<Value | undefined> {
  for (let attempt = 1; !options.signal.aborted; attempt++) {
    try {
      const value = await step()
      if (value !== undefined) return value
    } catch (error) {
      // What fails because the worker stops is no news.
      if (!options.signal.aborted) options.onFailure?.(error)
    }
    const waitMs = backoffDelayMs(attempt, options.backoff, options.random)
    await options.clock.sleep(waitMs, options.signal)
  }
  return undefined
}
