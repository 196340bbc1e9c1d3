// The audit's arithmetic: sets of sequences as ascending ranges, however long, cut by one another in one pass.
import type { SequenceRange } from '@millrace/envelope'

export interface Cut {
  inside: SequenceRange[]
  outside: SequenceRange[]
}

/** Cuts `ranges` by `other`; both ascending, no two of one set overlapping. */
export function cut(ranges: Iterable<SequenceRange>, other: Iterable<SequenceRange>): Cut {
  const inside: SequenceRange[] = []
  const outside: SequenceRange[] = []
  const others = other[Symbol.iterator]()
  let next = others.next()
  for (const [first, last] of ranges) {
    let from = first
    while (from <= last) {
      while (next.done !== true && next.value[1] < from) next = others.next()
      if (next.done === true || next.value[0] > last) {
        outside.push([from, last])
        break
      }
      const [otherFirst, otherLast] = next.value
      if (otherFirst > from) outside.push([from, otherFirst - 1])
      inside.push([Math.max(from, otherFirst), Math.min(last, otherLast)])
      from = otherLast + 1
    }
  }
  return { inside, outside }
}

export function countOf(ranges: Iterable<SequenceRange>): number {
  let count = 0
  for (const [first, last] of ranges) count += last - first + 1
  return count
}

/** All from `first` to `last`; empty when there are none. */
export function span(first: number, last: number): SequenceRange[] {
  return last < first ? [] : [[first, last]]
}

/** The first `count` sequences, and the others. */
export function firstOf(ranges: Iterable<SequenceRange>, count: number): Cut {
  const inside: SequenceRange[] = []
  const outside: SequenceRange[] = []
  let left = count
  for (const [first, last] of ranges) {
    const end = Math.min(last, first + left - 1)
    if (end >= first) inside.push([first, end])
    if (end < last) outside.push([Math.max(first, end + 1), last])
    left -= Math.max(0, end - first + 1)
  }
  return { inside, outside }
}

/** The union, ascending and without ranges that touch. */
export function unite(
  one: Iterable<SequenceRange>,
  other: Iterable<SequenceRange>,
): SequenceRange[] {
  const all = [...one, ...other].sort((left, right) => left[0] - right[0])
  const united: [number, number][] = []
  for (const [first, last] of all) {
    const before = united.at(-1)
    if (before === undefined || first > before[1] + 1) united.push([first, last])
    else before[1] = Math.max(before[1], last)
  }
  return united
}
