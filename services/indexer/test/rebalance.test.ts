import { describe, expect, it } from 'vitest'
import { OwnedPartition } from '../src/ownership.mts'
import { bulkError, lines, publishFailure, startWorld, takeOpen } from './support/fakes.ts'
import { settle } from '../../../test/support/manual-clock.ts'

describe('a partition is revoked in the middle of a bulk request', () => {
  it('and the answer comes in time: everything is committed before it goes', async () => {
    const world = await startWorld()
    world.store.reply = () => undefined
    world.group.assign(0)
    await world.group.deliver(0, 0, lines(5))
    const revoked = world.group.revoke()
    await settle()
    expect(world.store.calls).toHaveLength(1)
    world.store.calls[0]!.answer(world.store.index(world.store.calls[0]!.ids))
    await revoked
    expect(world.group.committed.get(0)).toBe(5)
    expect(world.books.events).toMatchObject({ indexed: 5, given_up: 0 })
  })

  it('and the answer comes late: it commits nothing, and the next ownership settles by itself', async () => {
    const world = await startWorld({ drainTimeoutMs: 1_000 })
    world.store.reply = () => undefined
    world.group.assign(0)
    await world.group.deliver(0, 35, lines(6))
    const revoked = world.group.revoke()
    await world.clock.advance(1_000)
    await revoked
    expect(world.group.commits).toEqual([])
    const late = world.store.calls[0]!

    world.group.assign(0)
    await world.group.deliver(0, 35, lines(6))
    await world.clock.advance(100)
    late.answer(world.store.index(late.ids))
    await world.clock.advance(5_000)
    expect(world.books.events.indexed).toBe(6)
    expect(world.group.commits).toEqual([])

    const again = world.store.calls[1]!
    again.answer(world.store.index(again.ids))
    await world.clock.advance(2_000)
    expect(world.books.events).toMatchObject({ indexed: 6, duplicate: 6 })
    expect(world.group.committed.get(0)).toBe(41)
    expect(world.store.writes).toBe(6)
    expect(world.books.isBalanced).toBe(true)
    expect(world.books.eventsInHand).toBe(0)
    expect(world.pipeline.state.inFlightBytes).toBe(0)
  })

  it('and items of the late answer are to be retried or rejected: they are given up', async () => {
    const world = await startWorld({ drainTimeoutMs: 1_000 })
    world.store.reply = () => undefined
    world.group.assign(0)
    await world.group.deliver(0, 0, lines(3))
    const revoked = world.group.revoke()
    await world.clock.advance(1_000)
    await revoked
    const late = world.store.calls[0]!
    late.answer(world.store.index(late.ids, (id) => ({ '0-0': 429, '0-1': 400 })[id]))
    await world.clock.advance(60_000)
    expect(world.store.calls).toHaveLength(1)
    expect(world.producer.published).toEqual([])
    expect(world.books.events).toMatchObject({ indexed: 1, given_up: 2 })
    expect(world.pipeline.state.inFlightBytes).toBe(0)
  })
})

describe('an ownership', () => {
  it('has nothing to commit any more once it has ended, whatever settles then', () => {
    const owner = new OwnedPartition('logs', 0, {
      recordsMax: 10,
      clockMarginMs: 0,
      assignedAtMs: 0,
    })
    const records = [takeOpen(owner.settlement, 0, 1), takeOpen(owner.settlement, 1, 1)]
    owner.settlement.settleEvents(records[0]!)
    expect(owner.offsetToCommit).toBe(1)
    owner.isEnded = true
    owner.settlement.settleEvents(records[1]!)
    expect(owner.offsetToCommit).toBeUndefined()
  })
})

