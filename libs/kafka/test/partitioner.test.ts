import { seededRandom } from '@millrace/foundation'
import { describe, expect, it } from 'vitest'
import { StickyPartitioner } from '../src/partitioner.ts'

const led = [0, 1, 2, 3].map((partitionId) => ({ partitionId, leader: 1 }))

describe('the sticky partitioner', () => {
  it('gives each batch the next partition, so that each gets its share', () => {
    const partitioner = new StickyPartitioner(seededRandom(1))
    const given = Array.from({ length: 40 }, () => partitioner.next('logs', led))
    for (const { partitionId } of led) {
      expect(given.filter((partition) => partition === partitionId)).toHaveLength(10)
    }
    expect(given[1]).toBe((given[0]! + 1) % 4)
  })

  it('starts anywhere, so that many instances do not start together', () => {
    const starts = Array.from({ length: 64 }, (_, seed) =>
      new StickyPartitioner(seededRandom(seed)).next('logs', led),
    )
    expect(new Set(starts).size).toBe(4)
  })

  it('passes over partitions without a leader, and says when none has one', () => {
    const partitioner = new StickyPartitioner(seededRandom(1))
    const half = led.map(({ partitionId }) => ({
      partitionId,
      leader: partitionId % 2 === 0 ? -1 : 1,
    }))
    const given = Array.from({ length: 10 }, () => partitioner.next('logs', half))
    expect(new Set(given)).toEqual(new Set([1, 3]))
    expect(
      partitioner.next(
        'logs',
        led.map(({ partitionId }) => ({ partitionId, leader: -1 })),
      ),
    ).toBeUndefined()
  })
})
