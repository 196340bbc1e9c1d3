import { expect, test } from 'vitest'
import { Progress } from './progress.ts'

test('a pause is put down to the fault that was there for most of it', () => {
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
  now = 206_000
  progress.begin('rollover')()
  now = 207_000
  progress.onIndexed(10)
  heal()
  expect(Object.fromEntries(progress.longestPauseMs)).toEqual({
    poison: 199_900,
    'broker-kill': 7_000,
  })
  expect(progress.indexed).toBe(40)
  expect(progress.faultsEnded).toBe(3)
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
