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
    settlement.settleEvent(records[1]!)
    settlement.settleEvent(records[2]!)
    expect(settlement.committableOffset).toBeUndefined()
    expect(settlement.span).toBe(3)
    settlement.settleEvent(records[0]!)
    expect(settlement.committableOffset).toBe(8)
    expect(settlement.span).toBe(0)
  })

  it('holds a record of three events until the third is terminal', () => {
    const settlement = new PartitionSettlement({ recordsMax: 10 })
    const record = takeOpen(settlement, 0, 3)
    settlement.settleEvent(record)
    settlement.settleEvent(record)
    expect(settlement.committableOffset).toBeUndefined()
    settlement.settleEvent(record)
    expect(settlement.committableOffset).toBe(1)
  })

  it('settles a record without events at once, though not past an earlier open one', () => {
    const settlement = new PartitionSettlement({ recordsMax: 10 })
    takeOpen(settlement, 0, 0)
    expect(settlement.committableOffset).toBe(1)
    const open = takeOpen(settlement, 1, 1)
    takeOpen(settlement, 2, 0)
    expect(settlement.committableOffset).toBe(1)
    settlement.settleEvent(open)
    expect(settlement.committableOffset).toBe(3)
  })

  it('bridges offsets that the partition does not have', () => {
    const settlement = new PartitionSettlement({ recordsMax: 10 })
    const records = [3, 10, 11].map((offset) => takeOpen(settlement, offset, 1))
    settlement.settleEvent(records[0]!)
    expect(settlement.committableOffset).toBe(4)
    settlement.settleEvent(records[1]!)
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
    settlement.settleEvent(takeOpen(settlement, 1, 1))
    expect(settlement.hasRoom).toBe(false)
  })

  it('asserts when an offset comes twice or an event is settled twice', () => {
    const settlement = new PartitionSettlement({ recordsMax: 10 })
    const record = takeOpen(settlement, 4, 1)
    expect(settlement.continuesAt(4)).toBe(false)
    expect(() => takeOpen(settlement, 4, 1)).toThrow('offset 4 was taken after 4')
    settlement.settleEvent(record)
    expect(() => settlement.settleEvent(record)).toThrow('more often than it has events')
  })

  it('forgets settled records, however many pass through', () => {
    const settlement = new PartitionSettlement({ recordsMax: 2 })
    for (let offset = 0; offset < 10_000; offset++) {
      settlement.settleEvent(takeOpen(settlement, offset, 1))
    }
    expect(settlement.committableOffset).toBe(10_000)
    expect(settlement.span).toBe(0)
  })
})
