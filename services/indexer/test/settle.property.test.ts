import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type OpenRecord, PartitionSettlement } from '../src/settle.mts'
import { takeOpen } from './support/fakes.ts'

/** Records with holes between them, each with some events, and an order in which the events end. */
const history = fc
  .array(fc.record({ hole: fc.nat(3), events: fc.nat(3) }), { minLength: 1, maxLength: 60 })
  .chain((records) => {
    const events = records.flatMap((record, index) =>
      Array.from({ length: record.events }, () => index),
    )
    return fc.record({
      records: fc.constant(records),
      order: fc.shuffledSubarray(
        events.map((_, at) => at),
        { minLength: events.length },
      ),
      events: fc.constant(events),
    })
  })

describe('settling in any order', () => {
  it('commits exactly the contiguous run of terminal records after every step', () => {
    fc.assert(
      fc.property(history, ({ records, order, events }) => {
        const settlement = new PartitionSettlement({ recordsMax: 100 })
        let offset = 0
        const taken = records.map((record) => {
          offset += record.hole + 1
          return takeOpen(settlement, offset, record.events)
        })
        const left = records.map((record) => record.events)
        const check = (): void => {
          const firstOpen = left.findIndex((count) => count > 0)
          const runLength = firstOpen === -1 ? left.length : firstOpen
          const expected = runLength === 0 ? undefined : taken[runLength - 1]!.offset + 1
          expect(settlement.committableOffset).toBe(expected)
          expect(settlement.span).toBe(left.length - runLength)
        }
        check()
        for (const event of order) {
          const index = events[event]!
          settlement.settleEvents(taken[index]!)
          left[index]! -= 1
          check()
        }
        expect(settlement.span).toBe(0)
      }),
    )
  })

  it('never goes back while records are taken and settled in turns', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(9), { maxLength: 200 }), (choices) => {
        const settlement = new PartitionSettlement({ recordsMax: 1000 })
        const open: OpenRecord[] = []
        let offset = 0
        let before = -1
        for (const choice of choices) {
          if (choice < 5) open.push(takeOpen(settlement, (offset += 1 + (choice % 2)), 1))
          else if (open.length > 0)
            settlement.settleEvents(open.splice(choice % open.length, 1)[0]!)
          const committable = settlement.committableOffset ?? -1
          expect(committable).toBeGreaterThanOrEqual(before)
          expect(committable).toBeLessThanOrEqual(settlement.takenOffset ?? -1)
          for (const record of open) expect(committable).toBeLessThanOrEqual(record.offset)
          before = committable
        }
      }),
    )
  })
})
