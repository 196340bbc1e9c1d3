import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bulkError, publishFailure, startWorld, type TestWorld } from './support/fakes.ts'

/** What happens next in the world around the pipeline. */
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('wait'), ms: fc.integer({ min: 1, max: 3_000 }) }),
  },
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('write'), ms: fc.integer({ min: 1, max: 30 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('rebalance'),
      ms: fc.integer({ min: 1, max: 3_000 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('lose'), ms: fc.constant(0) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('back'), ms: fc.integer({ min: 1, max: 10 }) }),
  },
)
const fault = fc.constantFrom('none', 'none', 429, 503, 413, 'items', 'lost', 'short', 'hang')
const values = ['line', 'a,b,c', '!garbage', 'a,!b', '', 'throw', 'rejected']

interface Partition {
  log: string[]
  /** The offset that is handed over next. */
  read: number
  /** A hand-over of the present ownership that has not returned. */
  handingOver: object | undefined
}

/** A topic of two partitions, read by one member that may be revoked, and a store with faults in turns. */
class World {
  readonly partitions: Partition[] = [
    { log: [], read: 0, handingOver: undefined },
    { log: [], read: 0, handingOver: undefined },
  ]
  readonly world: TestWorld
  isFaulty = true
  #faults: readonly (string | number)[]
  #turn = 0

  constructor(world: TestWorld, faults: readonly (string | number)[]) {
    this.world = world
    this.#faults = faults
    world.store.reply = (call) => this.#answer(call.ids, call.bytes)
  }

  assign(): void {
    for (const [index, partition] of this.partitions.entries()) {
      partition.read = this.world.group.committed.get(index) ?? 0
      partition.handingOver = undefined
    }
    this.world.group.assign(0, 1)
  }

  /** The reader goes back a little, as after a failed hand-over. */
  goBack(records: number): void {
    for (const partition of this.partitions) {
      if (partition.handingOver !== undefined) continue
      partition.read = Math.max(0, partition.read - records)
    }
  }

  /** Hands over what is there and was not handed over yet, like the real group: one batch at a time. */
  fetch(): void {
    for (const [index, partition] of this.partitions.entries()) {
      if (partition.handingOver !== undefined || partition.read === partition.log.length) continue
      const from = partition.read
      const batch = partition.log.slice(from, from + 20)
      partition.read += batch.length
      const own = {}
      partition.handingOver = own
      void this.world.group.deliver(index, from, batch).finally(() => {
        if (partition.handingOver === own) partition.handingOver = undefined
      })
    }
  }

  write(count: number): void {
    for (let index = 0; index < count; index++) {
      const partition = this.partitions[index % 2]!
      partition.log.push(values[(partition.log.length * 7 + index) % values.length]!)
    }
  }

  #answer(ids: readonly string[], bytes: number): unknown {
    const { store } = this.world
    const rejects = (id: string): number | undefined => (this.isRejected(id) ? 400 : undefined)
    const next = this.isFaulty ? this.#faults[this.#turn++ % this.#faults.length] : 'none'
    if (next === 'hang') return undefined
    if (next === 413 && bytes < 500) return store.index(ids, rejects)
    if (typeof next === 'number') throw bulkError(next)
    if (next === 'items') {
      return store.index(ids, (id) => rejects(id) ?? (id.length % 2 === 0 ? 429 : undefined))
    }
    const answer = store.index(ids, rejects)
    if (next === 'lost') throw bulkError(undefined)
    return next === 'short' ? { ...answer, items: answer.items.slice(1) } : answer
  }

  isRejected(id: string): boolean {
    // Also refuses the documents that tell of the rejected ones, and of no others.
    const [, partition, offset] = /^(\d+)-(\d+)/.exec(id) ?? []
    return this.partitions[Number(partition)]?.log[Number(offset)] === 'rejected'
  }

  /** Ids that must be documents, and how many dead letters there must be at least. */
  expected(): { ids: string[]; letters: number } {
    const ids: string[] = []
    let letters = 0
    for (const [index, { log }] of this.partitions.entries()) {
      for (const [offset, value] of log.entries()) {
        if (value === 'throw' || value === 'rejected') letters += 1
        else if (value !== '') {
          const parts = value.split(',')
          for (const [at, part] of parts.entries()) {
            if (part.startsWith('!')) letters += 1
            else ids.push(parts.length === 1 ? `${index}-${offset}` : `${index}-${offset}.${at}`)
          }
        }
      }
    }
    return { ids, letters }
  }
}

