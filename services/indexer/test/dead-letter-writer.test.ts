import { describe, expect, it } from 'vitest'
import { bulkError, expectAtRest, lines, publishFailure, startWorld } from './support/fakes.ts'

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
      attempts: 1,
      history: [],
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

  it('are told by a document of their own, and only then does the offset move', async () => {
    const world = await startWorld()
    let isStoreBusy = false
    world.store.reply = ({ ids }) => {
      if (isStoreBusy) throw bulkError(503)
      return world.store.index(ids)
    }
    world.group.assign(0)
    await world.group.deliver(0, 0, ['ok'])
    await world.clock.advance(2_000)
    isStoreBusy = true
    await world.group.deliver(0, 1, ['!garbage'])
    await world.clock.advance(60_000)
    expect(world.producer.published).toHaveLength(1)
    expect(world.group.committed.get(0)).toBe(1)
    isStoreBusy = false
    await world.clock.advance(20_000)
    expect(world.group.committed.get(0)).toBe(2)
    expect([...world.store.letters.values()]).toMatchObject([
      { event: { kind: 'pipeline_error', original: '!garbage' } },
    ])
    expect(world.books.events).toMatchObject({ indexed: 1, dead_lettered: 1 })
    expectAtRest(world)
  })

  it('whose document is refused are counted and terminal all the same', async () => {
    const world = await startWorld()
    world.store.reply = ({ ids }) =>
      world.store.index(ids, (id) => (id.includes('-dead-letter-') ? 400 : undefined))
    world.group.assign(0)
    await world.group.deliver(0, 0, ['!garbage'])
    await world.clock.advance(2_000)
    expect(world.books.deadLettersUntold).toBe(1)
    expect(world.books.events.dead_lettered).toBe(1)
    expect(world.producer.published).toHaveLength(1)
    expect(world.group.committed.get(0)).toBe(1)
    expectAtRest(world)
  })

  it('that a second worker parks again have one document', async () => {
    const world = await startWorld()
    world.group.assign(0)
    await world.group.deliver(0, 0, ['!garbage'])
    world.group.commitAnswer = () => Promise.resolve(false)
    await world.clock.advance(2_000)
    const revoked = world.group.revoke()
    await world.clock.advance(1_000)
    await revoked
    world.group.commitAnswer = () => Promise.resolve(true)
    world.group.assign(0)
    await world.group.deliver(0, 0, ['!garbage'])
    await world.clock.advance(2_000)
    expect(world.producer.published).toHaveLength(2)
    expect(world.store.letters.size).toBe(1)
    expect(world.group.committed.get(0)).toBe(1)
    expectAtRest(world)
  })

  it('are told while their partition is being drained', async () => {
    const world = await startWorld({ lingerMs: 60_000 })
    let release = (): void => {}
    world.producer.hold = new Promise((resolve) => {
      release = resolve
    })
    world.group.assign(0)
    await world.group.deliver(0, 0, ['!garbage'])
    const revoked = world.group.revoke()
    await world.clock.advance(100)
    release()
    await world.clock.advance(100)
    await revoked
    expect(world.store.letters.size).toBe(1)
    expect(world.group.committed.get(0)).toBe(1)
    expectAtRest(world)
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
