import { describe, expect, it } from 'vitest'
import { lines, startWorld } from './support/fakes.ts'

describe('a partition without progress', () => {
  it('has stood still since its last owner’s last commit, which is told once it goes on', async () => {
    const world = await startWorld()
    const committedAtMs = world.clock.now() - 12_000
    world.group.assignAfter(committedAtMs, 0)
    await world.group.deliverAt(committedAtMs - 60_000, 0, 0, lines(5))
    await world.clock.advance(1_000)
    expect(world.standstillsMs).toEqual([12_050])
    expect(world.wentOn).toEqual([])
    await world.clock.advance(4_000)
    expect(world.wentOn).toEqual([{ partitions: 1, longestMs: 12_050, longest: 0 }])
    await world.group.deliver(0, 5, lines(5))
    await world.clock.advance(60_000)
    expect(world.standstillsMs).toHaveLength(1)
    expect(world.wentOn).toHaveLength(1)
  })

  it('has stood still since its first record was written, where nothing waited before', async () => {
    const world = await startWorld()
    world.group.assignAfter(world.clock.now() - 3_600_000, 0)
    await world.clock.advance(60_000)
    await world.group.deliverAt(world.clock.now() - 200, 0, 0, lines(5))
    await world.clock.advance(1_000)
    expect(world.standstillsMs).toEqual([250])
  })

  it('has stood still since it was assigned, where nobody says when it was committed', async () => {
    const world = await startWorld()
    world.group.assign(0)
    await world.clock.advance(400)
    await world.group.deliver(0, 0, lines(5))
    await world.clock.advance(1_000)
    expect(world.standstillsMs).toEqual([450])
  })

  it('is told of with the longest one, and not before all that wait go on', async () => {
    const world = await startWorld()
    const isStuck = (ids: readonly string[]): boolean => ids.some((id) => id.startsWith('1-'))
    let isHeld = true
    world.store.reply = ({ ids }) =>
      world.store.index(ids, (id) => (isHeld && isStuck([id]) ? 503 : undefined))
    world.group.assign(0, 1)
    await world.group.deliver(0, 0, lines(5))
    await world.group.deliver(1, 0, lines(5))
    await world.clock.advance(20_000)
    expect(world.wentOn).toEqual([])
    isHeld = false
    await world.clock.advance(20_000)
    expect(world.wentOn).toHaveLength(1)
    expect(world.wentOn[0]).toMatchObject({ partitions: 2, longest: 1 })
    expect(world.wentOn[0]!.longestMs).toBeGreaterThan(20_000)
  })

  it('shows for how long it is stalled, and 0 while it has nothing to do', async () => {
    const world = await startWorld()
    const stalledMs = (): number => {
      const { partitions, stalledMs: ask } = world.pipeline.state
      return ask(partitions[0]!)
    }
    world.group.assign(0)
    expect(stalledMs()).toBe(0)
    let status: number | undefined = 503
    world.store.reply = ({ ids }) => world.store.index(ids, () => status)
    await world.group.deliver(0, 0, lines(5))
    expect(stalledMs()).toBe(0)
    await world.clock.advance(30_000)
    expect(stalledMs()).toBe(30_000)
    status = undefined
    await world.clock.advance(10_000)
    expect(stalledMs()).toBe(0)
    await world.clock.advance(600_000)
    world.group.ends.set(0, 10)
    expect(stalledMs()).toBe(0)
    await world.clock.advance(5_000)
    expect(stalledMs()).toBe(5_000)
  })
})
