import { describe, expect, it } from 'vitest'
import { Assembly } from '../src/assembly.mts'
import { isPlaced, type PlacedRecord } from '../src/event-places.mts'
import { indexOfGoodAnswer } from '../src/good-answer.mts'
import { OwnedPartition } from '../src/ownership.mts'
import type { EventStretch, StretchFacts } from '../src/stretch.mts'
import { PackedIds } from '../src/packed-ids.mts'
import { fetched } from './support/fetched-records.ts'

const nowMs = 1_800_000_000_000
const takenAt = { nowMs, monotonicMs: 5 }
const dataStream = 'logs-app-default'
const limits = { bulkBytes: 1_000_000, bulkCount: 4, lingerMs: 50 }

function recordsOf(offsets: readonly number[], timestampMs = nowMs - 1_000): PlacedRecord[] {
  const headers = {}
  const records = offsets.map((offset) => ({
    topic: 'logs',
    partition: 3,
    offset,
    timestampMs: timestampMs + offset,
    key: Buffer.from(`id-${offset}`),
    value: Buffer.from(`line ${offset}`),
    headers,
  }))
  return fetched(records).filter(isPlaced)
}

function ownedPartition(): OwnedPartition {
  return new OwnedPartition('logs', 3, { recordsMax: 100, clockMarginMs: 60_000, assignedAtMs: 0 })
}

class Taking {
  readonly assembly = new Assembly(limits)
  readonly facts: StretchFacts = { owner: ownedPartition(), takenAt, dataStream }

  take(record: PlacedRecord, facts = this.facts): EventStretch {
    const { writer } = this.assembly.bodies
    const start = writer.length
    const lines = Buffer.from(`document ${record.offset}\n`)
    writer.reserve(lines.length)
    writer.range(lines, 0, lines.length)
    const stretch = this.assembly.addToStretch(facts, record, start)
    const { settlement } = facts.owner
    if (stretch.count === 1) settlement.take(stretch)
    else settlement.extended(stretch)
    return stretch
  }
}

describe('a stretch of events', () => {
  it('is one as long as records of one batch are taken together, and ends with the bulk body', () => {
    const taking = new Taking()
    const records = recordsOf([10, 11, 15, 16, 17])
    const stretches = records.map((record) => taking.take(record))
    expect(new Set(stretches.slice(0, 4)).size).toBe(1)
    expect(stretches[3] === stretches[4]).toBe(false)
    expect(stretches[0]).toMatchObject({ count: 4, offset: 10, lastOffset: 16, start: 0 })
    expect(taking.assembly.takeDue(5)).toEqual([stretches[0]])
    expect(taking.facts.owner.settlement.span).toBe(5)
  })

  it.each([
    ['another moment', (facts: StretchFacts) => ({ ...facts, takenAt: { ...takenAt } })],
    ['another data stream', (facts: StretchFacts) => ({ ...facts, dataStream: 'logs-b-default' })],
    ['another ownership', (facts: StretchFacts) => ({ ...facts, owner: ownedPartition() })],
  ])('does not go on with %s', (_what, change) => {
    const taking = new Taking()
    const [first, second] = recordsOf([1, 2])
    const stretch = taking.take(first!)
    expect(taking.take(second!, change(taking.facts)) === stretch).toBe(false)
  })

  it('does not go on in another batch, nor behind a record that left no lines', () => {
    const taking = new Taking()
    const [first, third] = recordsOf([1, 3])
    const stretch = taking.take(first!)
    const without = { offset: 2, lastOffset: 2, count: 1, openEvents: 0 }
    taking.facts.owner.settlement.take(without)
    const next = taking.take(third!)
    expect(next === stretch).toBe(false)
    expect(taking.take(recordsOf([4])[0]!) === next).toBe(false)
  })

  it('unfolds into what its events would have been by themselves', () => {
    const taking = new Taking()
    const [stretch] = recordsOf([10, 11, 15]).map((record) => taking.take(record))
    taking.facts.owner.begin(10, new Map([[3, 12]]))
    const items = stretch!.unfold()
    expect(items.map(({ id }) => id)).toEqual(['id-10', 'id-11', 'id-15'])
    expect(items.map(({ origin }) => origin.offset)).toEqual([10, 11, 15])
    expect(items.map(({ origin }) => String(origin.record.value))).toEqual([
      'line 10',
      'line 11',
      'line 15',
    ])
    expect(items.map(({ writtenAtMs }) => writtenAtMs - nowMs + 1_000)).toEqual([10, 11, 15])
    const body = stretch!.chunk.bytes
    const linesOf = ({ start, bytes }: { start: number; bytes: number }): string =>
      body.toString('utf8', start, start + bytes)
    expect(items.map(linesOf)).toEqual(['document 10\n', 'document 11\n', 'document 15\n'])
    expect(linesOf(stretch!)).toBe(items.map(linesOf).join(''))
    // What is said of all of them holds for each.
    expect(stretch!.uncertainSinceMs).toBe(Math.min(...items.map((item) => item.uncertainSinceMs)))
    expect(stretch!.writtenAtMs).toBe(items[0]!.writtenAtMs)
    expect(stretch!.mayComeLate).toBe(items.some((item) => item.mayComeLate))
    const createdAtMs: number[] = []
    stretch!.eachCreatedAtMs((ms) => createdAtMs.push(ms))
    expect(createdAtMs).toEqual(items.map(({ origin }) => origin.createdAtMs))
  })

  it('has its ids where they were fetched, and no id of its own', () => {
    const taking = new Taking()
    const [stretch] = recordsOf([10, 11]).map((record) => taking.take(record))
    const ids = new PackedIds()
    ids.addAll(stretch!.idPlaces)
    expect(ids.all()).toEqual(['id-10', 'id-11'])
    const told = (...answered: string[]): Buffer =>
      Buffer.from(
        JSON.stringify({
          errors: false,
          items: answered.map((_id) => ({ create: { _index: 'i', _id, status: 201 } })),
        }),
      )
    expect(indexOfGoodAnswer([stretch!], told('id-10', 'id-11'))).toBe('i')
    expect(indexOfGoodAnswer([stretch!, { id: 'x' }], told('id-10', 'id-11', 'x'))).toBe('i')
    for (const wrong of [
      ['id-10'],
      ['id-11', 'id-10'],
      ['id-10', 'id-12'],
      ['id-10', 'id-11', 'x'],
    ]) {
      expect(indexOfGoodAnswer([stretch!], told(...wrong))).toBeUndefined()
    }
    expect(() => stretch!.id).toThrow('unfolded')
  })
})

it('a record is in no stretch where its places do not say all of it', () => {
  const whole = { topic: 'logs', partition: 0, offset: 1, timestampMs: 5, headers: {} }
  const [near, far] = [0, 2 ** 31].map(
    (later) =>
      fetched([
        { ...whole, key: null, value: null },
        { ...whole, offset: 2, timestampMs: 5 + later, key: null, value: null },
      ])[1]!,
  )
  expect(isPlaced(near!)).toBe(true)
  expect(isPlaced(far!)).toBe(false)
  expect(isPlaced({ ...whole, key: null, value: null })).toBe(false)
})
