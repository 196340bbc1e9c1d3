import { formatEventId, mintInstanceId } from '@millrace/envelope'
import { seededRandom } from '@millrace/foundation'
import { describe, expect, it } from 'vitest'
import { classify, type InstanceEvidence } from '../src/classify.ts'
import { EventSet } from '../src/event-set.ts'
import { InstanceBooks, type LedgerSource } from '../src/instance-books.ts'
import type { InstanceFindings } from '../src/report.ts'
import { ledgerOf } from './support/fake-sources.ts'

const nowMs = Date.UTC(2026, 0, 2, 3, 4, 5)
const instance = mintInstanceId({ now: () => nowMs - 3_600_000 }, seededRandom(1))
const writer = mintInstanceId({ now: () => nowMs - 60_000 }, seededRandom(2))

type LedgerMembers = Parameters<typeof ledgerOf>[1]

function booksOf(ledgers: readonly LedgerMembers[], horizons: readonly number[] = []) {
  const books = new InstanceBooks(instance, horizons)
  const source: LedgerSource = { service: 'orders', host: 'web-1' }
  for (const members of ledgers) books.take(ledgerOf(instance, members), source)
  return books
}

function setOf(lines: readonly number[], nested: readonly [number, number][] = []): EventSet {
  const set = new EventSet()
  for (const line of lines) set.add(line)
  for (const [line, index] of nested) set.add(line, index)
  return set
}

function judge(evidence: Partial<InstanceEvidence>): InstanceFindings {
  return classify(
    {
      instance,
      books: undefined,
      indexed: setOf([]),
      deadLettered: setOf([]),
      unread: setOf([]),
      unreadAt: 0,
      duplicateIds: [],
      horizonAt: undefined,
      ...evidence,
    },
    { nowMs, silentAfterMs: 45_000 },
  )
}

describe('a line that is neither indexed nor given up', () => {
  const members = { issued: 10, settled: 6, at: nowMs - 44_000 }
  const indexed = setOf([1, 2, 3, 4, 6])

  it('is lost where the ledger calls it settled, and under way above, while the instance lives', () => {
    const found = judge({ books: booksOf([members]), indexed })
    expect(found).toMatchObject({ state: 'open', lostRanges: [[5, 5]], pending: 4 })
    expect(found.pendingIn).toEqual({ topic: 0, spool: 0, memory: 4 })
  })

  it('is lost once nothing was heard of the instance for longer than it may be silent', () => {
    const at = nowMs - 45_001
    const found = judge({ books: booksOf([{ ...members, at }]), indexed })
    expect(found).toMatchObject({ state: 'silent', pending: 0, lostCount: 5 })
    expect(found.lostRanges).toEqual([
      [5, 5],
      [7, 10],
    ])
  })

  it('of a silent instance lies in its spool above what was settled, where each line goes to disk first', () => {
    const silent = { ...members, at: nowMs - 60_000, durability: 'always' as const }
    const found = judge({ books: booksOf([silent]), indexed })
    expect(found).toMatchObject({ state: 'silent', pending: 4, lostRanges: [[5, 5]] })
    expect(found.pendingIn).toEqual({ topic: 0, spool: 4, memory: 0 })
  })

  it('is lost when the instance has closed and its spool does not hold it', () => {
    const closed = { ...members, settled: 10, isClosed: true, spooledRanges: '7-9' }
    const found = judge({ books: booksOf([closed]), indexed })
    expect(found).toMatchObject({ state: 'closed', pending: 3 })
    expect(found.lostRanges).toEqual([
      [5, 5],
      [10, 10],
    ])
  })

  it('is lost once another instance has sent all that was left on disk', () => {
    const own = { ...members, spooledRanges: '7-10', at: nowMs - 300_000 }
    const taken = { number: 1, writer, issued: 12, settled: 12, isClosed: true, at: nowMs - 5_000 }
    const found = judge({
      books: booksOf([{ ...taken, droppedRanges: { 'spool-damaged': '9' } }, own]),
      indexed: setOf([1, 2, 3, 4, 5, 6, 7, 8]),
    })
    expect(found).toMatchObject({ state: 'recovered', issued: 12, pending: 0 })
    expect(found).toMatchObject({
      dropped: { 'spool-damaged': 1 },
      droppedRanges: { 'spool-damaged': [[9, 9]] },
      lostRanges: [[10, 12]],
    })
  })

  it('stays pending while two others share what was left on disk and have not finished', () => {
    const own = { ...members, settled: 10, spooledRanges: '5,7-10', at: nowMs - 300_000 }
    const first = { writer, issued: 10, settled: 10, spooledRanges: '5', at: nowMs - 4_000 }
    expect(judge({ books: booksOf([own, first]), indexed })).toMatchObject({
      pending: 5,
      lostCount: 0,
    })
  })

  it('is on its way when its record was not committed, whatever the ledgers say of it', () => {
    const found = judge({
      books: booksOf([{ ...members, droppedRanges: { 'memory-full': '5' } }]),
      indexed,
      unread: setOf([5]),
    })
    expect(found).toMatchObject({ dropped: {}, lostCount: 0 })
    expect(found.pendingIn).toEqual({ topic: 1, spool: 0, memory: 4 })
  })
})

