import { decodeSourceFacts } from '@millrace/envelope'
import { expect, test } from 'vitest'
import { lineOverheadBytes } from '../src/lines.ts'
import { invalidRecord, tooLarge, unauthorized, unreachable } from './support/fake-producer.ts'
import { createTestSink } from './support/test-sink.ts'

const memoryMaxBytes = 4_194_304
const info = (name: string, bytes: number): string =>
  `{"level":30,"name":"${name}","msg":"`.padEnd(bytes - 2, 'x') + '"}'
const error = (name: string, bytes: number): string => info(name, bytes).replace('30', '50')

test('a batch that fails is tried again, with a growing wait, until Kafka takes it', async () => {
  const { sink, clock, producer, write } = createTestSink({ lingerMs: 0 })
  producer.answer = unreachable
  write('one')
  await clock.advance(60_000)
  const triesInMinute = producer.tries
  expect(triesInMinute).toBeGreaterThan(10)
  expect(triesInMinute).toBeLessThan(40)
  expect(sink.counters).toMatchObject({ accepted: 1, published: 0, waiting: 1 })
  producer.answer = 'succeed'
  await clock.advance(5_000)
  expect(sink.counters).toMatchObject({
    accepted: 1,
    published: 1,
    waiting: 0,
    retries: triesInMinute,
  })
  expect(producer.lines).toEqual(['one'])
})

test('lines are taken at once for as long as Kafka is away, and memory stays at its bound', async () => {
  const { sink, clock, producer, write } = createTestSink({ memoryMaxBytes })
  producer.answer = unreachable
  for (let round = 0; round < 200; round++) {
    for (let line = 0; line < 100; line++) write(info(`${round}.${line}`, 500))
    await clock.advance(25)
    expect(sink.counters.memoryBytes).toBeLessThanOrEqual(memoryMaxBytes)
  }
  const { accepted, waiting, dropped } = sink.counters
  expect(accepted).toBe(20_000)
  expect(waiting).toBeGreaterThan(500)
  expect(dropped['memory-full']).toBe(accepted - waiting)
})

test('memory at the bound drops nothing, one line past it drops the oldest', async () => {
  const lineBytes = 1_000
  const fits = Math.floor(memoryMaxBytes / (lineBytes + lineOverheadBytes))
  const { sink, producer, clock, write } = createTestSink(
    { memoryMaxBytes, lingerMs: 10_000 },
    { batchLinesMax: 5_000, inFlightMax: 0 },
  )
  for (let line = 1; line <= fits; line++) write(info(String(line), lineBytes))
  expect(sink.counters.dropped['memory-full']).toBe(0)
  write(info('last', lineBytes))
  expect(sink.counters.dropped['memory-full']).toBe(1)
  expect(sink.counters.memoryBytes).toBe(fits * (lineBytes + lineOverheadBytes))
  await clock.advance(1)
  expect(producer.tries).toBe(0)
})

test('errors outlive everything else when memory runs out', async () => {
  const { sink, clock, producer, write } = createTestSink(
    { memoryMaxBytes, batchBytes: 100_000, lingerMs: 10_000 },
    { inFlightMax: 1, retryMaxMs: 100 },
  )
  producer.answer = unreachable
  for (let line = 0; line < 10; line++) write(error(`error-${line}`, 1_000))
  for (let line = 0; line < 6_000; line++) write(info(`info-${line}`, 1_000))
  producer.answer = 'succeed'
  const flushed = sink.flush()
  await clock.advance(1_000)
  expect(await flushed).toBe(true)
  const names = producer.lines.map((line) => (JSON.parse(line) as { name: string }).name)
  expect(names.filter((name) => name.startsWith('error'))).toHaveLength(10)
  expect(names.at(-1)).toBe('info-5999')
  expect(sink.counters.dropped['memory-full']).toBeGreaterThan(2_000)
})

test('memory goes back to nothing when everything is published', async () => {
  const { sink, clock, producer, write } = createTestSink()
  write('one', 'two')
  expect(sink.counters.memoryBytes).toBe(6 + 2 * lineOverheadBytes)
  await clock.advance(20)
  expect(sink.counters.memoryBytes).toBe(12 + 2 * lineOverheadBytes)
  producer.pending[0]!.succeed()
  await clock.advance(0)
  expect(sink.counters.memoryBytes).toBe(0)
  sink.accept(Buffer.from('unfinished'))
  expect(sink.counters.memoryBytes).toBe(10)
})

test('a batch too large for the topic is halved until its parts fit, in order, each line once', async () => {
  const { sink, clock, producer, write } = createTestSink({ lingerMs: 5 })
  producer.answer = ({ records }) => (records.length > 3 ? tooLarge() : undefined)
  const lines = Array.from({ length: 10 }, (_, index) => `line ${index}`)
  write(...lines)
  await clock.advance(5)
  expect(producer.lines).toEqual(lines)
  expect(producer.batches.every((batch) => batch.length <= 3)).toBe(true)
  expect(sink.counters).toMatchObject({ published: 10, retries: 0, truncated: 0, waiting: 0 })
})

