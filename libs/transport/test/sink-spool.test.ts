import { decodeSourceFacts, parseEventId } from '@millrace/envelope'
import type { OutgoingRecord } from '@millrace/kafka'
import { expect, test } from 'vitest'
import { unreachable } from './support/fake-producer.ts'
import { settle } from '../../../test/support/manual-clock.ts'
import { createSpoolingSink as open, expectBalance } from './support/spooling-sink.ts'

const memoryMaxBytes = 4_194_304

const sequenceOf = ({ key }: OutgoingRecord): number => parseEventId(String(key))!.sequence
const isResent = ({ headers }: OutgoingRecord): boolean =>
  decodeSourceFacts(headers!['millrace'] as Uint8Array)?.resent === true

test('while Kafka takes lines nothing goes to disk', async () => {
  const opened = open()
  opened.producer.answer = 'succeed'
  for (let round = 0; round < 100; round++) {
    opened.write('one', 'two')
    await opened.clock.advance(100)
  }
  expect(opened.disk.appends).toBe(0)
  expect(opened.sink.counters.published).toBe(200)
})

test('lines go to disk when Kafka has taken nothing for five seconds, and not 1 ms before', async () => {
  const { sink, clock, disk, write } = open({}, { watchIntervalMs: 1 })
  write('one')
  await clock.advance(5)
  await clock.advance(4_999)
  expect(disk.appends).toBe(0)
  await clock.advance(1)
  expect(disk.only.stored.toString()).toBe('1')
  write('two')
  await clock.advance(10)
  expect(disk.only.stored.toString()).toBe('1-2')
  expect(sink.counters).toMatchObject({ accepted: 2, published: 0, waiting: 0, spooled: 2 })
})

test('lines past half of the memory bound go to disk and none is dropped, however long Kafka is away', async () => {
  const opened = open({ memoryMaxBytes })
  const { sink, clock, producer, write } = opened
  producer.answer = unreachable
  for (let round = 0; round < 200; round++) {
    for (let line = 0; line < 100; line++) write(`${round} ${line}`.padEnd(500, 'x'))
    await clock.advance(25)
    expect(sink.counters.memoryBytes).toBeLessThanOrEqual(memoryMaxBytes)
    expectBalance(opened)
  }
  const { accepted, spooled, dropped } = sink.counters
  expect(accepted).toBe(20_000)
  expect(spooled).toBeGreaterThan(10_000)
  expect(dropped['memory-full']).toBe(0)
})

test('when Kafka is back, every line arrives once, and the disk is empty', async () => {
  const opened = open({ memoryMaxBytes })
  const { sink, clock, producer, disk, write } = opened
  producer.answer = unreachable
  const total = 10_000
  for (let line = 1; line <= total; line++) {
    write(String(line).padEnd(500, 'x'))
    if (line % 100 === 0) await clock.advance(25)
  }
  expect(disk.only.stored.count).toBeGreaterThan(1_000)
  producer.answer = 'succeed'
  await clock.advance(20_000)
  expectBalance(opened)
  expect(sink.counters).toMatchObject({ published: total, waiting: 0, spooled: 0 })
  expect(disk.only.records).toEqual([])
  const sequences = producer.published.map(sequenceOf)
  expect(new Set(sequences).size).toBe(total)
  expect(sequences).toHaveLength(total)
})

test('with `always` a line is on disk before Kafka is asked', async () => {
  const { sink, clock, producer, disk, write } = open({ durability: 'always' })
  producer.answer = 'succeed'
  const release = disk.stall()
  write('one', 'two')
  await clock.advance(10)
  expect(producer.tries).toBe(0)
  release()
  await settle()
  expect(producer.lines).toEqual(['one', 'two'])
  expect(disk.only.records).toEqual([])
  expect(sink.counters).toMatchObject({ accepted: 2, published: 2, waiting: 0, spooled: 0 })
})

test('with `always` a line is handed to the disk at the latest when its linger is over', async () => {
  const { clock, disk, write } = open({ durability: 'always', lingerMs: 20 })
  write('one')
  await clock.advance(19)
  expect(disk.appends).toBe(0)
  await clock.advance(1)
  expect(disk.only.stored.toString()).toBe('1')
})

test('with `always` every line arrives once after an outage, and memory is free during it', async () => {
  const opened = open({ durability: 'always', memoryMaxBytes })
  const { sink, clock, producer, write } = opened
  producer.answer = unreachable
  const total = 5_000
  for (let line = 1; line <= total; line++) {
    write(String(line).padEnd(300, 'x'))
    if (line % 100 === 0) await clock.advance(200)
  }
  expect(sink.counters.spooled).toBe(total)
  expect(sink.counters.memoryBytes).toBeLessThan(memoryMaxBytes / 2)
  producer.answer = 'succeed'
  await clock.advance(20_000)
  expectBalance(opened)
  const sequences = producer.published.map(sequenceOf)
  expect(new Set(sequences).size).toBe(total)
  expect(sequences).toHaveLength(total)
})

test('a disk that refuses costs nothing while memory has room, and is asked again later', async () => {
  const { sink, clock, producer, disk, notes, write } = open({ durability: 'always' })
  producer.answer = 'succeed'
  disk.refusal = { ok: false, reason: 'spool-failed', detail: 'ENOSPC: no space left on device' }
  write('one', 'two')
  await clock.advance(100)
  expect(producer.lines).toEqual(['one', 'two'])
  expect(disk.appends).toBe(1)
  write('three')
  await clock.advance(100)
  expect(disk.appends).toBe(1)
  disk.refusal = undefined
  await clock.advance(1_000)
  write('four')
  await clock.advance(100)
  expect(disk.appends).toBe(2)
  expect(sink.counters).toMatchObject({ accepted: 4, published: 4, waiting: 0 })
  expect(notes).toEqual([
    'millrace: the spool takes no lines: ENOSPC: no space left on device',
    'millrace: the spool takes lines again',
  ])
})

