import fc from 'fast-check'
import { expect, test } from 'vitest'
import { backoffDelayMs } from '../src/backoff.ts'
import { seededRandom } from '../src/random.ts'

test('every wait lies between half of and the whole of the capped doubled wait', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -5, max: 10_000 }),
      fc.integer({ min: 1, max: 10_000 }),
      fc.integer({ min: 1, max: 600_000 }),
      fc.integer(),
      (attempt, initialMs, maxMs, seed) => {
        const delayMs = backoffDelayMs(attempt, { initialMs, maxMs }, seededRandom(seed))
        const ceilingMs = Math.min(maxMs, initialMs * 2 ** Math.min(Math.max(attempt, 1) - 1, 30))
        expect(delayMs).toBeGreaterThanOrEqual(ceilingMs / 2)
        expect(delayMs).toBeLessThanOrEqual(ceilingMs)
      },
    ),
  )
})
