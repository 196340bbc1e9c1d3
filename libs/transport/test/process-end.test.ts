import { expect, test } from 'vitest'
import { openStream } from '../src/create-stream.ts'
import { unreachable } from './support/fake-producer.ts'
import { settle } from '../../../test/support/manual-clock.ts'
import { createTestHost } from './support/test-host.ts'

test('a process with nothing left to do first publishes what waits', async () => {
  const { host, process, producer } = createTestHost()
  producer.answer = 'succeed'
  const stream = openStream({ lingerMs: 10_000 }, host)
  stream.write('last words\n')
  process.emit('beforeExit')
  await settle()
  expect(producer.lines).toEqual(['last words'])
  process.emit('beforeExit')
  await settle()
  expect(producer.tries).toBe(1)
})

test('with Kafka away the process is held for one deadline only, and the end tells what was lost', async () => {
  const { host, process, producer, clock, notes } = createTestHost()
  producer.answer = unreachable
  const stream = openStream({ closeTimeoutMs: 2_000 }, host)
  stream.write('one\ntwo\n')
  process.emit('beforeExit')
  await clock.advance(2_000)
  const { tries } = producer
  process.emit('beforeExit')
  await settle()
  expect(producer.tries).toBe(tries)
  process.emit('exit')
  expect(notes.at(-1)).toBe(
    'millrace: the process ends with 2 lines that Kafka has not acknowledged; await stream.close() before process.exit()',
  )
})

test('one pair of listeners serves all streams and goes with the last', async () => {
  const { host, process } = createTestHost()
  const streams = Array.from({ length: 20 }, () => openStream({}, host))
  expect(process.listenerCount('beforeExit')).toBe(1)
  expect(process.listenerCount('exit')).toBe(1)
  await Promise.all(streams.map((stream) => stream.close()))
  await settle()
  expect(process.listenerCount('beforeExit')).toBe(0)
  expect(process.listenerCount('exit')).toBe(0)
})

test('a process that ends with nothing waiting says nothing', () => {
  const { host, process, notes } = createTestHost()
  openStream({}, host)
  process.emit('beforeExit')
  process.emit('exit')
  expect(notes).toEqual([])
})
