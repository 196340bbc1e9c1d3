import { expect, test } from 'vitest'
import { Progress } from './progress.ts'

test('a pause is put down to the faults that were there in it, and to no other', () => {
  let now = 0
  const progress = new Progress(() => now)
  progress.onIndexed(10)
  const early = progress.begin('poison')
  now = 100
  progress.onIndexed(10)
  early()
  now = 200_000
  progress.onIndexed(10)
  const heal = progress.begin('broker-kill')
  now = 207_000
  progress.onIndexed(10)
  heal()
  expect(Object.fromEntries(progress.longestPauseMs)).toMatchObject({ 'broker-kill': 7_000 })
  expect(progress.longestPauseMs.get('broker-kill')).toBe(7_000)
  expect(progress.indexed).toBe(40)
})

test('a partition without a commit counts only while there is something to read', () => {
  let now = 0
  const progress = new Progress(() => now)
  progress.begin('indexer-kill')
  progress.onCommitted(0, 5, 5)
  now = 60_000
  progress.onCommitted(0, 5, 5)
  progress.onCommitted(0, 5, 9)
  now = 72_000
  progress.onCommitted(0, 9, 9)
  expect(progress.longestPartitionPauseMs.get('indexer-kill')).toBe(12_000)
})
