import { describe, expect, it } from 'vitest'
import { AdaptiveConcurrency } from '../src/concurrency.mts'

const options = { minInFlight: 1, maxInFlight: 8, latencyTargetMs: 1_000 }

function answer(concurrency: AdaptiveConcurrency, startedAtMs: number, times = 1): void {
  for (let time = 0; time < times; time++) {
    const { limit } = concurrency
    concurrency.answered({ startedAtMs, nowMs: startedAtMs + 10, inFlight: limit })
  }
}

describe('AdaptiveConcurrency', () => {
  it('starts with two requests and doubles them with each full round of answers', () => {
    const concurrency = new AdaptiveConcurrency(options)
    expect(concurrency.limit).toBe(2)
    answer(concurrency, 0, 2)
    expect(concurrency.limit).toBe(4)
    answer(concurrency, 0, 4)
    expect(concurrency.limit).toBe(8)
  })

  it('adds one for each full round once there was a sign of overload', () => {
    const concurrency = new AdaptiveConcurrency(options)
    answer(concurrency, 0, 2)
    concurrency.overloaded({ startedAtMs: 0, nowMs: 100 })
    expect(concurrency.limit).toBe(2)
    answer(concurrency, 100, 3)
    expect(concurrency.limit).toBe(3)
    answer(concurrency, 100, 4)
    expect(concurrency.limit).toBe(4)
  })

  it('never passes its maximum', () => {
    const concurrency = new AdaptiveConcurrency(options)
    answer(concurrency, 0, 1_000)
    expect(concurrency.limit).toBe(8)
    answer(concurrency, 0, 100)
    expect(concurrency.limit).toBe(8)
  })

  it('does not grow while its room is not used', () => {
    const concurrency = new AdaptiveConcurrency(options)
    for (let time = 0; time < 100; time++) {
      concurrency.answered({ startedAtMs: 0, nowMs: 10, inFlight: 1 })
    }
    expect(concurrency.limit).toBe(2)
  })

  it('halves on overload, down to its minimum and not below', () => {
    const concurrency = new AdaptiveConcurrency(options)
    answer(concurrency, 0, 1_000)
    const limits = [1, 2, 3, 4, 5].map((at) => {
      concurrency.overloaded({ startedAtMs: at * 100, nowMs: at * 100 })
      return concurrency.limit
    })
    expect(limits).toEqual([4, 2, 1, 1, 1])
  })

  it('halves once for all requests that had started before it was halved', () => {
    const concurrency = new AdaptiveConcurrency(options)
    answer(concurrency, 0, 1_000)
    for (const startedAtMs of [0, 10, 20, 99]) {
      concurrency.overloaded({ startedAtMs, nowMs: 100 })
    }
    expect(concurrency.limit).toBe(4)
    concurrency.overloaded({ startedAtMs: 100, nowMs: 150 })
    expect(concurrency.limit).toBe(2)
  })

  it('takes an answer later than the latency target as overload, one in time as none', () => {
    const concurrency = new AdaptiveConcurrency(options)
    answer(concurrency, 0, 1_000)
    concurrency.answered({ startedAtMs: 0, nowMs: 1_000, inFlight: 8 })
    expect(concurrency.limit).toBe(8)
    concurrency.answered({ startedAtMs: 0, nowMs: 1_001, inFlight: 8 })
    expect(concurrency.limit).toBe(4)
  })

  it('keeps to one request when that is its maximum', () => {
    const concurrency = new AdaptiveConcurrency({ ...options, maxInFlight: 1 })
    answer(concurrency, 0, 100)
    expect(concurrency.limit).toBe(1)
  })
})
