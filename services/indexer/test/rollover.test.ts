import { describe, expect, it } from 'vitest'
import type { PipelineOptions } from '../src/pipeline-parts.mts'
import { bulkError, expectAtRest, lines, startWorldWith, type TestWorld } from './support/fakes.ts'
import { ManualClock } from '../../../test/support/manual-clock.ts'
import { RollingStore } from './support/rolling-store.ts'

type World = TestWorld<RollingStore>

const ids = (count: number): string[] => Array.from({ length: count }, (_, at) => `0-${at}`)
const oneCopyIn = (index: string, count: number): Record<string, string[]> =>
  Object.fromEntries(ids(count).map((id) => [id, [index]]))

async function start(options: Partial<PipelineOptions> = {}): Promise<World> {
  const clock = new ManualClock()
  return startWorldWith(new RollingStore(clock), clock, options)
}

/** Five documents of an earlier owner in the first index, then a rollover. */
async function startAfterRollover(options: Partial<PipelineOptions> = {}): Promise<World> {
  const world = await start(options)
  world.store.index(ids(5))
  await world.clock.advance(1_000)
  world.store.rollOver()
  world.group.ends.set(0, 8)
  world.group.assign(0)
  return world
}

const finds = ({ store }: World): string[] => store.asked.filter((each) => each.startsWith('find'))

describe('without a rollover', () => {
  it('nothing is looked up, and the backing indices are asked for once in a while', async () => {
    const world = await start()
    world.group.ends.set(0, 1_000)
    world.group.assign(0)
    for (let round = 0; round < 20; round++) {
      await world.group.deliver(0, round * 10, lines(10))
      await world.clock.advance(1_000)
    }
    expect(world.store.asked).toEqual(['indices'])
    expect(world.books.idsLookedUp).toBe(0)
    expectAtRest(world)
  })

  it('since the record was written, and further back than clocks are wrong, nothing is looked up', async () => {
    const world = await start()
    await world.clock.advance(1_000)
    world.store.rollOver()
    await world.clock.advance(60_000)
    world.group.ends.set(0, 5)
    world.group.assign(0)
    const timestampMs = world.clock.now()
    // A margin of 60 s: the index rolled over 60 s before the record was written.
    await world.group.deliverAt(timestampMs + 1, 0, 0, lines(5))
    await world.clock.advance(1_000)
    expect(finds(world)).toEqual([])
    await world.group.deliverAt(timestampMs, 0, 5, lines(5))
    await world.clock.advance(1_000)
    expect(finds(world)).toEqual(['find 5 in .ds-000001'])
  })
})

describe('records that an earlier owner has indexed before a rollover', () => {
  it('are found in the older backing index and not created again; new ones are created', async () => {
    const world = await startAfterRollover()
    await world.group.deliver(0, 0, lines(8))
    await world.clock.advance(2_000)
    expect(world.store.copies()).toEqual({
      ...oneCopyIn('.ds-000001', 5),
      '0-5': ['.ds-000002'],
      '0-6': ['.ds-000002'],
      '0-7': ['.ds-000002'],
    })
    expect(world.books.events).toMatchObject({ indexed: 3, duplicate: 5 })
    expect(world.books.copiesFound).toBe(5)
    expect(world.group.committed.get(0)).toBe(8)
    expectAtRest(world)
  })

  it('are found after two rollovers, in requests of bounded size', async () => {
    const world = await startAfterRollover({ lookUpIdsMax: 2 })
    world.store.rollOver()
    await world.group.deliver(0, 0, lines(5))
    await world.clock.advance(2_000)
    expect(world.store.copies()).toEqual(oneCopyIn('.ds-000001', 5))
    expect(finds(world).slice(0, 3)).toEqual([
      'find 2 in .ds-000001',
      'find 2 in .ds-000001',
      'find 1 in .ds-000001',
    ])
    expectAtRest(world)
  })

  it('need no bulk request when all of them are there', async () => {
    const world = await startAfterRollover()
    await world.group.deliver(0, 0, lines(5))
    await world.clock.advance(2_000)
    expect(world.store.calls).toEqual([])
    expect(world.group.committed.get(0)).toBe(5)
  })

  it('are found although they are in two indices by now: the older copy stays', async () => {
    const world = await startAfterRollover()
    world.store.index(ids(2))
    await world.group.deliver(0, 0, lines(5))
    await world.clock.advance(2_000)
    expect(world.store.copies()).toEqual(oneCopyIn('.ds-000001', 5))
    expect(world.books.copiesRemoved).toBe(2)
  })

  it('are found although a second copy is in an index that this worker has not heard of', async () => {
    const world = await startAfterRollover()
    await world.group.deliver(0, 0, lines(1))
    await world.clock.advance(1_000)
    // The earlier owner ended between its create, after another rollover, and its check for second copies.
    world.store.rollOver()
    world.store.index(ids(5).slice(1))
    await world.group.deliver(0, 1, lines(4))
    await world.clock.advance(2_000)
    expect(world.store.copies()).toEqual(oneCopyIn('.ds-000001', 5))
    expect(world.books.copiesRemoved).toBe(4)
    expectAtRest(world)
  })

  it.each([undefined, 503, 403, 404, 413])(
    'wait while the look-up fails with %s, and nothing is created meanwhile',
    async (status) => {
      const world = await startAfterRollover()
      world.store.onAsk = () => {
        throw bulkError(status)
      }
      await world.group.deliver(0, 0, lines(5))
      await world.clock.advance(60_000)
      expect(world.store.calls).toEqual([])
      expect(world.producer.published).toEqual([])
      expect(new Set(world.failures)).toEqual(
        new Set([status === 403 ? 'forbidden' : 'unavailable']),
      )
      world.store.onAsk = () => {}
      await world.clock.advance(10_000)
      expect(world.store.copies()).toEqual(oneCopyIn('.ds-000001', 5))
      expectAtRest(world)
    },
  )
})

