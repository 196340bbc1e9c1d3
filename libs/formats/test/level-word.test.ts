import { expect, test } from 'vitest'
import { findLevelWord } from '../src/level-word.ts'

test.each([
  ['ERROR something', 'ERROR'],
  ['[warn] something', 'warn'],
  ['[ INFO ] something', 'INFO'],
  ['error: something', 'error'],
  ['app WARN something', 'WARN'],
  ['information about errors', undefined],
  ['an error occurred', undefined],
  ['HTTP request LOG', undefined],
  ['MY-ERROR', undefined],
  ['log: a', undefined],
  [`${' '.repeat(120)}ERROR`, undefined],
])('in %j the level is %s', (text, level) => {
  expect(findLevelWord(text)).toBe(level)
})
