import { decodeSourceFacts, parseEventId } from '@millrace/envelope'
import { expect, test } from 'vitest'
import { tooLarge, unreachable } from './support/fake-producer.ts'
import { FakeDisk } from './support/fake-spool.ts'
import { settle } from '../../../test/support/manual-clock.ts'
import { createSpoolingSink as open, expectBalance } from './support/spooling-sink.ts'

test('a flush with Kafka away puts everything on disk, says so soon, and Kafka has each line once later', async () => {
  const opened = open()
  const { sink, clock, producer, write } = opened
  producer.answer = unreachable
  write('one', 'two')
  const flushed = sink.flush()
  await clock.advance(1_100)
  expect(await flushed).toBe(true)
  expect(sink.counters).toMatchObject({ waiting: 0, spooled: 2 })
  producer.answer = 'succeed'
  await clock.advance(20_000)
  expect(producer.lines).toEqual(['one', 'two'])
  expectBalance(opened)
})

test('a flush puts every batch on disk, those too that take the place of others meanwhile', async () => {
  const opened = open({ lingerMs: 0 }, { batchLinesMax: 1 })
  const { sink, clock, producer, write } = opened
  for (let line = 1; line <= 20; line++) write(`line ${line}`)
  await clock.advance(100)
  producer.pending[0]!.fail(unreachable())
  const flushed = sink.flush()
  await clock.advance(900)
  producer.pending[0]!.succeed()
  await clock.advance(4_000)
  expect(await flushed).toBe(true)
  expect(sink.counters).toMatchObject({ accepted: 20, published: 1, waiting: 0, spooled: 19 })
  expectBalance(opened)
})

test('a flush gives a slow broker three seconds', async () => {
  const { sink, clock, producer, disk, write } = open()
  write('one')
  const flushed = sink.flush()
  await clock.advance(2_900)
  expect(disk.appends).toBe(0)
  producer.pending[0]!.succeed()
  await clock.advance(0)
  expect(await flushed).toBe(true)
  expect(disk.appends).toBe(0)
})

test('a flush that the disk fails too is false at its deadline', async () => {
  const { sink, clock, producer, disk, write } = open({ closeTimeoutMs: 4_000 })
  producer.answer = unreachable
  disk.refusal = { ok: false, reason: 'spool-failed', detail: 'EROFS' }
  write('one')
  const flushed = sink.flush()
  await clock.advance(4_000)
  expect(await flushed).toBe(false)
  expect(sink.counters).toMatchObject({ waiting: 1, spooled: 0 })
})

test('a flush that the disk fails too waits for Kafka until its deadline', async () => {
  const { sink, clock, producer, disk, write } = open({ closeTimeoutMs: 8_000 })
  producer.answer = unreachable
  disk.refusal = { ok: false, reason: 'spool-failed', detail: 'EROFS' }
  write('one')
  const closed = sink.close()
  await clock.advance(3_000)
  producer.answer = 'succeed'
  await clock.advance(5_000)
  await closed
  expect(producer.lines).toEqual(['one'])
  expect(sink.counters).toMatchObject({ published: 1, waiting: 0, dropped: { closed: 0 } })
})

test('a flush that the disk fails too ends once the disk is well again', async () => {
  const { sink, clock, producer, disk, write } = open({ closeTimeoutMs: 20_000 })
  producer.answer = unreachable
  disk.refusal = { ok: false, reason: 'spool-failed', detail: 'EROFS' }
  write('one')
  const startedAt = clock.now()
  const flushed = sink.flush().then((isSettled) => ({ isSettled, tookMs: clock.now() - startedAt }))
  await clock.advance(3_000)
  disk.refusal = undefined
  await clock.advance(17_000)
  const { isSettled, tookMs } = await flushed
  expect(isSettled).toBe(true)
  expect(tookMs).toBeLessThan(15_000)
  expect(sink.counters).toMatchObject({ waiting: 0, spooled: 1 })
})

test('close with Kafka known to be away is quick: the lines and the last ledger are on disk', async () => {
  const opened = open()
  const { sink, clock, disk, notes, write } = opened
  write('one')
  await clock.advance(6_000)
  write('two')
  const startedAt = clock.now()
  let tookMs = -1
  const close = async (): Promise<void> => {
    await sink.close()
    tookMs = clock.now() - startedAt
  }
  void close()
  await clock.advance(10_000)
  expect(tookMs).toBeGreaterThanOrEqual(0)
  expect(tookMs).toBeLessThan(2_000)
  expect(sink.counters).toMatchObject({ waiting: 0, spooled: 2, dropped: { closed: 0 } })
  expect(disk.only.isOpen).toBe(false)
  expect(disk.only.records.map(({ kind }) => kind)).toContain('ledger')
  expect(notes.join()).not.toContain('dropped')
  expectBalance(opened)
})

