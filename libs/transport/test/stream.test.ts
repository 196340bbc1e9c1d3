import { once } from 'node:events'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { expect, test } from 'vitest'
import { openStream } from '../src/create-stream.ts'
import type { StreamOptions } from '../src/settings.ts'
import { unreachable } from './support/fake-producer.ts'
import { settle } from '../../../test/support/manual-clock.ts'
import { createTestHost } from './support/test-host.ts'

function open(options: StreamOptions = {}) {
  const parts = createTestHost()
  const stream = openStream(options, parts.host)
  const errors: unknown[] = []
  stream.on('error', (error) => errors.push(error))
  return { ...parts, stream, errors }
}

test('text and bytes of any chunking become records', async () => {
  const { stream, producer } = open()
  producer.answer = 'succeed'
  stream.write('one\ntw')
  stream.write(Buffer.from('o\n'))
  stream.write(new Uint8Array([0x33, 0x0a]))
  stream.write('Zm91cgo=', 'base64')
  await stream.close()
  expect(producer.lines).toEqual(['one', 'two', '3', 'four'])
})

test('write never asks the logger to wait, and calls back, while Kafka is away', async () => {
  const { stream, producer, clock } = open({ memoryMaxBytes: 4_194_304 })
  producer.answer = unreachable
  let called = 0
  for (let line = 0; line < 10_000; line++) {
    expect(stream.write(`${'x'.repeat(500)}\n`, () => called++)).toBe(true)
  }
  await clock.advance(1_000)
  expect(called).toBe(10_000)
  expect(stream.writableNeedDrain).toBe(false)
  expect(stream.counters.memoryBytes).toBeLessThanOrEqual(4_194_304)
})

test('a chunk that its owner changes after write travels as it was', async () => {
  const { stream, producer } = open()
  producer.answer = 'succeed'
  const chunk = Buffer.from('as it was\n')
  stream.write(chunk)
  chunk.fill(0x21)
  await stream.close()
  expect(producer.lines).toEqual(['as it was'])
})

test('what is neither text nor bytes is counted and told, not thrown', () => {
  const { stream, notes, errors } = open()
  for (const chunk of [null, undefined, 7, { msg: 'raw' }]) expect(stream.write(chunk)).toBe(true)
  expect(stream.counters.dropped.unreadable).toBe(4)
  expect(notes).toContain('millrace: write takes text or bytes, got object')
  expect(errors).toEqual([])
})

test('a write after the end is counted as dropped, not an error', async () => {
  const { stream, errors } = open()
  await stream.close()
  expect(stream.write('late\n')).toBe(true)
  await settle()
  expect(stream.counters.dropped.closed).toBe(1)
  expect(errors).toEqual([])
})

test('end publishes what waits, its own last chunk too, then finishes and closes', async () => {
  const { stream, producer } = open({ lingerMs: 10_000 })
  producer.answer = 'succeed'
  stream.write('one\n')
  const closed = once(stream, 'close')
  stream.end('two')
  await closed
  expect(producer.lines).toEqual(['one', 'two'])
  expect(producer.closed).toBe(1)
})

test('end with Kafka away closes without an error at the deadline', async () => {
  const { stream, producer, clock, errors } = open({ closeTimeoutMs: 2_000 })
  producer.answer = unreachable
  stream.write('one\n')
  const closed = once(stream, 'close')
  stream.end()
  await clock.advance(2_000)
  await closed
  expect(errors).toEqual([])
  expect(stream.counters.dropped.closed).toBe(1)
})

test('destroy lets go at once and counts what was left', async () => {
  const { stream, producer } = open()
  stream.write('one\n')
  stream.destroy()
  await once(stream, 'close')
  expect(stream.counters).toMatchObject({ dropped: { closed: 1 }, waiting: 0 })
  expect(producer.pending).toHaveLength(0)
})

test('flush calls back and resolves when the lines are in Kafka, and at its deadline when they are not', async () => {
  const { stream, producer, clock } = open({ closeTimeoutMs: 2_000 })
  const called: string[] = []
  stream.write('one\n')
  const first = stream.flush(() => called.push('first'))
  await clock.advance(0)
  expect(called).toEqual([])
  producer.pending[0]!.succeed()
  expect(await first).toBe(true)
  producer.answer = unreachable
  stream.write('two\n')
  const second = stream.flush(() => called.push('second'))
  await clock.advance(2_000)
  expect(await second).toBe(false)
  await settle()
  expect(called).toEqual(['first', 'second'])
})

test('a pipeline into the stream ends when everything is published', async () => {
  const { stream, producer } = open()
  producer.answer = 'succeed'
  await pipeline(Readable.from(['a\n', 'b\nc']), stream)
  expect(producer.lines).toEqual(['a', 'b', 'c'])
})

test('the books balance', async () => {
  const heard: number[] = []
  const { stream, producer, clock } = open({
    memoryMaxBytes: 4_194_304,
    onDrop: ({ count }) => heard.push(count),
  })
  producer.answer = unreachable
  for (let line = 0; line < 20_000; line++) stream.write(`${'x'.repeat(1_000)}\n`)
  await clock.advance(500)
  producer.answer = 'succeed'
  await clock.advance(10_000)
  stream.write(7)
  const { accepted, published, dropped, waiting, memoryBytes } = stream.counters
  expect(accepted).toBe(20_001)
  expect(waiting).toBe(0)
  expect(memoryBytes).toBe(0)
  expect(published + dropped['memory-full'] + dropped.unreadable).toBe(accepted)
  expect(heard.reduce((sum, count) => sum + count, 0)).toBe(dropped['memory-full'] + 1)
})