describe('a rollover in the middle', () => {
  it('between look-up and create: what is in the older index is deleted from the newer one', async () => {
    const world = await start()
    world.store.index(ids(5))
    world.group.ends.set(0, 5)
    world.group.assign(0)
    world.store.reply = ({ ids: sent }) => {
      if (world.store.indices.length === 1) world.store.rollOver()
      return world.store.index(sent)
    }
    await world.group.deliver(0, 0, lines(8))
    await world.clock.advance(2_000)
    expect(world.store.copies()).toMatchObject({
      ...oneCopyIn('.ds-000001', 5),
      '0-7': ['.ds-000002'],
    })
    expect(world.books).toMatchObject({ copiesRemoved: 5 })
    expect(world.books.events).toMatchObject({ indexed: 3, duplicate: 5 })
    expectAtRest(world)
  })

  it('and the check after it fails for a while: offsets wait, nothing is sent twice', async () => {
    const world = await start()
    world.store.index(ids(5))
    world.group.ends.set(0, 5)
    world.group.assign(0)
    world.store.reply = ({ ids: sent }) => {
      world.store.rollOver()
      world.store.onAsk = (request) => {
        if (request.startsWith('delete')) throw bulkError(403)
      }
      return world.store.index(sent)
    }
    await world.group.deliver(0, 0, lines(5))
    await world.clock.advance(60_000)
    expect(world.group.committed.get(0)).toBeUndefined()
    expect(world.failures).toContain('forbidden')
    expect(world.store.calls).toHaveLength(1)
    world.store.onAsk = () => {}
    await world.clock.advance(20_000)
    expect(world.store.copies()).toEqual(oneCopyIn('.ds-000001', 5))
    expect(world.group.committed.get(0)).toBe(5)
    expect(world.books.events).toMatchObject({ indexed: 0, duplicate: 5 })
    expectAtRest(world)
  })

  it('between a try whose answer is lost and its retry: it is found', async () => {
    const world = await start()
    world.group.assign(0)
    world.store.reply = ({ ids: sent }) => {
      world.store.index(sent)
      world.store.reply = ({ ids: again }) => world.store.index(again)
      world.store.rollOver()
      throw bulkError(undefined)
    }
    await world.group.deliver(0, 0, lines(5))
    await world.clock.advance(5_000)
    expect(world.store.copies()).toEqual(oneCopyIn('.ds-000001', 5))
    expect(world.books.copiesFound).toBe(5)
    expectAtRest(world)
  })

  it('before a request that was given up is carried out after all: its copies are deleted', async () => {
    const world = await start()
    world.group.assign(0)
    let late: readonly string[] = []
    world.store.reply = ({ ids: sent }) => {
      late = sent
      world.store.reply = ({ ids: again }) => world.store.index(again)
      throw bulkError(undefined)
    }
    await world.group.deliver(0, 0, lines(5))
    await world.clock.advance(5_000)
    expect(world.group.committed.get(0)).toBe(5)
    world.store.rollOver()
    world.store.index(late)
    expect(world.store.copies()['0-0']).toHaveLength(2)
    await world.clock.advance(60_000)
    expect(world.store.copies()).toEqual(oneCopyIn('.ds-000001', 5))
    expect(world.books.copiesRemoved).toBe(5)
  })

  it('before a request of an owner that has left is carried out, to the older index: the newer copies go', async () => {
    const world = await startAfterRollover()
    await world.group.deliver(0, 5, lines(3))
    await world.clock.advance(5_000)
    expect(world.group.committed.get(0)).toBe(8)
    for (const id of ['0-5', '0-6', '0-7']) world.store.indices[0]!.ids.add(id)
    await world.clock.advance(60_000)
    expect(world.store.copies()).toEqual(oneCopyIn('.ds-000001', 8))
    expect(world.books.copiesRemoved).toBe(3)
  })

  it('while this worker was frozen with a request on its way: the next owner’s copies stay', async () => {
    const world = await start()
    world.group.assign(0)
    world.store.reply = () => undefined
    await world.group.deliver(0, 0, lines(5))
    await world.clock.advance(1_000)
    world.group.isMember = false
    world.store.index(ids(5))
    world.store.rollOver()
    const [call] = world.store.calls
    call!.answer(world.store.index(call!.ids))
    await world.clock.advance(1_000)
    expect(world.store.copies()).toEqual(oneCopyIn('.ds-000001', 5))
    expect(world.books.copiesRemoved).toBe(5)
  })

  it('while another worker’s request to the older index is carried out late, and this one was frozen', async () => {
    const world = await start()
    world.store.rollOver()
    world.group.assign(0)
    world.store.reply = () => undefined
    await world.group.deliver(0, 0, lines(5))
    await world.clock.advance(1_000)
    world.group.isMember = false
    for (const id of ids(5)) world.store.indices[0]!.ids.add(id)
    const [call] = world.store.calls
    call!.answer(world.store.index(call!.ids))
    await world.clock.advance(1_000)
    expect(world.store.copies()).toEqual(oneCopyIn('.ds-000001', 5))
  })
})
