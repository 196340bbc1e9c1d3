import { seededRandom } from '@millrace/foundation'
import { describe, expect, it } from 'vitest'
import { LateRequests } from '../src/late-requests.mts'
import { bulkError, testOptions } from './support/fakes.ts'
import { ManualClock } from '../../../test/support/manual-clock.ts'

const ids = (count: number): string[] => Array.from({ length: count }, (_, at) => `0-${at}`)

describe('requests that may be carried out late', () => {
  const watchAll = async (options: { lateWatchedMax: number }, count: number) => {
    const clock = new ManualClock()
    const looked: string[][] = []
    let failure: Error | undefined
    const find = async (items: readonly { id: string }[]) => {
      looked.push(items.map(({ id }) => id))
      if (failure !== undefined) throw failure
      return {
        isFolded: false,
        found: new Set<never>(),
        removed: new Set<never>(),
        writeIndices: new Map(),
      }
    }
    const parts = { copies: { find }, clock, random: seededRandom(1) }
    const late = new LateRequests(parts, { ...testOptions, ...options })
    for (const id of ids(count)) {
      late.watch({ id, dataStream: 'logs' }, clock.now())
    }
    return { clock, late, looked, fail: (error: Error | undefined) => (failure = error) }
  }

  it('are looked at once, a while later, and forgotten', async () => {
    const { clock, late, looked } = await watchAll({ lateWatchedMax: 10 }, 10)
    await clock.advance(59_999)
    expect(looked).toEqual([])
    await clock.advance(120_000)
    expect(looked).toEqual([ids(10)])
    expect(late.watched).toBe(0)
  })

  it('are remembered up to a bound, the newest', async () => {
    const { late, clock, looked } = await watchAll({ lateWatchedMax: 10 }, 11)
    expect(late.watched).toBe(10)
    await clock.advance(60_000)
    expect(looked).toEqual([ids(11).slice(1)])
  })

  it('are looked at again when that failed, and no more once it is closed', async () => {
    const { late, clock, looked, fail } = await watchAll({ lateWatchedMax: 10 }, 1)
    fail(bulkError(503))
    await clock.advance(80_000)
    const failed = looked.length
    expect(failed).toBeGreaterThan(2)
    fail(undefined)
    await clock.advance(80_000)
    expect(looked).toHaveLength(failed + 1)
    late.watch({ id: 'a', dataStream: 'logs' }, 0)
    late.close()
    late.close()
    await clock.advance(80_000)
    expect(looked).toHaveLength(failed + 1)
  })
})
