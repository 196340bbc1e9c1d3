// Ranges and bitmaps against plain sets of numbers.
import { type SequenceRange, SequenceRanges } from '@millrace/envelope'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { countOf, cut, firstOf, span, unite } from '../src/ranges.ts'
import { SequenceBitmap } from '../src/sequence-bitmap.ts'

const numbers = fc.uniqueArray(
  fc.oneof(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 4000, max: 4300 })),
  { maxLength: 120 },
)

const rangesOf = (members: readonly number[]): SequenceRange[] => {
  const ranges = new SequenceRanges()
  for (const member of members) ranges.add(member)
  return [...ranges]
}
const membersOf = (ranges: Iterable<SequenceRange>): number[] =>
  [...ranges].flatMap(([first, last]) =>
    Array.from({ length: last - first + 1 }, (_, index) => first + index),
  )
const ascending = (members: Iterable<number>): number[] =>
  [...members].sort((one, other) => one - other)

test('a cut has inside what both sets have, and outside the rest of the first', () => {
  fc.assert(
    fc.property(numbers, numbers, (some, others) => {
      const { inside, outside } = cut(rangesOf(some), rangesOf(others))
      expect(membersOf(inside)).toEqual(ascending(some.filter((each) => others.includes(each))))
      expect(membersOf(outside)).toEqual(ascending(some.filter((each) => !others.includes(each))))
    }),
  )
})

test('a union has each member once, in ranges that do not touch', () => {
  fc.assert(
    fc.property(numbers, numbers, (some, others) => {
      const united = unite(rangesOf(some), rangesOf(others))
      expect(united).toEqual(rangesOf([...new Set([...some, ...others])]))
    }),
  )
})

test('the first so many are the lowest, and all when there are fewer', () => {
  fc.assert(
    fc.property(numbers, fc.integer({ min: 0, max: 150 }), (some, count) => {
      const { inside, outside } = firstOf(rangesOf(some), count)
      expect(membersOf(inside)).toEqual(ascending(some).slice(0, count))
      expect(membersOf(outside)).toEqual(ascending(some).slice(count))
      expect(countOf(inside)).toBe(Math.min(count, some.length))
    }),
  )
})

test('a bitmap keeps what is added in any order, says what is new, and gives it back as ranges', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 20_000 }), { maxLength: 300 }), (some) => {
      const bitmap = new SequenceBitmap()
      const seen = new Set<number>()
      for (const each of some) {
        expect(bitmap.add(each)).toBe(!seen.has(each))
        seen.add(each)
      }
      expect([...bitmap.ranges()]).toEqual(rangesOf([...seen]))
      expect(bitmap.count).toBe(seen.size)
      expect(bitmap.highest).toBe(Math.max(0, ...seen))
    }),
  )
})

test('a bitmap joins full words, full chunks and their neighbours into one range', () => {
  const bitmap = new SequenceBitmap()
  for (let each = 1; each <= 10_000; each++) bitmap.add(each)
  bitmap.add(36 ** 8 - 1)
  expect([...bitmap.ranges()]).toEqual([
    [1, 10_000],
    [36 ** 8 - 1, 36 ** 8 - 1],
  ])
})

test('a span is empty when it ends before it begins', () => {
  expect(span(5, 4)).toEqual([])
  expect(span(4, 4)).toEqual([[4, 4]])
})