describe('whatever happens around the pipeline', () => {
  it('no record is lost, none is double, no offset passes a gap, memory is bounded, and the books balance', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 5, maxLength: 40 }),
        fc.array(fault, { minLength: 1, maxLength: 12 }),
        fc.boolean(),
        async (steps, faults, isDeadLetterTopicFaulty) => {
          const world = await startWorld({
            bulkCount: 8,
            inFlightBytesMax: 30_000,
            unsettledRecordsMax: 40,
            drainTimeoutMs: 500,
            backoff: { initialMs: 50, maxMs: 500 },
          })
          const around = new World(world, faults)
          const { clock, group, store, producer, books, pipeline } = world
          if (isDeadLetterTopicFaulty) producer.failure = publishFailure('timeout')
          around.assign()
          for (const { kind, ms } of steps) {
            if (kind === 'write') around.write(ms)
            if (kind === 'wait') await clock.advance(ms)
            if (kind === 'rebalance') {
              const revoked = group.revoke()
              await clock.advance(Math.max(500, ms))
              await revoked
              around.assign()
            }
            if (kind === 'lose') around.assign()
            if (kind === 'back') around.goBack(ms)
            around.fetch()
            await clock.advance(1)
            expect(books.isBalanced).toBe(true)
            // The readable document of a dead letter comes on top of its record.
            expect(pipeline.state.inFlightBytes).toBeLessThan(2 * 30_000 + 2_000)
            expectNoGap(around)
          }
          around.isFaulty = false
          producer.failure = undefined
          for (const call of store.calls) call.fail(bulkError(undefined))
          for (let round = 0; round < 200; round++) {
            around.fetch()
            await clock.advance(500)
          }
          const { ids, letters } = around.expected()
          expect([...store.documents.keys()].sort()).toEqual(ids.sort())
          expect(store.writes).toBe(ids.length)
          const parked = producer.published.flatMap(({ records }) => records)
          const where = parked.map(({ key, headers }) => {
            const { partition, offset } = JSON.parse(String(headers!['millrace-dead-letter']))
            return `${partition}-${offset} ${String(key)}`
          })
          expect(new Set(where).size).toBe(letters)
          const told = [...store.letters.keys()].map((id) => id.replace(/-dead-letter-1$/, ''))
          const keys = new Set(parked.map(({ key }) => String(key)))
          expect(told.filter((id) => !keys.has(id))).toEqual([])
          // A document that the store refuses as too large, or for good, is done without.
          expect(keys.size - told.length).toBeLessThanOrEqual(books.deadLettersUntold)
          for (const [index, { log }] of around.partitions.entries()) {
            expect(group.committed.get(index) ?? 0).toBe(log.length)
          }
          expect(books.eventsInHand).toBe(0)
          expect(pipeline.state.inFlightBytes).toBe(0)
        },
      ),
      { numRuns: 60 },
    )
  }, 60_000)
})

/** Everything below a committed offset is a document, a dead letter, or nothing at all. */
function expectNoGap(around: World): void {
  const { group, store, producer } = around.world
  const parked = new Set(
    producer.published.flatMap(({ records }) =>
      records.map(({ headers }) => {
        const { partition, offset } = JSON.parse(String(headers!['millrace-dead-letter']))
        return `${partition}-${offset}`
      }),
    ),
  )
  for (const [index, { log }] of around.partitions.entries()) {
    const committed = group.committed.get(index) ?? 0
    for (let offset = 0; offset < committed; offset++) {
      const value = log[offset]!
      const id = `${index}-${offset}`
      if (value === '') continue
      if (value.includes('!') || value === 'throw' || value === 'rejected') {
        expect(parked.has(id)).toBe(true)
      }
      if (value === 'line') expect(store.documents.has(id)).toBe(true)
      if (value === 'a,b,c') expect(store.documents.has(`${id}.2`)).toBe(true)
    }
  }
}
