import { describe, expect, it } from 'vitest'
import { PartitionSettlement } from '../src/settle.mts'
import { takeOpen } from './support/fakes.ts'

describe('PartitionSettlement', () => {
  it('has nothing to commit before the first record is terminal', () => {
    const settlement = new PartitionSettlement({ recordsMax: 10 })
    takeOpen(settlement, 5, 1)
    expect(settlement.committableOffset).toBeUndefined()
    expect(settlement.takenOffset).toBe(6)
  })

  it('does not pass a gap, and passes it at once when it closes', () => {
    const settlement = new PartitionSettlement({ recordsMax: 10 })
    const records = [5, 6, 7].map((offset) => takeOpen(settlement, offset, 1))
    settlement.settleEvents(records[1]!)
    settlement.settleEvents(records[2]!)
    expect(settlement.committableOffset).toBeUndefined()
    expect(settlement.span).toBe(3)
    settlement.settleEvents(records[0]!)
    expect(settlement.committableOffset).toBe(8)
    expect(settlement.span).toBe(0)
  })

  it('holds a record of three events until the third is terminal', () => {
    const settlement = new PartitionSettlement({ recordsMax: 10 })
    const record = takeOpen(settlement, 0, 3)
    settlement.settleEvents(record)
    settlement.settleEvents(record)
    expect(settlement.committableOffset).toBeUndefined()
    settlement.settleEvents(record)
    expect(settlement.committableOffset).toBe(1)
  })

  it('settles a record without events at once, though not past an earlier open one', () => {
    const settlement = new PartitionSettlement({ recordsMax: 10 })
    takeOpen(settlement, 0, 0)
    expect(settlement.committableOffset).toBe(1)
    const open = takeOpen(settlement, 1, 1)
    takeOpen(settlement, 2, 0)
    expect(settlement.committableOffset).toBe(1)
    settlement.settleEvents(open)
    expect(settlement.committableOffset).toBe(3)
  })

  it('bridges offsets that the partition does not have', () => {
    const settlement = new PartitionSettlement({ recordsMax: 10 })
    const records = [3, 10, 11].map((offset) => takeOpen(settlement, offset, 1))
    settlement.settleEvents(records[0]!)
    expect(settlement.committableOffset).toBe(4)
    settlement.settleEvents(records[1]!)
    expect(settlement.committableOffset).toBe(11)
  })

  it('has room up to its bound and asserts one past it', () => {
    const settlement = new PartitionSettlement({ recordsMax: 2 })
    takeOpen(settlement, 0, 1)
    expect(settlement.hasRoom).toBe(true)
    takeOpen(settlement, 1, 1)
    expect(settlement.hasRoom).toBe(false)
    expect(() => takeOpen(settlement, 2, 1)).toThrow('may hold 2 unsettled records')
  })

  it('counts settled records behind a gap against its bound', () => {
    const settlement = new PartitionSettlement({ recordsMax: 2 })
    takeOpen(settlement, 0, 1)
    settlement.settleEvents(takeOpen(settlement, 1, 1))
    expect(settlement.hasRoom).toBe(false)
  })

  it('asserts when an offset comes twice or an event is settled twice', () => {
    const settlement = new PartitionSettlement({ recordsMax: 10 })
    const record = takeOpen(settlement, 4, 1)
    expect(settlement.continuesAt(4)).toBe(false)
    expect(() => takeOpen(settlement, 4, 1)).toThrow('offset 4 was taken after 4')
    settlement.settleEvents(record)
    expect(() => settlement.settleEvents(record)).toThrow('more often than it has events')
  })

  it('forgets settled records, however many pass through', () => {
    const settlement = new PartitionSettlement({ recordsMax: 2 })
    for (let offset = 0; offset < 10_000; offset++) {
      settlement.settleEvents(takeOpen(settlement, offset, 1))
    }
    expect(settlement.committableOffset).toBe(10_000)
    expect(settlement.span).toBe(0)
  })
})

describe('records that are taken as one', () => {
  it('are spanned one by one, and committed together', () => {
    const settlement = new PartitionSettlement({ recordsMax: 3 })
    const stretch = { offset: 5, lastOffset: 5, count: 1, openEvents: 1 }
    settlement.take(stretch)
    Object.assign(stretch, { lastOffset: 7, count: 2, openEvents: 2 })
    settlement.extended(stretch)
    expect([settlement.span, settlement.takenOffset, settlement.hasRoom]).toEqual([2, 8, true])
    settlement.settleEvents(stretch, 2)
    expect([settlement.span, settlement.committableOffset]).toEqual([0, 8])
    expect(() => settlement.settleEvents(stretch, 1)).toThrow('more often')
  })

  it('are replaced by each of them, in their place', () => {
    const settlement = new PartitionSettlement({ recordsMax: 10 })
    const before = takeOpen(settlement, 1, 1)
    const stretch = { offset: 2, lastOffset: 3, count: 2, openEvents: 2 }
    settlement.take(stretch)
    const after = takeOpen(settlement, 4, 1)
    const parts = [2, 3].map((offset) => ({ offset, lastOffset: offset, count: 1, openEvents: 1 }))
    settlement.replace(stretch, parts)
    expect(settlement.span).toBe(4)
    for (const record of [after, parts[0]!, before]) settlement.settleEvents(record)
    expect(settlement.committableOffset).toBe(3)
    settlement.settleEvents(parts[1]!)
    expect([settlement.span, settlement.committableOffset]).toEqual([0, 5])
    expect(() => settlement.replace(stretch, parts)).toThrow('has to be there')
  })

  it('take no further record once another one was taken', () => {
    const settlement = new PartitionSettlement({ recordsMax: 10 })
    const stretch = { offset: 2, lastOffset: 2, count: 1, openEvents: 1 }
    settlement.take(stretch)
    takeOpen(settlement, 3, 1)
    expect(() => settlement.extended({ ...stretch, lastOffset: 4 })).toThrow('another record')
  })
})
