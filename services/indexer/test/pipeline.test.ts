import { describe, expect, it } from 'vitest'
import { bulkError, expectAtRest, lines, startWorld } from './support/fakes.ts'
import { settle } from '../../../test/support/manual-clock.ts'

describe('the journey', () => {
  it('indexes what arrives, and commits behind the last record', async () => {
    const world = await startWorld()
    world.group.assign(0, 1)
    await world.group.deliver(0, 10, lines(250))
    await world.group.deliver(1, 0, lines(30))
    await world.clock.advance(2_000)
    expect(world.store.documents.size).toBe(280)
    expect(world.group.committed).toEqual(
      new Map([
        [0, 260],
        [1, 30],
      ]),
    )
    expect(world.books.events.indexed).toBe(280)
    expect(world.delaysMs).toHaveLength(280)
    expect(Math.min(...world.delaysMs)).toBeGreaterThanOrEqual(1_000)
    expectAtRest(world)
  })

  it('waits no longer than the linger for a batch to fill', async () => {
    const world = await startWorld({ lingerMs: 50 })
    world.group.assign(0)
    await world.group.deliver(0, 0, ['one'])
    await world.clock.advance(49)
    expect(world.store.calls).toHaveLength(0)
    await world.clock.advance(1)
    expect(world.store.calls).toHaveLength(1)
  })

  it('counts an id that is there already as a duplicate, and commits past it', async () => {
    const world = await startWorld()
    world.store.documents.set('0-1', true)
    world.group.assign(0)
    await world.group.deliver(0, 0, lines(3))
    await world.clock.advance(2_000)
    expect(world.books.events).toMatchObject({ indexed: 2, duplicate: 1 })
    expect(world.group.committed.get(0)).toBe(3)
    expectAtRest(world)
  })

  it('passes over a control record of an unknown kind, and counts it', async () => {
    const world = await startWorld()
    world.group.assign(0)
    await world.group.deliver(0, 0, ['', 'line', ''])
    await world.clock.advance(2_000)
    expect(world.books.events).toMatchObject({ indexed: 1, skipped: 2 })
    expect(world.group.committed.get(0)).toBe(3)
    expectAtRest(world)
  })

  it('reads a line by the rules whose plan fails, and counts the plan', async () => {
    const world = await startWorld()
    world.group.assign(0)
    await world.group.deliver(0, 0, ['line', 'plan fails', 'line'])
    await world.clock.advance(2_000)
    expect(world.store.documents.size).toBe(3)
    expect(world.books).toMatchObject({ plansFailed: 1, events: { indexed: 3 } })
    expectAtRest(world)
  })

  it('does not commit again what is committed', async () => {
    const world = await startWorld()
    world.group.assign(0)
    await world.group.deliver(0, 0, lines(3))
    await world.clock.advance(10_000)
    expect(world.group.commits).toHaveLength(1)
  })

  it('reads a partition again from where it goes back to, and settles it anew', async () => {
    const world = await startWorld()
    world.group.assign(0)
    await world.group.deliver(0, 100, lines(5))
    await world.clock.advance(2_000)
    await world.group.deliver(0, 0, lines(2))
    await world.clock.advance(2_000)
    expect(world.group.committed.get(0)).toBe(2)
    expect(world.store.documents.size).toBe(7)
    expectAtRest(world)
  })

  it('leaves records of a partition that it does not own to their owner', async () => {
    const world = await startWorld()
    world.group.assign(0)
    await world.group.deliver(3, 0, lines(5))
    await world.clock.advance(2_000)
    expect(world.books.recordsUnowned).toBe(5)
    expect(world.store.calls).toHaveLength(0)
    expectAtRest(world)
  })
})

describe('books', () => {
  it('balance at every moment of a mixed run', async () => {
    const world = await startWorld({ bulkCount: 7 })
    let turn = 0
    world.store.reply = ({ ids }) => {
      turn += 1
      if (turn % 5 === 0) throw bulkError(503)
      return world.store.index(ids, (id) => {
        if (id.endsWith('3')) return turn % 2 === 0 ? 429 : undefined
        return id.endsWith('8') ? 400 : undefined
      })
    }
    world.group.assign(0, 1)
    const values = Array.from({ length: 300 }, (_, index) =>
      index % 11 === 0 ? '' : index % 7 === 0 ? 'a,!b,c' : index % 5 === 0 ? 'throw' : `l${index}`,
    )
    const delivered = [0, 1].map((partition) => world.group.deliver(partition, 0, values))
    for (let step = 0; step < 300; step++) {
      await world.clock.advance(50)
      expect(world.books.isBalanced).toBe(true)
    }
    await Promise.all(delivered)
    await world.clock.advance(60_000)
    expectAtRest(world)
    const { events, recordsTaken, eventsTaken } = world.books
    expect(recordsTaken).toBe(600)
    expect(events.given_up).toBe(0)
    expect(eventsTaken).toBe(
      events.indexed + events.duplicate + events.dead_lettered + events.skipped,
    )
    expect(world.producer.published.flatMap(({ records }) => records)).toHaveLength(
      events.dead_lettered,
    )
    expect([...world.group.committed.values()]).toEqual([300, 300])
  })
})

describe('close', () => {
  it('takes nothing more, finishes what is in flight, commits, leaves', async () => {
    const world = await startWorld()
    world.store.reply = () => undefined
    world.group.assign(0)
    await world.group.deliver(0, 0, lines(5))
    const closed = world.pipeline.close()
    await settle()
    await world.group.deliver(0, 5, lines(5))
    expect(world.books.recordsUnowned).toBe(5)
    const [call] = world.store.calls
    call!.answer(world.store.index(call!.ids))
    await closed
    expect(world.group.committed.get(0)).toBe(5)
    expect(world.group.assignment()).toEqual([])
    expectAtRest(world)
  })

  it('goes without what is not finished at its deadline, and commits nothing of it', async () => {
    const world = await startWorld({ drainTimeoutMs: 3_000 })
    world.store.reply = ({ ids }) => (ids.includes('0-0') ? undefined : world.store.index(ids))
    world.group.assign(0, 1)
    await world.group.deliver(1, 0, lines(3))
    await world.clock.advance(100)
    await world.group.deliver(0, 0, lines(5))
    await world.clock.advance(100)
    const closed = world.pipeline.close()
    await world.clock.advance(2_999)
    expect(world.group.assignment()).toEqual([])
    expect(world.group.commits.flat().some(({ partition }) => partition === 0)).toBe(false)
    await world.clock.advance(1)
    await closed
    await settle()
    expect(world.group.committed).toEqual(new Map([[1, 3]]))
    expect(world.store.calls.at(-1)!.signal?.aborted).toBe(true)
    expect(world.books.events.given_up).toBe(5)
    expectAtRest(world)
  })

  it('can be called twice, and before anything was assigned', async () => {
    const world = await startWorld()
    await world.pipeline.close()
    await world.pipeline.close()
    expect(world.group.commits).toEqual([])
    expectAtRest(world)
  })
})
