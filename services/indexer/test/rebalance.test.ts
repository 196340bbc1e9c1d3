import { describe, expect, it } from 'vitest'
import { OwnedPartition } from '../src/ownership.mts'
import { bulkError, lines, publishFailure, startWorld } from './support/fakes.ts'
import { settleMicrotasks } from './support/manual-clock.ts'

describe('a partition is revoked in the middle of a bulk request', () => {
  it('and the answer comes in time: everything is committed before it goes', async () => {
    const world = await startWorld()
    world.store.reply = () => undefined
    world.group.assign(0)
    await world.group.deliver(0, 0, lines(5))
    const revoked = world.group.revoke()
    await settleMicrotasks()
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
    const owner = new OwnedPartition('logs', 0, { recordsMax: 10 })
    const records = [owner.settlement.take(0, 1), owner.settlement.take(1, 1)]
    owner.settlement.settleEvent(records[0]!)
    expect(owner.offsetToCommit).toBe(1)
    owner.isEnded = true
    owner.settlement.settleEvent(records[1]!)
    expect(owner.offsetToCommit).toBeUndefined()
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

describe('dead letters', () => {
  it('carry the bytes, the headers and the reason, and then the offset moves', async () => {
    const world = await startWorld()
    world.group.assign(0)
    await world.group.deliver(0, 0, ['ok', '!garbage', 'ok'])
    await world.clock.advance(2_000)
    const [letter] = world.producer.published.flatMap(({ records }) => records)
    expect(Buffer.from(letter!.value!).toString()).toBe('!garbage')
    expect(Buffer.from(letter!.headers!['origin']!).toString()).toBe('test')
    expect(letter!.key).toMatch(/^k[0-9a-f]{12}-0-0000000000000001$/)
    expect(JSON.parse(String(letter!.headers!['millrace-dead-letter']))).toEqual({
      v: 1,
      code: 'MILLRACE_DECODE_HEADER',
      reason: 'garbage !garbage',
      group: 'MILLRACE_DECODE_HEADER',
      topic: 'logs',
      partition: 0,
      offset: 1,
      timestamp: 1_767_323_044_000,
      deadLetteredAt: expect.any(Number),
      eventId: letter!.key,
    })
    expect(world.group.committed.get(0)).toBe(3)
    expect(world.books.deadLetters).toEqual(new Map([['MILLRACE_DECODE_HEADER', 1]]))
  })

  it('a rejected item carries the words of Elasticsearch', async () => {
    const world = await startWorld()
    world.store.reply = ({ ids }) => {
      const answer = world.store.index(ids, (id) => (id === '0-1' ? 400 : undefined))
      return answer
    }
    world.group.assign(0)
    await world.group.deliver(0, 0, lines(3))
    await world.clock.advance(2_000)
    const [letter] = world.producer.published.flatMap(({ records }) => records)
    expect(JSON.parse(String(letter!.headers!['millrace-dead-letter']))).toMatchObject({
      code: 'MILLRACE_BULK_REJECTED',
      reason: 'Elasticsearch answered 400 error_400',
      group: 'MILLRACE_BULK_REJECTED error_400',
      status: 400,
      type: 'error_400',
      bulkReason: 'refused [0-1]',
      eventId: '0-1',
    })
    expect(world.group.committed.get(0)).toBe(3)
  })

  it('a bug in a normalizer makes a dead letter, not a worker that dies again and again', async () => {
    const world = await startWorld()
    world.group.assign(0)
    await world.group.deliver(0, 0, ['throw'])
    await world.clock.advance(2_000)
    expect(world.books.deadLetters.get('MILLRACE_NORMALIZE_FAILED')).toBe(1)
    expect(world.group.committed.get(0)).toBe(1)
  })

  it('that cannot be written hold the offset until they are', async () => {
    const world = await startWorld()
    world.topicsEnsured.failure = new Error('no brokers')
    world.group.assign(0)
    await world.group.deliver(0, 0, ['ok', '!bad', 'ok'])
    await world.clock.advance(600_000)
    expect(world.group.committed.get(0)).toBe(1)
    expect(world.books.deadLetterFailures).toBeGreaterThan(10)
    expect(world.books.deadLetterFailures).toBeLessThan(300)
    world.topicsEnsured.failure = undefined
    world.producer.failure = publishFailure('timeout')
    await world.clock.advance(60_000)
    expect(world.group.committed.get(0)).toBe(1)
    world.producer.failure = undefined
    await world.clock.advance(10_000)
    expect(world.group.committed.get(0)).toBe(3)
    expect(world.producer.published).toHaveLength(1)
  })

  it('that are too large together go one by one, and one that is too large alone waits behind the others', async () => {
    const world = await startWorld()
    const publish = world.producer.publish.bind(world.producer)
    let isRaised = false
    world.producer.publish = (request) => {
      const bytes = request.records.reduce((sum, { value }) => sum + (value?.length ?? 0), 0)
      if (bytes > 50 && !isRaised) return Promise.reject(publishFailure('too-large'))
      return publish(request)
    }
    world.group.assign(0)
    const values = [`!${'x'.repeat(100)}`, ...Array.from({ length: 20 }, (_, at) => `!bad ${at}`)]
    await world.group.deliver(0, 0, values)
    await world.clock.advance(60_000)
    expect(world.books.events.dead_lettered).toBe(20)
    expect(world.group.committed.has(0)).toBe(false)
    isRaised = true
    await world.clock.advance(10_000)
    expect(world.group.committed.get(0)).toBe(21)
  })

  it('of a revoked partition are given up to the next owner', async () => {
    const world = await startWorld({ drainTimeoutMs: 1_000 })
    world.producer.failure = publishFailure('timeout')
    world.group.assign(0)
    await world.group.deliver(0, 0, ['!bad'])
    const revoked = world.group.revoke()
    await world.clock.advance(1_000)
    await revoked
    expect(world.books.events.given_up).toBe(1)
    world.producer.failure = undefined
    await world.clock.advance(60_000)
    expect(world.producer.published).toEqual([])
    expect(world.pipeline.state.inFlightBytes).toBe(0)
  })
})