describe('a partition that is read again from an earlier offset', () => {
  it('commits nothing until what was taken before is terminal too', async () => {
    const world = await startWorld()
    world.store.reply = ({ ids }) => (ids.includes('0-0') ? undefined : world.store.index(ids))
    world.group.assign(0)
    await world.group.deliver(0, 0, lines(5))
    await world.clock.advance(100)
    await world.group.deliver(0, 5, lines(5))
    await world.clock.advance(100)
    await world.group.deliver(0, 5, lines(5))
    await world.clock.advance(5_000)
    expect(world.group.commits).toEqual([])
    const first = world.store.calls.find(({ ids }) => ids.includes('0-0'))!
    first.answer(world.store.index(first.ids))
    await world.clock.advance(2_000)
    expect(world.group.committed.get(0)).toBe(10)
    expect(world.store.writes).toBe(10)
  })

  it('is drained and given up with all that was taken before', async () => {
    const world = await startWorld({ drainTimeoutMs: 1_000 })
    world.producer.failure = publishFailure('timeout')
    world.group.assign(0)
    await world.group.deliver(0, 0, ['!bad', 'good'])
    await world.group.deliver(0, 1, ['good'])
    await world.clock.advance(100)
    const revoked = world.group.revoke()
    await world.clock.advance(999)
    expect(world.books.events.given_up).toBe(0)
    await world.clock.advance(1)
    await revoked
    expect(world.books.events.given_up).toBe(1)
    expect(world.books.eventsInHand).toBe(0)
    expect(world.group.commits).toEqual([])
  })
})

describe('a rebalance', () => {
  it('gives up at its deadline, all at once, what Elasticsearch does not take', async () => {
    const world = await startWorld({ drainTimeoutMs: 1_000, bulkCount: 10 })
    world.store.reply = () => {
      throw bulkError(503)
    }
    world.group.assign(0)
    await world.group.deliver(0, 0, lines(500))
    await world.clock.advance(60_000)
    const revoked = world.group.revoke()
    await world.clock.advance(1_000)
    await revoked
    expect(world.books.events.given_up).toBe(500)
    expect(world.books.eventsInHand).toBe(0)
    expect(world.pipeline.state).toMatchObject({ inFlightBytes: 0, batchesQueued: 0 })
  })

  it('lets a hand-over go that waits for room, and gives up what is queued at the deadline', async () => {
    const world = await startWorld({ inFlightBytesMax: 20_000, drainTimeoutMs: 1_000 })
    world.store.reply = () => undefined
    world.group.assign(0)
    const delivered = world.group.deliver(0, 0, lines(200))
    await world.clock.advance(100)
    expect(world.group.paused).toEqual(new Set([0]))
    const revoked = world.group.revoke()
    await delivered
    expect(world.books.recordsUnowned).toBeGreaterThan(0)
    await world.clock.advance(1_000)
    await revoked
    expect(world.books.isBalanced).toBe(true)
  })

  it('that comes without a revocation ends the old ownership all the same', async () => {
    const world = await startWorld()
    world.store.reply = () => undefined
    world.group.assign(0)
    await world.group.deliver(0, 0, lines(5))
    await world.clock.advance(100)
    world.group.assign(0, 1)
    const [call] = world.store.calls
    call!.answer(world.store.index(call!.ids))
    await world.clock.advance(5_000)
    expect(world.group.commits).toEqual([])
    expect(world.books.eventsInHand).toBe(0)
  })

  it('keeps committing for a partition whose commit fell into another rebalance', async () => {
    const world = await startWorld()
    world.group.commitAnswer = () => Promise.resolve(false)
    world.group.assign(0)
    await world.group.deliver(0, 0, lines(5))
    await world.clock.advance(3_000)
    expect(world.books.commitFailures).toBeGreaterThan(1)
    world.group.commitAnswer = () => Promise.resolve(true)
    await world.clock.advance(1_000)
    expect(world.group.committed.get(0)).toBe(5)
  })

  it('survives a commit that throws', async () => {
    const world = await startWorld()
    world.group.commitAnswer = () => Promise.reject(new Error('broker away'))
    world.group.assign(0)
    await world.group.deliver(0, 0, lines(5))
    await world.clock.advance(3_000)
    world.group.commitAnswer = () => Promise.resolve(true)
    await world.clock.advance(1_000)
    expect(world.group.committed.get(0)).toBe(5)
  })

  it('with nothing assigned leaves a worker that waits', async () => {
    const world = await startWorld()
    world.group.assign()
    await world.clock.advance(5_000)
    expect(world.group.commits).toEqual([])
    await world.pipeline.close()
  })
})
