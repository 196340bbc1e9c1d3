import { expect, test } from 'vitest'
import { Notes } from '../src/notes.ts'
import { ManualClock } from '../../../test/support/manual-clock.ts'

function open() {
  const clock = new ManualClock()
  const said: string[] = []
  return { clock, said, notes: new Notes(clock, (line) => said.push(line)) }
}

test('drops are told at once, then summed up for ten seconds, and not 1 ms less', async () => {
  const { clock, said, notes } = open()
  notes.dropped('memory-full', 3)
  notes.dropped('memory-full', 4)
  notes.dropped('too-large', 1)
  await clock.advance(9_999)
  notes.dropped('memory-full', 5)
  expect(said).toEqual(['millrace: lines dropped: 3 memory-full'])
  await clock.advance(1)
  notes.dropped('memory-full', 1)
  expect(said.at(-1)).toBe('millrace: lines dropped: 10 memory-full, 1 too-large')
})

test('the end tells drops that were not told yet, and nothing else', () => {
  const { said, notes } = open()
  notes.end()
  notes.dropped('closed', 1)
  notes.dropped('closed', 2)
  notes.end()
  notes.end()
  expect(said).toEqual(['millrace: lines dropped: 1 closed', 'millrace: lines dropped: 2 closed'])
})

test('the end of trouble is told only where the trouble was', () => {
  const { said, notes } = open()
  notes.over('publish', 'all is well')
  notes.trouble('publish', 'no broker')
  notes.trouble('publish', 'no broker')
  notes.over('publish', 'all is well')
  notes.over('publish', 'all is well')
  notes.trouble('publish', 'no broker')
  expect(said).toEqual(['millrace: no broker', 'millrace: all is well', 'millrace: no broker'])
})

test('why lines were dropped is told with them, once', async () => {
  const { clock, said, notes } = open()
  notes.dropped('closed', 1, 'no broker')
  notes.dropped('closed', 2, 'no such host')
  await clock.advance(10_000)
  notes.dropped('closed', 3)
  notes.dropped('closed', 4)
  notes.end()
  expect(said).toEqual([
    'millrace: lines dropped: 1 closed; no broker',
    'millrace: lines dropped: 5 closed; no such host',
    'millrace: lines dropped: 4 closed',
  ])
})
