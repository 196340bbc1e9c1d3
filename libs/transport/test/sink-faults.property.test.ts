import { parseEventId, SequenceRanges } from '@millrace/envelope'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { unreachable } from './support/fake-producer.ts'
import { settle } from '../../../test/support/manual-clock.ts'
import { createSpoolingSink, expectBalance, isBalanced } from './support/spooling-sink.ts'

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('write' as const),
      lines: fc.nat(200),
      bytes: fc.integer({ min: 10, max: 3_000 }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('advance' as const), ms: fc.nat(8_000) }) },
  fc.record({
    kind: fc.constant('kafka' as const),
    state: fc.constantFrom('up' as const, 'away' as const, 'silent' as const),
  }),
  fc.record({ kind: fc.constant('answer' as const), isGood: fc.boolean() }),
  fc.record({
    kind: fc.constant('disk' as const),
    state: fc.constantFrom('up' as const, 'failing' as const, 'stuck' as const),
  }),
  fc.record({ kind: fc.constant('lose' as const) }),
  fc.record({ kind: fc.constant('flush' as const) }),
  fc.record({ kind: fc.constant('refuse' as const) }),
)
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never

function createWorld(durability: 'overflow' | 'always') {
  const opened = createSpoolingSink({ durability, memoryMaxBytes: 4_194_304 }, { appendsMax: 2 })
  let release = (): void => {}
  const world = {
    ...opened,
    heal(): void {
      release()
      opened.disk.refusal = undefined
      opened.producer.answer = 'succeed'
      for (const pending of opened.producer.pending.slice()) pending.succeed()
    },
    async run(next: Step): Promise<void> {
      const { sink, clock, producer, disk, write } = opened
      if (next.kind === 'write') {
        for (let line = 0; line < next.lines; line++) write('x'.repeat(next.bytes))
      } else if (next.kind === 'advance') await clock.advance(next.ms)
      else if (next.kind === 'refuse') sink.refuse('unreadable', 1)
      else if (next.kind === 'flush') void sink.flush()
      else if (next.kind === 'lose') {
        // What the disk has taken is known to be there before it is lost.
        await settle()
        const { first } = disk.only.stored
        if (first !== undefined) disk.only.lose('spool-full', first, first + 9)
      } else if (next.kind === 'answer') {
        const [pending] = producer.pending
        if (next.isGood) pending?.succeed()
        else pending?.fail(unreachable())
      } else if (next.kind === 'kafka') {
        const answers = { up: 'succeed', away: unreachable, silent: 'wait' } as const
        producer.answer = answers[next.state]
      } else {
        release()
        release = (): void => {}
        disk.refusal = undefined
        if (next.state === 'stuck') release = disk.stall()
        if (next.state === 'failing') {
          disk.refusal = { ok: false, reason: 'spool-failed', detail: 'EIO' }
        }
      }
    },
  }
  return world
}

test.each(['overflow', 'always'] as const)(
  'with %s, whatever Kafka and the disk do, each line is in one place, and in the end in the topic once or named as dropped',
  async (durability) => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), async (steps) => {
        const world = createWorld(durability)
        const { sink, clock, producer, disk } = world
        for (const next of steps) {
          await world.run(next)
          // A line may be in Kafka and on disk for the few turns that it takes to say so.
          if (!isBalanced(world)) await settle()
          expectBalance(world)
          expect(sink.counters.memoryBytes).toBeLessThanOrEqual(4_194_304)
        }
        world.heal()
        await clock.advance(90_000)
        const { accepted, dropped } = sink.counters
        expect(sink.counters).toMatchObject({ waiting: 0, spooled: 0, memoryBytes: 0 })
        expectBalance(world)
        expect(disk.only.stored.count).toBe(0)
        const arrived = producer.published.map(({ key }) => parseEventId(String(key))!.sequence)
        const named = new SequenceRanges()
        for (const { droppedRanges } of producer.ledgers) {
          for (const ranges of Object.values(droppedRanges)) {
            for (const [first, last] of ranges) named.addRange(first, last)
          }
        }
        const droppedTotal = Object.values(dropped).reduce((sum, count) => sum + count, 0)
        for (const sequence of arrived) expect(named.has(sequence)).toBe(false)
        expect(new Set(arrived).size).toBe(arrived.length)
        expect(arrived.length + named.count).toBe(accepted)
        expect(named.count).toBe(droppedTotal)
        if (accepted > droppedTotal) {
          expect(producer.ledgers.at(-1)).toMatchObject({ issued: accepted, settled: accepted })
        }
        await sink.close()
      }),
      { numRuns: 60 },
    )
  },
)