describe('a dropped line', () => {
  it('is counted under its reason, by all ledgers together, and once', () => {
    const books = booksOf([
      { number: 2, issued: 9, settled: 9, isClosed: true, droppedRanges: { closed: '7,9' } },
      { number: 1, issued: 7, settled: 7, droppedRanges: { 'memory-full': '3-5', closed: '7' } },
    ])
    const found = judge({ books, indexed: setOf([1, 2, 6, 8]) })
    expect(found).toMatchObject({ dropped: { 'memory-full': 3, closed: 2 }, lostCount: 0 })
  })

  it('that arrived nevertheless is indexed', () => {
    const books = booksOf([{ issued: 2, settled: 2, droppedRanges: { 'memory-full': '1-2' } }])
    expect(judge({ books, indexed: setOf([1]) })).toMatchObject({
      indexed: 1,
      dropped: { 'memory-full': 1 },
    })
  })

  it('that was only counted takes the lowest missing line, and no more than were counted', () => {
    const members = { issued: 6, settled: 6, isClosed: true }
    const counts = { dropped: { 'memory-full': 2 }, droppedUnidentified: { 'memory-full': 2 } }
    const books = booksOf([{ ...members, ...counts }])
    expect(judge({ books, indexed: setOf([2, 4]) })).toMatchObject({
      dropped: { 'memory-full': 2 },
      lostRanges: [[5, 6]],
      hasUnidentified: true,
    })
  })
})

describe('a line that one ledger names as dropped and a later one only counts', () => {
  it('does not make room for a line that is lost', () => {
    const said = { number: 1, issued: 4, settled: 4, droppedRanges: { 'memory-full': '1-2' } }
    const later = {
      number: 2,
      issued: 4,
      settled: 4,
      isClosed: true,
      dropped: { 'memory-full': 2 },
      droppedUnidentified: { 'memory-full': 2 },
    }
    const found = judge({ books: booksOf([said, later]), indexed: setOf([3]) })
    expect(found).toMatchObject({ dropped: { 'memory-full': 2 }, lostRanges: [[4, 4]] })
  })
})

describe('an instance without a ledger', () => {
  it('has lost what is missing below the highest line that was seen anywhere', () => {
    const found = judge({ indexed: setOf([1, 2, 5]), deadLettered: setOf([7]) })
    expect(found).toMatchObject({ state: 'unknown', issued: 7, deadLettered: 1 })
    expect(found.lostRanges).toEqual([
      [3, 4],
      [6, 6],
    ])
  })

  it('that has just begun may still have them under way', () => {
    const found = judge({ indexed: setOf([3]), unreadAt: nowMs - 1_000 })
    expect(found).toMatchObject({ pending: 2, lostCount: 0 })
  })
})

describe('what retention has deleted', () => {
  const horizonAt = nowMs - 1_800_000
  const ledgers = [
    { number: 1, at: horizonAt - 10_000, issued: 40, settled: 40 },
    { number: 2, at: horizonAt + 10_000, issued: 50, settled: 50 },
    { number: 3, at: nowMs - 5_000, issued: 60, settled: 60 },
  ]

  it('counts as expired where it was issued before the oldest backing index, and as lost after', () => {
    const books = booksOf(ledgers, [horizonAt])
    const found = judge({ books, horizonAt, indexed: setOf([45, 51, 52, 54, 55, 56, 57, 58, 59]) })
    expect(found).toMatchObject({ expired: 49, indexed: 9 })
    expect(found.lostRanges).toEqual([
      [53, 53],
      [60, 60],
    ])
  })

  it('may be all of an instance that was not heard of since', () => {
    const books = booksOf(ledgers.slice(0, 1), [horizonAt])
    expect(judge({ books, horizonAt })).toMatchObject({ expired: 40, lostCount: 0 })
  })

  it('does not matter to an instance that started later', () => {
    const started = nowMs - 3_600_000
    const books = booksOf(ledgers, [started])
    expect(judge({ books, horizonAt: started })).toMatchObject({ expired: 0, lostCount: 60 })
  })
})

describe('a line that holds several events', () => {
  it('is indexed when its events are, and one event is lost when a later one of the line is there', () => {
    const found = judge({
      books: booksOf([{ issued: 2, settled: 2, isClosed: true }]),
      indexed: setOf(
        [1],
        [
          [2, 0],
          [2, 3],
        ],
      ),
    })
    expect(found).toMatchObject({ indexed: 2, lostCount: 0 })
    const id = formatEventId(instance, 2)
    expect(found.lostEvents).toEqual([`${id}.1`, `${id}.2`])
  })

  it('misses no event that is a dead letter or whose record is read again', () => {
    const evidence = {
      indexed: setOf(
        [],
        [
          [1, 2],
          [2, 1],
        ],
      ),
      unread: setOf([2]),
    }
    const deadLettered = setOf(
      [],
      [
        [1, 0],
        [1, 1],
      ],
    )
    expect(judge({ ...evidence, deadLettered }).lostEvents).toEqual([])
  })

  it('is double when it is there as a whole and as its events', () => {
    const found = judge({ indexed: setOf([1, 2], [[2, 0]]) })
    expect(found).toMatchObject({ duplicates: 1, duplicateIds: [formatEventId(instance, 2)] })
  })
})

it('a sequence that no id can say does not make a list without end', () => {
  const found = judge({
    books: booksOf([{ issued: Number.MAX_SAFE_INTEGER, settled: 1, isClosed: true }]),
  })
  expect(found.issued).toBe(36 ** 8 - 1)
  expect(found.lostRanges).toEqual([[1, 36 ** 8 - 1]])
})
