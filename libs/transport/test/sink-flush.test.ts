import { expect, test } from 'vitest'
import { unreachable } from './support/fake-producer.ts'
import { createTestSink } from './support/test-sink.ts'

/** The outcome so far. */
function watch(promise: Promise<boolean>): { outcome: boolean | undefined } {
  const seen: { outcome: boolean | undefined } = { outcome: undefined }
  const look = async (): Promise<void> => {
    seen.outcome = await promise
  }
  void look()
  return seen
}

test('a flush with nothing to settle resolves at once', async () => {
  const { sink } = createTestSink()
  expect(await sink.flush()).toBe(true)
})

test('a flush ends the linger and resolves when everything handed over before is acknowledged', async () => {
  const { sink, clock, producer, write } = createTestSink({ lingerMs: 10_000 })
  write('one', 'two')
  const seen = watch(sink.flush())
  await clock.advance(0)
  expect(producer.pending).toHaveLength(1)
  expect(seen.outcome).toBeUndefined()
  producer.pending[0]!.succeed()
  await clock.advance(0)
  expect(seen.outcome).toBe(true)
})

test('a flush does not wait for lines that came later', async () => {
  const { sink, clock, producer, write } = createTestSink({ lingerMs: 0 })
  write('before')
  const seen = watch(sink.flush())
  write('after')
  producer.pending[0]!.succeed()
  await clock.advance(0)
  expect(seen.outcome).toBe(true)
  expect(producer.pending.map((batch) => batch.lines)).toEqual([['after']])
})

test('a later batch that is acknowledged first does not settle the flush', async () => {
  const { sink, clock, producer, write } = createTestSink({ lingerMs: 0 })
  write('first')
  write('second')
  const seen = watch(sink.flush())
  producer.pending[1]!.succeed()
  await clock.advance(0)
  expect(seen.outcome).toBeUndefined()
  producer.pending[0]!.succeed()
  await clock.advance(0)
  expect(seen.outcome).toBe(true)
})

test('a flush makes batches that wait for their next try go on at once', async () => {
  const { sink, clock, producer, write } = createTestSink({ lingerMs: 0 })
  producer.answer = unreachable
  write('one')
  await clock.advance(20_000)
  producer.answer = 'succeed'
  const seen = watch(sink.flush())
  await clock.advance(0)
  expect(seen.outcome).toBe(true)
})

test('a flush gives up at its deadline, and not 1 ms before; the lines stay', async () => {
  const { sink, clock, producer, write } = createTestSink({ lingerMs: 0, closeTimeoutMs: 3_000 })
  producer.answer = unreachable
  write('one')
  const seen = watch(sink.flush())
  await clock.advance(2_999)
  expect(seen.outcome).toBeUndefined()
  await clock.advance(1)
  expect(seen.outcome).toBe(false)
  expect(sink.counters.waiting).toBe(1)
})

test('close publishes what waits, the unfinished last line too, and closes the connections', async () => {
  const { sink, producer, write } = createTestSink({ lingerMs: 10_000 })
  producer.answer = 'succeed'
  write('one')
  sink.accept(Buffer.from('last, without its end'))
  await sink.close()
  await sink.close()
  expect(producer.lines).toEqual(['one', 'last, without its end'])
  expect(producer.closed).toBe(1)
  expect(sink.counters).toMatchObject({ accepted: 2, published: 2, waiting: 0, memoryBytes: 0 })
})

test('close with Kafka away ends at its deadline and counts what is left as dropped', async () => {
  const { sink, clock, producer, notes, write } = createTestSink({ closeTimeoutMs: 3_000 })
  producer.answer = unreachable
  write('one', 'two')
  const closed = sink.close()
  await clock.advance(3_000)
  await closed
  expect(sink.counters).toMatchObject({ published: 0, dropped: { closed: 2 }, waiting: 0 })
  expect(notes.at(-1)).toBe(
    'millrace: lines dropped: 2 closed; the last try failed: connect ECONNREFUSED 127.0.0.1:9092',
  )
  const { tries } = producer
  await clock.advance(60_000)
  expect(producer.tries).toBe(tries)
  expect(clock.timers).toBe(0)
})

test('a close that is over before Kafka answered says so, and one after a success blames no older failure', async () => {
  const { sink, clock, producer, notes, write } = createTestSink({
    lingerMs: 0,
    closeTimeoutMs: 1_000,
  })
  write('one')
  producer.pending[0]!.fail(unreachable())
  await clock.advance(500)
  producer.pending[0]!.succeed()
  await clock.advance(0)
  write('two')
  const closed = sink.close()
  await clock.advance(1_000)
  await closed
  expect(notes).toEqual(['millrace: lines dropped: 1 closed; Kafka had not answered yet'])
})

test('close does not wait longer than its bound for connections that do not close', async () => {
  const { sink, clock, producer, write } = createTestSink({}, { disconnectTimeoutMs: 500 })
  producer.answer = 'succeed'
  producer.closeNever = true
  write('one')
  const seen = watch(sink.close().then(() => true))
  await clock.advance(499)
  expect(seen.outcome).toBeUndefined()
  await clock.advance(1)
  expect(seen.outcome).toBe(true)
})

test('lines after the close are counted as dropped', async () => {
  const { sink, write } = createTestSink()
  await sink.close()
  write('late', 'later')
  sink.accept(Buffer.from('latest'))
  expect(sink.counters).toMatchObject({ accepted: 3, dropped: { closed: 3 }, waiting: 0 })
})

test('nothing is created for Kafka before the first line', async () => {
  const { sink, clock, producers } = createTestSink()
  await clock.advance(1_000)
  await sink.close()
  expect(producers).toEqual([])
})
