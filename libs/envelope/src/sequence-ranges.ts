// The ledger's arithmetic: sets of sequence numbers, kept as ranges, because what is dropped or spooled comes in runs.

/** First and last sequence, both inside. */
export type SequenceRange = readonly [first: number, last: number]

const textPattern = /^(\d{1,16}(-\d{1,16})?(,\d{1,16}(-\d{1,16})?)*)?$/

/** A set of integers from 1. Adding in ascending order costs next to nothing; any order works. */
export class SequenceRanges {
  /** Ascending; no two touch. */
  readonly #ranges: [number, number][] = []

  static of(ranges: Iterable<SequenceRange>): SequenceRanges {
    const set = new SequenceRanges()
    for (const [first, last] of ranges) set.addRange(first, last)
    return set
  }

  /** Reads `toString`'s `1-5,9,12-20`; undefined for any other text. */
  static parse(text: string): SequenceRanges | undefined {
    if (!textPattern.test(text)) return undefined
    const set = new SequenceRanges()
    for (const part of text === '' ? [] : text.split(',')) {
      const [first, last = first] = part.split('-').map(Number) as [number, number?]
      if (first < 1 || last < first || last > Number.MAX_SAFE_INTEGER) return undefined
      set.addRange(first, last)
    }
    return set
  }

  /** How many ranges it takes. */
  get length(): number {
    return this.#ranges.length
  }

  /** How many sequences are in the set. */
  get count(): number {
    let count = 0
    for (const [first, last] of this.#ranges) count += last - first + 1
    return count
  }

  get first(): number | undefined {
    return this.#ranges[0]?.[0]
  }

  get last(): number | undefined {
    return this.#ranges.at(-1)?.[1]
  }

  [Symbol.iterator](): Iterator<SequenceRange> {
    return this.#ranges.values()
  }

  add(sequence: number): void {
    this.addRange(sequence, sequence)
  }

  addRange(first: number, last: number): void {
    if (last < first) return
    const ranges = this.#ranges
    const newest = ranges.at(-1)
    if (newest !== undefined && first === newest[1] + 1) {
      newest[1] = last
      return
    }
    let at = ranges.length
    // From the end: sequences nearly always come in ascending order.
    if (at > 0 && first < ranges[at - 1]![0]) at = this.#firstTouching(first)
    else if (at > 0 && first <= ranges[at - 1]![1] + 1) at--
    let from = first
    let to = last
    let end = at
    while (end < ranges.length && ranges[end]![0] <= to + 1) {
      from = Math.min(from, ranges[end]![0])
      to = Math.max(to, ranges[end]![1])
      end++
    }
    ranges.splice(at, end - at, [from, to])
  }

  addAll(other: Iterable<SequenceRange>): void {
    for (const [first, last] of other) this.addRange(first, last)
  }

  removeRange(first: number, last: number): void {
    if (last < first) return
    const at = this.#firstTouching(first)
    const kept: [number, number][] = []
    let end = at
    for (; end < this.#ranges.length && this.#ranges[end]![0] <= last; end++) {
      const [from, to] = this.#ranges[end]!
      if (from < first) kept.push([from, Math.min(to, first - 1)])
      if (to > last) kept.push([Math.max(from, last + 1), to])
    }
    this.#ranges.splice(at, end - at, ...kept)
  }

  has(sequence: number): boolean {
    const range = this.#ranges[this.#firstTouching(sequence + 1)]
    return range !== undefined && range[0] <= sequence && sequence <= range[1]
  }

  clear(): void {
    this.#ranges.length = 0
  }

  /** `1-5,9,12-20`; empty for the empty set. */
  toString(): string {
    return this.#ranges
      .map(([first, last]) => (first === last ? String(first) : `${first}-${last}`))
      .join(',')
  }

  /** Index of the first range that reaches `first - 1` or beyond. */
  #firstTouching(first: number): number {
    let low = 0
    let high = this.#ranges.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#ranges[middle]![1] < first - 1) low = middle + 1
      else high = middle
    }
    return low
  }
}

/** The set of this key, made when it is the first time. */
export function rangesUnder<Key>(sets: Map<Key, SequenceRanges>, key: Key): SequenceRanges {
  let ranges = sets.get(key)
  if (ranges === undefined) {
    ranges = new SequenceRanges()
    sets.set(key, ranges)
  }
  return ranges
}
