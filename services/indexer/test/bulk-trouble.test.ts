import { describe, expect, it } from 'vitest'
import { bulkError, expectAtRest, lines, startWorld } from './support/fakes.ts'

describe('an answer with trouble in it', () => {
  it('a 429 on one bulk item retries only that item, and the rest settles', async () => {
    const world = await startWorld()
    let busy = true
    world.store.reply = ({ ids }) =>
      world.store.index(ids, (id) => (busy && id === '0-3' ? 429 : undefined))
    world.group.assign(0)
    await world.group.deliver(0, 0, lines(10))
    await world.clock.advance(60)
    expect(world.store.calls).toHaveLength(1)
    expect(world.books.events.indexed).toBe(9)
    await world.clock.advance(1_000)
    expect(world.group.committed.get(0)).toBe(3)
    busy = false
    await world.clock.advance(10_000)
    const retries = world.store.calls.slice(1)
    expect(retries.length).toBeGreaterThan(0)
    for (const { ids } of retries) expect(ids).toEqual(['0-3'])
    expect(world.group.committed.get(0)).toBe(10)
    expect(world.books.itemsRetried).toBe(retries.length)
    expectAtRest(world)
  })

  it('waits longer before each further try of an item', async () => {
    const world = await startWorld()
    const triedAtMs: number[] = []
    world.store.reply = ({ ids }) => {
      triedAtMs.push(world.clock.now())
      return world.store.index(ids, (id) => (id === '0-0' ? 503 : undefined))
    }
    world.group.assign(0)
    await world.group.deliver(0, 0, lines(5))
    await world.clock.advance(60_000)
    const waits = triedAtMs.slice(1).map((at, index) => at - triedAtMs[index]!)
    expect(waits[0]).toBeLessThanOrEqual(100)
    expect(Math.max(...waits)).toBeLessThanOrEqual(5_000)
    expect(Math.min(...waits.slice(8))).toBeGreaterThanOrEqual(2_500)
    expect(world.group.committed.get(0)).toBeUndefined()
  })

  it('an item that cannot be indexed for now does not keep another partition from its commits', async () => {
    const world = await startWorld()
    world.store.reply = ({ ids }) =>
      world.store.index(ids, (id) => (id === '0-0' ? 503 : undefined))
    world.group.assign(0, 1)
    await world.group.deliver(0, 0, lines(5))
    for (let round = 0; round < 50; round++) {
      await world.group.deliver(1, round * 10, lines(10))
      await world.clock.advance(200)
    }
    await world.clock.advance(1_000)
    expect(world.group.committed.get(1)).toBe(500)
    expect(world.group.committed.has(0)).toBe(false)
  })

  it('items that stay at 503 do not take the requests of the others away', async () => {
    const world = await startWorld({ bulkCount: 10 })
    world.store.reply = ({ ids }) =>
      world.store.index(ids, (id) => (id === '0-0' ? 503 : undefined))
    world.group.assign(0, 1)
    await world.group.deliver(0, 0, ['stuck'])
    for (let round = 0; round < 60; round++) {
      await world.group.deliver(1, round * 50, lines(50))
      await world.clock.advance(200)
    }
    expect(world.books.itemsRetried).toBeGreaterThan(3)
    expect(world.pipeline.state.concurrencyLimit).toBe(4)
  })

  it('a partition that is stuck stops at its bound of unsettled records, and goes on when it is free', async () => {
    const world = await startWorld({ unsettledRecordsMax: 100 })
    let isStuck = true
    world.store.reply = ({ ids }) =>
      world.store.index(ids, (id) => (isStuck && id === '0-0' ? 503 : undefined))
    world.group.assign(0)
    const delivered = world.group.deliver(0, 0, lines(101))
    await world.clock.advance(5_000)
    expect(world.books.recordsTaken).toBe(100)
    expect(world.group.paused).toEqual(new Set([0]))
    isStuck = false
    await world.clock.advance(10_000)
    await delivered
    await world.clock.advance(2_000)
    expect(world.group.paused.size).toBe(0)
    expect(world.group.committed.get(0)).toBe(101)
    expectAtRest(world)
  })

  it('an answer that is lost is asked for again, and what it had indexed is a duplicate', async () => {
    const world = await startWorld()
    let isLost = true
    world.store.reply = ({ ids }) => {
      const answer = world.store.index(ids)
      if (isLost) throw bulkError(undefined)
      return answer
    }
    world.group.assign(0)
    await world.group.deliver(0, 0, lines(7))
    await world.clock.advance(60)
    isLost = false
    await world.clock.advance(5_000)
    expect(world.books.events).toMatchObject({ indexed: 0, duplicate: 7 })
    expect(world.store.writes).toBe(7)
    expect(world.group.committed.get(0)).toBe(7)
    expectAtRest(world)
  })

  it('an answer with a wrong item count settles nothing', async () => {
    const world = await startWorld()
    let isWrong = true
    world.store.reply = ({ ids }) => {
      const answer = world.store.index(ids)
      return isWrong ? { ...answer, items: answer.items.slice(1) } : answer
    }
    world.group.assign(0)
    await world.group.deliver(0, 0, lines(7))
    await world.clock.advance(3_000)
    expect(world.books.eventsInHand).toBe(7)
    expect(world.group.committed.has(0)).toBe(false)
    expect(world.failures).toContain('unreadable')
    isWrong = false
    await world.clock.advance(10_000)
    expect(world.group.committed.get(0)).toBe(7)
    expectAtRest(world)
  })
})