test('a disk that does not answer keeps lines from Kafka for five seconds, once, and what it wrote in the end is taken back', async () => {
  const opened = open({ durability: 'always' })
  const { sink, clock, producer, disk, notes, write } = opened
  producer.answer = 'succeed'
  const release = disk.stall()
  write('one')
  await clock.advance(5_004)
  expect(producer.tries).toBe(0)
  await clock.advance(1)
  expect(producer.lines).toEqual(['one'])
  write('two')
  await clock.advance(5)
  expect(producer.lines).toEqual(['one', 'two'])
  release()
  await settle()
  expect(disk.only.stored.count).toBe(0)
  expect(sink.counters).toMatchObject({ published: 2, spooled: 0, waiting: 0 })
  expect(notes[0]).toBe('millrace: the spool takes no lines: the disk does not answer')
  expectBalance(opened)
})

test('lines of a write that hung are all in Kafka when disk and Kafka are back, once each', async () => {
  const opened = open()
  const { sink, clock, producer, disk, write } = opened
  const release = disk.stall()
  write('one')
  await clock.advance(5_000)
  write('two')
  await clock.advance(6_005)
  void sink.flush()
  await clock.advance(5_000)
  release()
  producer.answer = 'succeed'
  for (const pending of producer.pending.slice()) pending.succeed()
  await clock.advance(60_000)
  expect(producer.lines.toSorted()).toEqual(['one', 'two'])
  expect(sink.counters).toMatchObject({ published: 2, waiting: 0, spooled: 0 })
  expectBalance(opened)
})

test.each(['spool-failed', 'spool-full'] as const)(
  'lines that neither memory nor a disk that says %s can keep are dropped for that reason, and named',
  async (reason) => {
    const opened = open({ memoryMaxBytes })
    const { sink, clock, producer, disk, write } = opened
    producer.answer = unreachable
    disk.refusal = { ok: false, reason, detail: 'no room' }
    for (let line = 0; line < 10_000; line++) {
      write(`${line}`.padEnd(1_000, 'x'))
      if (line % 500 === 0) await clock.advance(10)
    }
    expect(sink.counters.memoryBytes).toBeLessThanOrEqual(memoryMaxBytes)
    expect(sink.counters.dropped[reason]).toBeGreaterThan(5_000)
    expectBalance(opened)
    disk.refusal = undefined
    producer.answer = 'succeed'
    await clock.advance(30_000)
    const dropped = sink.counters.dropped[reason]
    expect(producer.ledgers.at(-1)!.dropped).toEqual({ [reason]: dropped })
    expect(producer.published).toHaveLength(10_000 - dropped)
  },
)

test('lines that the disk loses are counted and named, those that memory holds as well are not', async () => {
  const opened = open({ memoryMaxBytes }, { watchIntervalMs: 1 })
  const { sink, clock, producer, disk, write } = opened
  write('in flight')
  await clock.advance(5_100)
  write('2', '3', '4')
  await clock.advance(100)
  expect(disk.only.stored.toString()).toBe('1-4')
  disk.only.lose('spool-full', 1, 3)
  expectBalance(opened)
  expect(sink.counters).toMatchObject({ waiting: 1, spooled: 1, dropped: { 'spool-full': 2 } })
  producer.pending[0]!.succeed()
  producer.answer = 'succeed'
  await clock.advance(20_000)
  expect(producer.lines).toEqual(['in flight', '4'])
  const named = producer.ledgers.map(({ droppedRanges }) => String(droppedRanges['spool-full']))
  expect(named).toContain('2-3')
  expectBalance(opened)
})

test('a ledger says what is on disk, and the durability', async () => {
  const { clock, producer, write } = open({ durability: 'always' }, { awayAfterMs: 60_000 })
  producer.answer = ({ records }) => (records.length > 1 ? unreachable() : undefined)
  write('one', 'two', 'three')
  await clock.advance(10_100)
  const ledger = producer.ledgers.at(-1)!
  expect(ledger).toMatchObject({ durability: 'always', issued: 3, settled: 3, spooled: 3 })
  expect(String(ledger.spooledRanges)).toBe('1-3')
})

test('the highest sequence is marked on disk with each write, once the disk is in use', async () => {
  const { clock, disk, write } = open(
    { durability: 'always', lingerMs: 10_000 },
    { batchLinesMax: 2 },
  )
  write('1', '2')
  await settle()
  write('3')
  expect(disk.only.issued).toBe(3)
  expect(disk.only.stored.toString()).toBe('1-2')
  await clock.advance(0)
})

test('what is sent from disk for the first time is not marked, and what was in flight is not sent twice', async () => {
  const { clock, producer, disk, write } = open({}, { watchIntervalMs: 1 })
  write('in flight')
  await clock.advance(5_100)
  write('spooled')
  await clock.advance(100)
  producer.pending[0]!.succeed()
  await clock.advance(2_000)
  expect(producer.pending.map(({ lines }) => lines)).toEqual([['spooled']])
  producer.pending[0]!.succeed()
  await clock.advance(100)
  expect(producer.published.map(isResent)).toEqual([false, false])
  expect(disk.only.records).toEqual([])
})
