// Bulk, how many at once: fewer requests in flight when Elasticsearch struggles, more when it does not.
import assert from 'node:assert/strict'

export interface ConcurrencyOptions {
  /** Requests that may always be in flight. At least 1. */
  minInFlight: number
  /** Requests that are never exceeded. */
  maxInFlight: number
  /** A request that took longer than this counts as a sign of overload. */
  latencyTargetMs: number
}

/**
 * Slow start, then additive increase and multiplicative decrease, as TCP does it (RFC 5681). A round of successes doubles
 * the requests until the first sign of overload, and adds one from then on; a sign of overload halves them. Signs from
 * requests that had started before the last halving are of the same overload and do not halve again.
 */
export class AdaptiveConcurrency {
  readonly #options: ConcurrencyOptions
  #limit: number
  #isStarting = true
  #loweredAtMs = Number.NEGATIVE_INFINITY

  constructor(options: ConcurrencyOptions) {
    assert(options.minInFlight >= 1 && options.maxInFlight >= options.minInFlight)
    this.#options = options
    this.#limit = Math.min(options.maxInFlight, Math.max(options.minInFlight, 2))
  }

  /** Requests that may be in flight now: a whole number from minInFlight to maxInFlight. */
  get limit(): number {
    return Math.floor(this.#limit)
  }

  /** A request was answered without a sign of overload, while `inFlight` requests (with it) were in flight. */
  answered(request: { startedAtMs: number; nowMs: number; inFlight: number }): void {
    if (request.nowMs - request.startedAtMs > this.#options.latencyTargetMs) {
      this.overloaded(request)
      return
    }
    // Unused room proves nothing about more of it.
    if (request.inFlight < this.limit) return
    const more = this.#isStarting ? 1 : 1 / this.#limit
    this.#limit = Math.min(this.#options.maxInFlight, this.#limit + more)
  }

  /** 429, 503, a timeout, or a refused connection. */
  overloaded(request: { startedAtMs: number; nowMs: number }): void {
    if (request.startedAtMs < this.#loweredAtMs) return
    this.#isStarting = false
    this.#limit = Math.max(this.#options.minInFlight, this.#limit / 2)
    this.#loweredAtMs = request.nowMs
  }
}
