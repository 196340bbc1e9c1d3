import { decodeSourceFacts, parseEventId } from '@millrace/envelope'
import { expect, test } from 'vitest'
import { createTestSink } from './support/test-sink.ts'

test('a line waits for company until its linger is over, and not 1 ms less', async () => {
  const { clock, producer, write } = createTestSink({ lingerMs: 20 })
  write('one')
  await clock.advance(19)
  expect(producer.pending).toHaveLength(0)
  write('two')
  await clock.advance(1)
  expect(producer.pending.map((batch) => batch.lines)).toEqual([['one', 'two']])
})

test('without linger every write is published at once', () => {
  const { producer, write } = createTestSink({ lingerMs: 0 })
  write('one')
  expect(producer.pending.map((batch) => batch.lines)).toEqual([['one']])
})

test('a batch leaves when its bytes reach the bound, and not one byte before', () => {
  const batchBytes = 1_000
  const { sink, producer, write } = createTestSink({ batchBytes })
  const overhead = sink.identity.recordOverheadBytes
  write('x'.repeat(batchBytes - overhead - 1))
  expect(producer.pending).toHaveLength(0)

  const other = createTestSink({ batchBytes })
  other.write('x'.repeat(batchBytes - overhead))
  expect(other.producer.pending).toHaveLength(1)
})

test('a batch takes no line that would lift it above its bytes', () => {
  const { sink, producer, write } = createTestSink({ batchBytes: 1_000 })
  const line = 'x'.repeat(500 - sink.identity.recordOverheadBytes)
  write(line, line, line)
  expect(producer.pending.map((batch) => batch.lines.length)).toEqual([2])
})

test('a batch takes as many lines as its bound and not one more', () => {
  const { producer, write } = createTestSink({}, { batchLinesMax: 3 })
  write('1', '2')
  expect(producer.pending).toHaveLength(0)
  write('3', '4')
  expect(producer.pending.map((batch) => batch.lines)).toEqual([['1', '2', '3']])
})

test('a line larger than a batch travels alone', async () => {
  const { clock, producer, write } = createTestSink({ batchBytes: 1_000 })
  write('a', 'x'.repeat(5_000), 'b')
  await clock.advance(20)
  expect(producer.pending.map((batch) => batch.lines.map((line) => line.length))).toEqual([
    [1],
    [5_000],
    [1],
  ])
})

test('no more batches are in flight than the bound; the next leaves when one is settled', async () => {
  const { clock, producer, write } = createTestSink({ lingerMs: 0 }, { inFlightMax: 2 })
  for (const line of ['1', '2', '3', '4']) write(line)
  expect(producer.pending.map((batch) => batch.lines)).toEqual([['1'], ['2']])
  producer.pending[0]!.succeed()
  await clock.advance(0)
  expect(producer.pending.map((batch) => batch.lines)).toEqual([['2'], ['3', '4']])
})

test('each record has its event id as key, one shared header, and the time of its arrival', async () => {
  const { sink, clock, producer, write } = createTestSink({
    service: { name: 'orders', version: '1.4.2', environment: 'test', node: 'orders-1' },
    dataset: 'shop',
    format: 'pino',
  })
  producer.answer = 'succeed'
  const arrivedAt = clock.now()
  write('one')
  await clock.advance(7)
  write('two')
  await clock.advance(13)
  const [one, two] = producer.published
  expect(parseEventId(String(one!.key))).toEqual({ instance: sink.identity.instance, sequence: 1 })
  expect(parseEventId(String(two!.key))?.sequence).toBe(2)
  expect([one!.timestampMs, two!.timestampMs]).toEqual([arrivedAt, arrivedAt + 7])
  expect(Object.keys(one!.headers!)).toEqual(['millrace'])
  expect(one!.headers!['millrace']).toBe(two!.headers!['millrace'])
  expect(decodeSourceFacts(one!.headers!['millrace'] as Uint8Array)).toEqual({
    format: 'pino',
    'service.name': 'orders',
    'service.version': '1.4.2',
    'service.environment': 'test',
    'service.node.name': 'orders-1',
    'host.name': 'host-1',
    'agent.type': 'millrace',
    'agent.version': '0.1.0',
    dataset: 'shop',
    namespace: 'default',
  })
})

test('topic and compression go with each batch', () => {
  const { producer, write } = createTestSink({ topic: 'mine', compression: 'none', lingerMs: 0 })
  write('one')
  expect(producer.pending[0]!.request).toMatchObject({ topic: 'mine', compression: 'none' })
})

test('a header without service, format and host leaves these members out', () => {
  const { sink } = createTestSink()
  const facts = decodeSourceFacts(sink.identity.header)
  expect(Object.keys(facts!)).toEqual([
    'host.name',
    'agent.type',
    'agent.version',
    'dataset',
    'namespace',
  ])
})
