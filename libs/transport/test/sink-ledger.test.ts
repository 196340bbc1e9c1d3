import { decodeSourceFacts } from '@millrace/envelope'
import type { OutgoingRecord } from '@millrace/kafka'
import { expect, test } from 'vitest'
import { invalidRecord, noTopic, unreachable } from './support/fake-producer.ts'
import { createTestSink } from './support/test-sink.ts'

const memoryMaxBytes = 4_194_304
const ranges = (drops: Readonly<Record<string, unknown>>): Record<string, string> =>
  Object.fromEntries(Object.entries(drops).map(([reason, set]) => [reason, String(set)]))
const resent = ({ headers }: OutgoingRecord): boolean =>
  decodeSourceFacts(headers!['millrace'] as Uint8Array)?.resent === true

test('an instance that has logged nothing writes no ledger, not even at its close', async () => {
  const { sink, clock, producers } = createTestSink()
  await clock.advance(60_000)
  await sink.close()
  expect(producers).toEqual([])
})

test('the first ledger goes with the first batch and says that nothing is settled yet', async () => {
  const { sink, clock, producer, write } = createTestSink({ lingerMs: 5 })
  write('one', 'two')
  await clock.advance(5)
  expect(producer.ledgers).toMatchObject([
    { instance: sink.identity.instance, number: 1, issued: 2, settled: 0, isClosed: false },
  ])
  expect(sink.counters).toMatchObject({ accepted: 2, published: 0, waiting: 2 })
})

test('a ledger follows ten seconds after a change, and not 1 ms before', async () => {
  const { clock, producer, write } = createTestSink({ lingerMs: 0 })
  producer.answer = 'succeed'
  write('one')
  await clock.advance(9_999)
  expect(producer.ledgers).toHaveLength(1)
  await clock.advance(1)
  expect(producer.ledgers[1]).toMatchObject({ number: 2, issued: 1, settled: 1, published: 1 })
})

test('an instance without news says every thirty seconds that it lives', async () => {
  const { clock, producer, write } = createTestSink({ lingerMs: 0 })
  producer.answer = 'succeed'
  write('one')
  await clock.advance(10_000)
  expect(producer.ledgers).toHaveLength(2)
  await clock.advance(29_999)
  expect(producer.ledgers).toHaveLength(2)
  await clock.advance(60_001)
  expect(producer.ledgers).toHaveLength(5)
})

test('the last ledger is closed, with everything settled and counted', async () => {
  const { sink, producer, write } = createTestSink({ lingerMs: 5 })
  producer.answer = 'succeed'
  write('one', 'two', 'three')
  await sink.close()
  expect(producer.ledgers.at(-1)).toMatchObject({
    issued: 3,
    settled: 3,
    isClosed: true,
    published: 3,
    dropped: {},
    durability: 'none',
  })
})

test('settled ends before the first line that waits, however many later ones are published', async () => {
  const { clock, producer, write } = createTestSink({ lingerMs: 0 })
  write('1')
  write('2', '3')
  producer.pending[1]!.succeed()
  await clock.advance(10_000)
  expect(producer.ledgers.at(-1)).toMatchObject({ issued: 3, settled: 0, published: 2 })
  producer.pending[0]!.succeed()
  await clock.advance(10_000)
  expect(producer.ledgers.at(-1)).toMatchObject({ issued: 3, settled: 3, published: 3 })
})

test('dropped lines are named by reason, again and again until Kafka has the ledger, and then no more', async () => {
  const { sink, clock, producer, write } = createTestSink({ lingerMs: 5, memoryMaxBytes })
  producer.answer = unreachable
  const accepted = 10_000
  for (let line = 1; line <= accepted; line++) write('x'.repeat(1_000))
  await clock.advance(60_000)
  const { dropped, waiting } = sink.counters
  expect(dropped['memory-full']).toBe(accepted - waiting)
  producer.answer = 'succeed'
  await clock.advance(60_000)
  const [first, second] = producer.ledgers
  expect(first!.dropped).toEqual({ 'memory-full': dropped['memory-full'] })
  expect(first!.droppedRanges['memory-full']!.count).toBe(dropped['memory-full'])
  const arrived = new Set(
    producer.published.map((record) => Number.parseInt(String(record.key).slice(17), 36)),
  )
  for (const [from, to] of first!.droppedRanges['memory-full']!) {
    for (let sequence = from; sequence <= to; sequence++) expect(arrived).not.toContain(sequence)
  }
  expect(second).toMatchObject({ dropped: first!.dropped, droppedRanges: {} })
  expect(arrived.size + dropped['memory-full']).toBe(accepted)
})

test('a record that is refused for good is named', async () => {
  const { sink, producer, write } = createTestSink({ lingerMs: 5 })
  producer.answer = ({ records }) =>
    records.some((record) => String(record.value) === 'bad') ? invalidRecord() : undefined
  write('1', '2', 'bad', '4')
  await sink.close()
  const said = producer.ledgers.map(({ droppedRanges }) => ranges(droppedRanges))
  expect(said).toContainEqual({ rejected: '3' })
})

test('what can not be read takes a sequence, so that the ledger names it', async () => {
  const { sink, producer, write } = createTestSink({ lingerMs: 5 })
  producer.answer = 'succeed'
  write('1')
  sink.refuse('unreadable', 2)
  write('4')
  await sink.close()
  expect(producer.ledgers[0]).toMatchObject({ issued: 4, dropped: { unreadable: 2 } })
  expect(ranges(producer.ledgers[0]!.droppedRanges)).toEqual({ unreadable: '2-3' })
})

test('lines given up at the end are named in the last ledger, when only lines are refused', async () => {
  const { sink, clock, producer, write } = createTestSink({ lingerMs: 5, closeTimeoutMs: 1_000 })
  write('1', '2')
  const closed = sink.close()
  await clock.advance(1_000)
  await closed
  const last = producer.ledgers.at(-1)!
  expect(last).toMatchObject({ issued: 2, settled: 2, isClosed: true, dropped: { closed: 2 } })
  expect(ranges(last.droppedRanges)).toEqual({ closed: '1-2' })
})

test('more ranges than the bound become a count, and the bound itself does not', async () => {
  const outcome = async (gaps: number) => {
    const { sink, producer, write } = createTestSink({ lingerMs: 5 }, { ledgerRangesMax: 10 })
    producer.answer = 'succeed'
    for (let gap = 0; gap < gaps; gap++) {
      write('line')
      sink.refuse('unreadable', 1)
    }
    await sink.close()
    return producer.ledgers[0]!
  }
  const atBound = await outcome(10)
  expect(atBound.droppedRanges['unreadable']!.length).toBe(10)
  expect(atBound.droppedUnidentified).toEqual({})
  const pastBound = await outcome(11)
  expect(pastBound.droppedRanges).toEqual({})
  expect(pastBound).toMatchObject({
    dropped: { unreadable: 11 },
    droppedUnidentified: { unreadable: 11 },
  })
})

test('a batch whose answer was lost is marked when it is sent again, one that was refused is not', async () => {
  const { clock, producer, write } = createTestSink({ lingerMs: 0 })
  write('asked twice')
  producer.pending[0]!.fail(unreachable())
  await clock.advance(5_000)
  const again = producer.pending[0]!
  again.succeed()
  await clock.advance(0)
  expect(resent(producer.published[0]!)).toBe(true)
  write('refused first')
  producer.pending[0]!.fail(noTopic())
  await clock.advance(5_000)
  producer.pending[0]!.succeed()
  await clock.advance(0)
  expect(resent(producer.published[1]!)).toBe(false)
})
