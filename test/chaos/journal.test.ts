import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { loggedCount, readJournal } from './journal.ts'

function journalOf(text: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-journal-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  const path = join(directory, 'journal')
  writeFileSync(path, text)
  return path
}

test('a journal says when each line was logged, and what was dropped and reported', () => {
  const path = journalOf(
    'started {"pid":1}\n1 1000\n2 1010\ndrop {"reason":"memory-full","count":3}\nerror "gone"\nlogged 2\n',
  )
  expect(readJournal(path)).toEqual({
    loggedAtMs: [1000, 1010],
    isComplete: true,
    drops: [{ reason: 'memory-full', count: 3 }],
    errors: ['gone'],
  })
  expect(loggedCount(path)).toBe(2)
})

test('a row that kill -9 cut off does not count', () => {
  const path = journalOf('started {"pid":1}\n1 1000\n2 10')
  expect(loggedCount(path)).toBe(1)
  expect(readJournal(path).loggedAtMs).toEqual([1000])
})

test('a process that never came to write has logged nothing', () => {
  expect(loggedCount('/nowhere/journal')).toBe(0)
  expect(readJournal('/nowhere/journal').loggedAtMs).toEqual([])
})
