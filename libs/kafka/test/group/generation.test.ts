import { type Clock, systemClock } from '@millrace/foundation'
import { describe, expect, it } from 'vitest'
import { Generation } from '../../src/group/generation.ts'

function generation(clock: Clock = systemClock): Generation {
  const positions = new Map([
    [2, { offset: 200 }],
    [0, { offset: 100, committedAtMs: 1_767_323_045_000 }],
  ])
  return new Generation(
    {
      topic: 'logs',
      generationId: 7,
      memberId: 'm',
      isLeader: true,
      partitionsKnown: 3,
      heardAtMs: clock.monotonicMs(),
      positions,
    },
    { clock, sessionTimeoutMs: 10_000 },
  )
}

const offset = (partition: number, at: number, topic = 'logs') => ({ topic, partition, offset: at })

describe('an assignment', () => {
  it('is in doubt when the group has not heard from us for a session, and no more once it has', async () => {
    let nowMs = 5_000
    const clock = { ...systemClock, monotonicMs: () => nowMs }
    const current = generation(clock)
    nowMs += 9_999
    expect(current.isHeard).toBe(true)
    nowMs += 1
    expect(current.isHeard).toBe(false)
    const changed = current.changed.wait(60_000)
    current.heard(nowMs - 100)
    await changed
    expect(current.isHeard).toBe(true)
    current.heard(nowMs - 5_000)
    expect(current.heardAtMs).toBe(nowMs - 100)
  })

  it('tells when each partition was last committed, where somebody said so', () => {
    expect(generation().assigned()).toEqual([
      { topic: 'logs', partition: 0, committedAtMs: 1_767_323_045_000 },
      { topic: 'logs', partition: 2 },
    ])
  })

  it('may hand over until it ends, and commit until it is retired', async () => {
    const current = generation()
    expect([current.isLive, current.mayCommit]).toEqual([true, true])
    current.end('rebalance')
    expect([current.isLive, current.mayCommit]).toEqual([false, true])
    expect(await current.ended).toBe('rebalance')
    current.retire()
    expect(current.mayCommit).toBe(false)
  })

  it('may not commit any more once the membership is lost, also when that is heard second', () => {
    const current = generation()
    current.end('rebalance')
    current.end('lost')
    current.end('closing')
    expect([current.endReason, current.mayCommit]).toEqual(['lost', false])
  })

  it('commits the highest offset of owned partitions, and none from before its start', () => {
    const offsets = [
      offset(0, 150),
      offset(0, 140),
      offset(1, 9),
      offset(2, 199),
      offset(0, 160, 'x'),
    ]
    expect(generation().committable(offsets)).toEqual(new Map([[0, 150]]))
    expect(generation().committable([offset(2, 200)])).toEqual(new Map([[2, 200]]))
  })

  it('lists its partitions in order, and pauses only those', () => {
    const current = generation()
    expect(current.partitions()).toEqual([
      { topic: 'logs', partition: 0 },
      { topic: 'logs', partition: 2 },
    ])
    current.setPaused(
      [
        { topic: 'logs', partition: 1 },
        { topic: 'other', partition: 2 },
      ],
      true,
    )
    expect([...current.owned.values()].some((each) => each.isPaused)).toBe(false)
    current.setPaused([{ topic: 'logs', partition: 2 }], true)
    expect(current.owned.get(2)?.isPaused).toBe(true)
  })

  it('wakes who waits for a partition when one is resumed, and at the end', async () => {
    const current = generation()
    const resumed = current.changed.wait(60_000)
    current.setPaused([], false)
    expect(await resumed).toBeUndefined()
    const ended = current.changed.wait(60_000)
    current.end('closing')
    expect(await ended).toBeUndefined()
  })
})
