import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SequenceRanges } from '../src/sequence-ranges.ts'

const step = fc.record({
  isAdded: fc.boolean(),
  first: fc.integer({ min: 1, max: 60 }),
  length: fc.integer({ min: 0, max: 12 }),
})

describe('SequenceRanges', () => {
  it('holds what a plain set holds, whatever is added and removed in whatever order', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const ranges = new SequenceRanges()
        const plain = new Set<number>()
        for (const { isAdded, first, length } of steps) {
          const last = first + length
          if (isAdded) ranges.addRange(first, last)
          else ranges.removeRange(first, last)
          for (let sequence = first; sequence <= last; sequence++) {
            if (isAdded) plain.add(sequence)
            else plain.delete(sequence)
          }
        }
        const members = [...plain].toSorted((one, other) => one - other)
        expect([...ranges].flatMap(([a, b]) => expand(a, b))).toEqual(members)
        expect(ranges.count).toBe(members.length)
        expect(ranges.first).toBe(members[0])
        expect(ranges.last).toBe(members.at(-1))
        for (let sequence = 1; sequence <= 75; sequence++) {
          expect(ranges.has(sequence)).toBe(plain.has(sequence))
        }
      }),
    )
  })

  it('comes back from its text, with no two ranges that touch', () => {
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const ranges = new SequenceRanges()
        for (const { first, length } of steps) ranges.addRange(first, first + length)
        const list = [...ranges]
        for (let at = 1; at < list.length; at++) {
          expect(list[at]![0]).toBeGreaterThan(list[at - 1]![1] + 1)
        }
        expect([...SequenceRanges.parse(String(ranges))!]).toEqual(list)
      }),
    )
  })

  it('is not read from a text that is none', () => {
    for (const text of ['0', '5-3', 'a', '1,,2', '1-2-3', '-1', '1 2', '99999999999999999']) {
      expect(SequenceRanges.parse(text)).toBeUndefined()
    }
    expect(SequenceRanges.parse('')!.count).toBe(0)
  })
})

function expand(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index)
}