describe('Elasticsearch away', () => {
  it('for an hour: memory is bounded, partitions are paused, requests are few, then all is indexed once', async () => {
    const world = await startWorld({ inFlightBytesMax: 200_000, resumeRatio: 0.5 })
    let isAway = true
    world.store.reply = ({ ids }) => {
      if (isAway) throw bulkError(undefined)
      return world.store.index(ids)
    }
    world.group.assign(0, 1, 2)
    const delivered = [0, 1, 2].map((partition) => world.group.deliver(partition, 0, lines(2_000)))
    await world.clock.advance(3_600_000)
    const taken = world.books.recordsTaken
    expect(taken).toBeLessThan(1_000)
    expect(world.pipeline.state.inFlightBytes).toBeLessThan(200_000 + 2_000)
    expect(world.group.paused).toEqual(new Set([0, 1, 2]))
    expect(world.pipeline.state.concurrencyLimit).toBe(1)
    expect(world.store.calls.length).toBeLessThan(3_600_000 / 2_500 + 20)
    expect(world.group.commits).toEqual([])
    isAway = false
    await world.clock.advance(60_000)
    await Promise.all(delivered)
    await world.clock.advance(2_000)
    expect(world.store.writes).toBe(6_000)
    expect(world.books.events.indexed).toBe(6_000)
    expect(world.group.paused.size).toBe(0)
    expect([...world.group.committed.values()]).toEqual([2_000, 2_000, 2_000])
    expectAtRest(world)
  })

  it('requests that fail together are one failure: the next try waits no longer than after one', async () => {
    const world = await startWorld({ bulkCount: 10, backoff: { initialMs: 100, maxMs: 60_000 } })
    world.group.assign(0)
    for (let round = 0; round < 30; round++) {
      await world.group.deliver(0, round * 40, lines(40))
      await world.clock.advance(100)
    }
    expect(world.pipeline.state.concurrencyLimit).toBe(4)
    world.store.reply = () => undefined
    await world.group.deliver(0, 1_200, lines(40))
    const together = world.store.calls.slice(-4)
    for (const call of together) call.fail(bulkError(503))
    const before = world.store.calls.length
    await world.clock.advance(150)
    expect(world.store.calls.length).toBeGreaterThan(before)
  })

  it.each([429, 502, 503, 504, 401, 403, 404, 408, 418])(
    'a whole request refused with %d is tried again until it is answered',
    async (status) => {
      const world = await startWorld()
      let refusals = 5
      world.store.reply = ({ ids }) => {
        if (refusals-- > 0) throw bulkError(status)
        return world.store.index(ids)
      }
      world.group.assign(0)
      await world.group.deliver(0, 0, lines(5))
      await world.clock.advance(30_000)
      expect(world.store.writes).toBe(5)
      expect(world.producer.published).toEqual([])
      expect(world.group.committed.get(0)).toBe(5)
      expectAtRest(world)
    },
  )

  it('every item answered with 429 holds all requests back, not only their items', async () => {
    const world = await startWorld({ bulkCount: 10 })
    world.store.reply = ({ ids }) => world.store.index(ids, () => 429)
    world.group.assign(0)
    await world.group.deliver(0, 0, lines(500))
    await world.clock.advance(60_000)
    expect(world.store.calls.length).toBeLessThan(60)
    expect(world.pipeline.state.concurrencyLimit).toBe(1)
  })
})

