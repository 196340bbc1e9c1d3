import { describe, expect, it } from 'vitest'
import { Batcher } from '../src/batch.mts'

const ofBytes = (bytes: number): { bytes: number } => ({ bytes })
const limits = { bulkBytes: 100, bulkCount: 3, lingerMs: 50 }

describe('Batcher', () => {
  it('is full at its count and not one before', () => {
    const batcher = new Batcher(limits)
    batcher.add(ofBytes(1), 0)
    batcher.add(ofBytes(1), 0)
    expect(batcher.takeDue(0)).toBeUndefined()
    batcher.add(ofBytes(1), 0)
    expect(batcher.takeDue(0)).toHaveLength(3)
    expect(batcher.takeDue(0)).toBeUndefined()
  })

  it('is full at its bytes and not one byte before', () => {
    const batcher = new Batcher(limits)
    batcher.add(ofBytes(60), 0)
    batcher.add(ofBytes(39), 0)
    expect(batcher.takeDue(0)).toBeUndefined()
    const exact = new Batcher(limits)
    exact.add(ofBytes(60), 0)
    exact.add(ofBytes(40), 0)
    expect(exact.takeDue(0)).toHaveLength(2)
  })

  it('starts a new batch with an item that would pass the bytes by one', () => {
    const batcher = new Batcher(limits)
    batcher.add(ofBytes(60), 0)
    batcher.add(ofBytes(41), 0)
    expect(batcher.takeDue(0)).toEqual([ofBytes(60)])
    expect(batcher.takeDue(0)).toBeUndefined()
    expect(batcher.take()).toEqual([ofBytes(41)])
  })

  it('gives an item that is larger than a batch one of its own', () => {
    const batcher = new Batcher(limits)
    batcher.add(ofBytes(10), 0)
    batcher.add(ofBytes(500), 0)
    expect(batcher.takeDue(0)).toEqual([ofBytes(10)])
    expect(batcher.takeDue(0)).toEqual([ofBytes(500)])
  })

  it('is due when its first item has waited the linger, whatever came after', () => {
    const batcher = new Batcher(limits)
    expect(batcher.dueAtMs()).toBeUndefined()
    batcher.add(ofBytes(1), 1_000)
    batcher.add(ofBytes(1), 1_040)
    expect(batcher.dueAtMs()).toBe(1_050)
    expect(batcher.takeDue(1_049)).toBeUndefined()
    expect(batcher.takeDue(1_050)).toHaveLength(2)
    expect(batcher.dueAtMs()).toBeUndefined()
  })

  it('does not wait at all with a linger of 0', () => {
    const batcher = new Batcher({ ...limits, lingerMs: 0 })
    batcher.add(ofBytes(1), 7)
    expect(batcher.takeDue(7)).toHaveLength(1)
  })

  it('makes smaller batches once told, and never larger ones again', () => {
    const batcher = new Batcher(limits)
    batcher.lowerBulkBytes(20)
    batcher.lowerBulkBytes(90)
    expect(batcher.bulkBytes).toBe(20)
    batcher.add(ofBytes(15), 0)
    batcher.add(ofBytes(15), 0)
    expect(batcher.takeDue(0)).toHaveLength(1)
  })

  it('keeps the order of its items over all batches', () => {
    const batcher = new Batcher<{ bytes: number; name: number }>(limits)
    for (let name = 0; name < 20; name++) batcher.add({ bytes: (name * 37) % 90, name }, 0)
    const names: number[] = []
    for (let batch = batcher.take(); batch !== undefined; batch = batcher.take()) {
      expect(batch.length).toBeLessThanOrEqual(3)
      expect(batch.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(100)
      names.push(...batch.map(({ name }) => name))
    }
    expect(names).toEqual(Array.from({ length: 20 }, (_, name) => name))
  })
})

it('counts the events of an item, and those that it grows by', () => {
  const batcher = new Batcher({ bulkBytes: 100, bulkCount: 4, lingerMs: 50 })
  const item = { bytes: 10, count: 2 }
  expect(batcher.add(item, 0)).toBe(false)
  expect(batcher.last === item).toBe(true)
  expect(batcher.grown(10)).toBe(false)
  expect(batcher.grown(10)).toBe(true)
  expect(batcher.last).toBeUndefined()
  expect(batcher.takeDue(0)).toEqual([item])
})