test('the next instance sends what a closed one left, with its key, time and header, marked as sent again', async () => {
  const disk = new FakeDisk()
  const first = open({ service: { name: 'first' } }, {}, disk)
  first.producer.answer = unreachable
  first.write('one', 'two')
  const writtenAt = first.clock.now()
  const closed = first.sink.close()
  await first.clock.advance(8_000)
  await closed

  const second = open({ service: { name: 'second' } }, {}, disk)
  second.producer.answer = 'succeed'
  await second.clock.advance(1_000)
  const [one, two] = second.producer.published
  expect([one!, two!].map(({ key }) => parseEventId(String(key)))).toEqual([
    { instance: first.sink.identity.instance, sequence: 1 },
    { instance: first.sink.identity.instance, sequence: 2 },
  ])
  expect(one!.timestampMs).toBe(writtenAt)
  expect(decodeSourceFacts(one!.headers!['millrace'] as Uint8Array)).toMatchObject({
    'service.name': 'first',
    resent: true,
  })
  const ledgers = second.producer.ledgers.filter(
    ({ instance }) => instance === first.sink.identity.instance,
  )
  expect(ledgers.some(({ isClosed, writer }) => isClosed && writer === undefined)).toBe(true)
  expect(ledgers.at(-1)).toMatchObject({
    writer: second.sink.identity.instance,
    issued: 2,
    settled: 2,
    isClosed: true,
  })
  expect(disk.only.records).toEqual([])
  expect(second.sink.counters).toMatchObject({ accepted: 0, published: 0 })
})

test('spools of other topics and clusters are left alone, those with one broker in common are not', async () => {
  const disk = new FakeDisk()
  open({ brokers: ['a:9092', 'b:9092'] }, {}, disk)
  const { clock } = open({ brokers: ['b:9092', 'c:9092'] }, {}, disk)
  await clock.advance(1_000)
  const { matches } = disk.recoveries[0]!
  const head = { ...disk.only.head }
  expect(matches(head)).toBe(true)
  expect(matches({ ...head, topic: 'other' })).toBe(false)
  expect(matches({ ...head, brokers: ['a:9092'] })).toBe(false)
})

test('spools of the dead are looked for again every thirty seconds', async () => {
  const { clock, disk } = open()
  await clock.advance(499)
  expect(disk.recoveries).toHaveLength(0)
  await clock.advance(1)
  expect(disk.recoveries).toHaveLength(1)
  await clock.advance(60_000)
  expect(disk.recoveries).toHaveLength(3)
})

test('a line of a dead instance that the topic refuses is named in the ledger that is written for it', async () => {
  const disk = new FakeDisk()
  const first = open({}, {}, disk)
  first.producer.answer = unreachable
  first.write('fits', 'x'.repeat(5_000))
  const closed = first.sink.close()
  await first.clock.advance(8_000)
  await closed
  const second = open({}, {}, disk)
  second.producer.answer = ({ records }) =>
    records.some(({ value }) => String(value).startsWith('x')) ? tooLarge() : undefined
  await second.clock.advance(1_000)
  expect(second.producer.lines).toEqual(['fits'])
  const ledger = second.producer.ledgers.at(-1)!
  expect(ledger.dropped).toEqual({ 'too-large': 1 })
  expect(String(ledger.droppedRanges['too-large'])).toBe('2')
})

test('an exit writes what is in memory to disk at once, with the last ledger', async () => {
  const opened = open({ lingerMs: 10_000 })
  const { sink, clock, producer, disk, write } = opened
  write('in flight')
  void sink.flush()
  await settle()
  expect(producer.pending).toHaveLength(1)
  write('waits')
  sink.accept(Buffer.from('has no end'))
  sink.exit()
  expect(disk.only.stored.toString()).toBe('1-3')
  expect(disk.only.records.at(-1)!.kind).toBe('ledger')
  expectBalance(opened)
  await clock.advance(0)
})

test('an exit with everything in Kafka leaves nothing on disk', async () => {
  const { sink, clock, producer, disk, write } = open()
  producer.answer = 'succeed'
  write('one')
  await clock.advance(100)
  sink.exit()
  expect(disk.appends).toBe(0)
})
