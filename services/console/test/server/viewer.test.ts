import { seededRandom } from '@millrace/foundation'
import { describe, expect, it } from 'vitest'
import type { LiveBatch } from '../../server/api.mts'
import type { LiveEvent } from '../../server/live/live-event.mts'
import { Viewer } from '../../server/live/viewer.mts'

const services = { names: ['orders'], version: 1 }

function event(number: number, level = 'info'): LiveEvent {
  const document = { message: `event ${number}`, log: { level }, service: { name: 'orders' } }
  const row = { id: String(number), timestamp: '', message: document.message }
  return { document, level: level as 'info', rank: 2, row: () => row }
}

function look(filter: ConstructorParameters<typeof Viewer>[1]['filter'] = {}, rowsMax = 10) {
  const batches: LiveBatch[] = []
  const sink = {
    isFree: true,
    send(name: string, data: object) {
      if (name === 'batch') batches.push(data as LiveBatch)
    },
  }
  const viewer = new Viewer(sink, { filter, rowsMax, quietMs: 5_000, random: seededRandom(7) }, 0)
  viewer.ready({ topic: 'logs', partitions: 1 })
  return { viewer, sink, batches }
}

describe('a viewer', () => {
  it('is shown everything while it is little, in order', () => {
    const { viewer, batches } = look()
    for (let number = 0; number < 5; number++) viewer.offer(event(number))
    viewer.ledgers(2)
    viewer.tick(250, services)
    expect(batches[0]).toMatchObject({
      seen: 5,
      matching: 5,
      ledgers: 2,
      isSampled: false,
      spanMs: 250,
    })
    expect(batches[0]!.rows.map(({ id }) => id)).toEqual(['0', '1', '2', '3', '4'])
    expect(batches[0]!.services).toEqual(['orders'])
  })

  it('is shown an even sample of too much, in order, and told of how much', () => {
    const { viewer, batches } = look()
    for (let round = 0; round < 200; round++) {
      for (let number = 0; number < 1_000; number++) viewer.offer(event(number))
      viewer.tick(250 * (round + 1), services)
    }
    let sum = 0
    for (const { rows, matching, isSampled } of batches) {
      expect([rows.length, matching, isSampled]).toEqual([10, 1_000, true])
      const numbers = rows.map(({ id }) => Number(id))
      expect(numbers).toEqual(numbers.toSorted((one, other) => one - other))
      for (const number of numbers) sum += number
    }
    // The mean of 2 000 draws of 0..999 is 499.5, with a deviation of about 6.5.
    expect(Math.abs(sum / 2_000 - 499.5)).toBeLessThan(40)
  })

  it('counts what its filter lets through, by level', () => {
    const { viewer, batches } = look({ level: 'warn' })
    for (let number = 0; number < 6; number++)
      viewer.offer(event(number, number < 2 ? 'error' : 'info'))
    viewer.tick(250, services)
    expect(batches[0]).toMatchObject({ seen: 6, matching: 2, levels: { error: 2 } })
  })

  it('that is slow costs no memory: what it did not take is gone, but for the counts', () => {
    const { viewer, sink, batches } = look()
    sink.isFree = false
    for (let tick = 1; tick <= 100; tick++) {
      for (let number = 0; number < 50; number++) viewer.offer(event(number))
      viewer.tick(tick * 250, services)
    }
    expect(batches).toEqual([])
    sink.isFree = true
    viewer.offer(event(1_000))
    viewer.tick(26_000, services)
    expect(batches[0]).toMatchObject({
      seen: 5_001,
      matching: 5_001,
      missedBatches: 100,
      isSampled: true,
    })
    expect(batches[0]!.rows.map(({ id }) => id)).toEqual(['1000'])
  })

  it('hears of silence now and then', () => {
    const { viewer, batches } = look()
    for (let tick = 1; tick <= 20; tick++) viewer.tick(tick * 250, services)
    expect(batches).toHaveLength(1)
    expect(batches[0]).toMatchObject({ seen: 0, spanMs: 5_000 })
  })
})