test('a single line too large for the topic is cut until it fits, stays JSON, and says its true length', async () => {
  const { sink, clock, producer, write } = createTestSink({ lingerMs: 5 })
  producer.answer = ({ records }) =>
    (records[0]!.value as Uint8Array).length > 20_000 ? tooLarge() : undefined
  const line = info('long', 100_000)
  write(line)
  await clock.advance(5)
  const [record] = producer.published
  expect((record!.value as Uint8Array).length).toBeLessThanOrEqual(20_000)
  expect(JSON.parse(Buffer.from(record!.value as Uint8Array).toString())).toMatchObject({
    level: 30,
    name: 'long',
  })
  expect(decodeSourceFacts(record!.headers!['millrace'] as Uint8Array)?.truncated).toBe(100_000)
  expect(sink.counters).toMatchObject({ published: 1, truncated: 1 })
})

test('a line that is too large even at the shortest cut is given up and counted', async () => {
  const { sink, clock, producer, write, notes } = createTestSink({ lingerMs: 5 })
  producer.answer = ({ records }) =>
    records.length > 1 || String(records[0]!.value).startsWith('x') ? tooLarge() : undefined
  write('x'.repeat(100_000), 'short')
  await clock.advance(5)
  expect(sink.counters).toMatchObject({ published: 1, waiting: 0, dropped: { 'too-large': 1 } })
  expect(producer.lines).toEqual(['short'])
  expect(notes).toEqual(['millrace: lines dropped: 1 too-large'])
})

test('a line at the length bound travels whole, one byte past it is cut before it waits', async () => {
  const { sink, clock, producer, write } = createTestSink({ lingerMs: 5 }, { lineMaxBytes: 1_000 })
  producer.answer = 'succeed'
  write(info('fits', 1_000), info('long', 1_001))
  await clock.advance(5)
  const [fits, long] = producer.published
  expect(decodeSourceFacts(fits!.headers!['millrace'] as Uint8Array)?.truncated).toBeUndefined()
  expect(decodeSourceFacts(long!.headers!['millrace'] as Uint8Array)?.truncated).toBe(1_001)
  expect((long!.value as Uint8Array).length).toBe(1_000)
  expect(sink.counters.truncated).toBe(1)
})

test('a record that the broker refuses for good is found by halving and given up alone', async () => {
  const { sink, clock, producer, write } = createTestSink({ lingerMs: 5 })
  producer.answer = ({ records }) =>
    records.some((record) => String(record.value) === 'bad') ? invalidRecord() : undefined
  write('1', '2', 'bad', '4', '5')
  await clock.advance(5)
  expect(producer.lines).toEqual(['1', '2', '4', '5'])
  expect(sink.counters).toMatchObject({ published: 4, dropped: { rejected: 1 }, waiting: 0 })
})

test('a missing right is told at once and tried on: somebody may grant it', async () => {
  const { sink, clock, producer, write, notes } = createTestSink({ lingerMs: 0 })
  producer.answer = unauthorized
  write('one')
  await clock.advance(0)
  expect(notes).toEqual([
    'millrace: TOPIC_AUTHORIZATION_FAILED; 1 lines in memory wait and are tried again',
  ])
  producer.answer = 'succeed'
  await clock.advance(5_000)
  expect(sink.counters.published).toBe(1)
  expect(notes.at(-1)).toBe('millrace: Kafka takes lines again')
})

test('an outage is told after the third failed try and then once in ten seconds', async () => {
  const { clock, producer, write, notes } = createTestSink({ lingerMs: 0 })
  producer.answer = unreachable
  write('one')
  await clock.advance(0)
  expect(notes).toEqual([])
  await clock.advance(60_000)
  expect(notes.length).toBeGreaterThanOrEqual(4)
  expect(notes.length).toBeLessThanOrEqual(6)
  expect(notes[0]).toContain('connect ECONNREFUSED')
})

test('a client that never answers is replaced at the publish deadline, and not 1 ms before', async () => {
  const { sink, clock, producer, producers, write } = createTestSink(
    { lingerMs: 0 },
    { publishTimeoutMs: 30_000 },
  )
  write('one')
  await clock.advance(29_999)
  expect(producer.closed).toBe(0)
  await clock.advance(1_000)
  expect(producer.closed).toBe(1)
  expect(producers).toHaveLength(2)
  producers[1]!.pending[0]!.succeed()
  await clock.advance(0)
  expect(sink.counters).toMatchObject({ published: 1, waiting: 0 })
})

test('what a drop listener throws stays inside', async () => {
  const heard: unknown[] = []
  const { sink, clock } = createTestSink({
    onDrop: (drop) => {
      heard.push(drop)
      throw new Error('listener')
    },
  })
  sink.refuse('unreadable', 2)
  await clock.advance(0)
  expect(heard).toEqual([{ reason: 'unreadable', count: 2 }])
  expect(sink.counters).toMatchObject({ accepted: 2, dropped: { unreadable: 2 }, waiting: 0 })
})