describe('a batch that is refused as a whole', () => {
  it('with 413 is split until it fits, and later batches are smaller', async () => {
    const world = await startWorld({ bulkCount: 1_000, bulkBytes: 1_000_000 })
    world.store.reply = ({ ids, bytes }) => {
      if (bytes > 100_000) throw bulkError(413)
      return world.store.index(ids)
    }
    world.group.assign(0)
    await world.group.deliver(
      0,
      0,
      lines(200).map((line) => line.padEnd(2_000, '.')),
    )
    await world.clock.advance(5_000)
    expect(world.store.writes).toBe(200)
    expect(world.producer.published).toEqual([])
    expect(world.bulkBytesLowered.length).toBeGreaterThan(0)
    const before = world.store.calls.length
    await world.group.deliver(
      0,
      200,
      lines(200).map((line) => line.padEnd(2_000, '.')),
    )
    await world.clock.advance(5_000)
    expect(world.store.calls.slice(before).every(({ bytes }) => bytes <= 110_000)).toBe(true)
    expect(world.group.committed.get(0)).toBe(400)
    expectAtRest(world)
  })

  it('with 413 for a single item makes that one a dead letter', async () => {
    const world = await startWorld()
    world.store.reply = ({ ids, bytes }) => {
      if (bytes > 50_000) throw bulkError(413)
      return world.store.index(ids)
    }
    world.group.assign(0)
    const values = lines(20)
    values[7] = 'x'.repeat(60_000)
    await world.group.deliver(0, 0, values)
    await world.clock.advance(10_000)
    expect(world.store.writes).toBe(19)
    const [letter] = world.producer.published.flatMap(({ records }) => records)
    expect(Buffer.from(letter!.value!)).toEqual(Buffer.from(values[7]))
    expect(JSON.parse(String(letter!.headers!['millrace-dead-letter']))).toMatchObject({
      code: 'MILLRACE_BULK_REJECTED',
      status: 413,
      type: 'request_too_large',
      offset: 7,
    })
    expect(world.group.committed.get(0)).toBe(20)
    expectAtRest(world)
  })

  it('with 400 is bisected: the bad items become dead letters and every good one is indexed', async () => {
    const world = await startWorld()
    const bad = new Set(['0-3', '0-4', '0-61'])
    world.store.reply = ({ ids }) => {
      if (ids.some((id) => bad.has(id))) throw bulkError(400)
      return world.store.index(ids)
    }
    world.group.assign(0)
    await world.group.deliver(0, 0, lines(100))
    await world.clock.advance(20_000)
    expect(world.store.writes).toBe(97)
    const letters = world.producer.published.flatMap(({ records }) => records)
    expect(new Set(letters.map(({ key }) => key))).toEqual(bad)
    expect(world.group.committed.get(0)).toBe(100)
    expectAtRest(world)
  })

  it('with a 400 that passes loses nobody to the dead letters', async () => {
    const world = await startWorld()
    let refusals = 2
    world.store.reply = ({ ids }) => {
      if (refusals-- > 0) throw bulkError(400)
      return world.store.index(ids)
    }
    world.group.assign(0)
    await world.group.deliver(0, 0, ['only'])
    await world.clock.advance(5_000)
    expect(world.store.writes).toBe(1)
    expect(world.producer.published).toEqual([])
    expectAtRest(world)
  })
})
