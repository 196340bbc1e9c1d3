import { describe, expect, it } from 'vitest'
import { ManualClock } from '../../../../test/support/manual-clock.ts'
import { samplePercentiles } from '../../server/delivery/delays.mts'
import { indexingPart } from '../../server/delivery/indexing.mts'
import { KeptPart } from '../../server/delivery/kept-part.mts'
import { lagPart, LagWatch } from '../../server/delivery/lag-watch.mts'

describe('a kept part', () => {
  function setScene(options: { fail?: () => boolean; takesMs?: number } = {}) {
    const clock = new ManualClock()
    let computed = 0
    const part = new KeptPart({
      clock,
      intervalMs: 10_000,
      restFactor: 4,
      timeoutMs: 60_000,
      compute: async ({ signal, step }) => {
        step('counting')
        await clock.sleep(options.takesMs ?? 0, signal)
        signal.throwIfAborted()
        if (options.fail?.() === true) throw new Error('the cluster is away')
        computed += 1
        return computed
      },
    })
    return { clock, part, computations: () => computed }
  }

  it('is computed once for all who ask, and again only after its interval', async () => {
    const { clock, part } = setScene()
    const both = Promise.all([part.read(1_000), part.read(1_000)])
    await clock.advance(0)
    expect((await both).map(({ value }) => value)).toEqual([1, 1])
    await clock.advance(9_000)
    expect(await part.read(1_000)).toMatchObject({ value: 1, isComputing: false })
    await clock.advance(1_001)
    expect(await part.read(1_000)).toMatchObject({ value: 1, isComputing: true })
    await clock.advance(0)
    expect(await part.read(1_000)).toMatchObject({ value: 2, computedAt: clock.now() })
  })

  it('that takes long says what it does, and rests the longer', async () => {
    const { clock, part } = setScene({ takesMs: 20_000 })
    const first = part.read(1_000)
    await clock.advance(1_000)
    expect(await first).toMatchObject({ isComputing: true, step: 'counting' })
    await clock.advance(19_000)
    const { nextAt = 0, tookMs } = await part.read(0)
    expect([tookMs, nextAt - clock.now()]).toEqual([20_000, 80_000])
  })

  it('keeps its last value beside the trouble', async () => {
    let fails = false
    const { clock, part } = setScene({ fail: () => fails })
    const first = part.read(1_000)
    await clock.advance(0)
    await first
    fails = true
    await clock.advance(10_001)
    await part.read(0)
    await clock.advance(0)
    expect(await part.read(0)).toMatchObject({ value: 1, trouble: 'the cluster is away' })
  })

  it('is given up when it takes too long', async () => {
    const { clock, part } = setScene({ takesMs: 1_000_000 })
    void part.read(0)
    await clock.advance(60_001)
    const { trouble, isComputing } = await part.read(0)
    expect([trouble, isComputing]).toEqual(['it took longer than 60 s and was given up', false])
  })
})

describe('the lag', () => {
  const look = (at: number, ends: number[], committed: number[]) => ({
    at,
    partitions: ends.map((end, partition) => ({
      partition,
      start: 0,
      end,
      committed: committed[partition]!,
      lag: end - committed[partition]!,
    })),
  })

  it('has its trend and its pace over the last minute', () => {
    const looks = [
      look(0, [100, 100], [100, 100]),
      look(60_000, [400, 100], [100, 100]),
      look(120_000, [1_000, 100], [1_000, 40]),
    ]
    expect(lagPart([])).toBeUndefined()
    expect(lagPart(looks.slice(0, 1))).not.toHaveProperty('arrivingPerSecond')
    expect(lagPart(looks)).toMatchObject({
      lag: 60,
      partitions: [
        { lag: 0, trend: -300 },
        { lag: 60, trend: 60 },
      ],
      history: [{ lag: 0 }, { lag: 300 }, { lag: 60 }],
      arrivingPerSecond: 10,
      committedPerSecond: 14,
      emptyInSeconds: 15,
    })
  })

  it('is looked at again and again, with the owner of each partition; trouble is said and gone', async () => {
    const clock = new ManualClock()
    let isAway = false
    const watch = new LagWatch({
      clock,
      topic: 'logs',
      group: 'g',
      intervalMs: 5_000,
      administration: {
        groupMembers: () =>
          isAway
            ? Promise.reject(new Error('no broker'))
            : Promise.resolve({
                state: 'Stable',
                members: [{ memberId: 'm1', clientId: 'c', host: '192.0.2.1', partitions: [0] }],
              }),
        groupOffsets: () => Promise.resolve([{ topic: 'logs', partition: 0, offset: -1 }]),
        topicOffsets: () => Promise.resolve([{ partition: 0, low: 5, high: 9 }]),
        describeTopic: () => Promise.resolve(undefined),
      },
    })
    watch.start()
    await clock.advance(0)
    expect(watch.lag().value?.partitions).toEqual([
      { partition: 0, start: 5, end: 9, lag: 4, owner: 'm1' },
    ])
    expect(watch.workers().value).toMatchObject({ state: 'Stable', members: [{ memberId: 'm1' }] })
    isAway = true
    await clock.advance(5_000)
    expect(watch.lag()).toMatchObject({ trouble: 'no broker', value: { lag: 4 } })
    isAway = false
    await clock.advance(40 * 60_000)
    expect(watch.lag()).not.toHaveProperty('trouble')
    expect(watch.lag().value?.history.length).toBeLessThanOrEqual(361)
    await watch.close()
  })
})

describe('delays', () => {
  it('are told by nearest rank', () => {
    expect(samplePercentiles([])).toBeUndefined()
    expect(samplePercentiles([5])).toEqual({ p50: 5, p90: 5, p99: 5, max: 5 })
    const values = Array.from({ length: 100 }, (_, index) => 100 - index)
    expect(samplePercentiles(values)).toEqual({ p50: 50, p90: 90, p99: 99, max: 100 })
  })
})

describe('what the indexers report', () => {
  const report = (at: number, indexed: number, change: object = {}) => ({
    instance: 'one',
    host: 'h',
    at,
    startedAt: 0,
    bulkRequests: indexed / 10,
    verdicts: { indexed },
    errors: {},
    ...change,
  })

  it('is told as what came within the window, with the pace of the last half minute', () => {
    const reports = [
      report(100_000, 5_000, { errors: { 429: 7, 503: 1 } }),
      report(70_000, 2_000, { errors: { 429: 7, 503: 1 } }),
      report(60_000, 1_000, { errors: { 503: 1 } }),
    ]
    expect(indexingPart(reports, 50_000)).toMatchObject({
      indexers: [{ instance: 'one', host: 'h', indexedPerSecond: 100, bulkRequestsPerSecond: 10 }],
      verdicts: { indexed: 4_000 },
      bulkErrors: [{ kind: '429', count: 7, lastAt: 70_000, isRetried: true }],
    })
  })

  it('counts whole for a worker that began within the window', () => {
    const reports = [report(100_000, 500, { startedAt: 60_000, errors: { mapper_x: 2 } })]
    expect(indexingPart(reports, 50_000)).toMatchObject({
      verdicts: { indexed: 500 },
      bulkErrors: [{ kind: 'mapper_x', count: 2, isRetried: false }],
    })
  })
})
