import { expect, test } from 'vitest'
import { ManualClock } from '../../../test/support/manual-clock.ts'
import { RepeatedErrors } from '../src/index.ts'

function setUp(options: { keysMax?: number } = {}) {
  const clock = new ManualClock()
  const lines: string[] = []
  const errors = new RepeatedErrors(clock, options)
  const report = (key: string): void =>
    errors.report(key, (repeats) => lines.push(`${key} ${repeats}`))
  return { clock, lines, errors, report }
}

test('the first is written at once, the rest as one line with its count at the end of 10 s', async () => {
  const { clock, lines, report } = setUp()
  for (let time = 0; time < 100; time++) report('refused')
  expect(lines).toEqual(['refused 0'])
  await clock.advance(9_999)
  expect(lines).toHaveLength(1)
  await clock.advance(1)
  expect(lines).toEqual(['refused 0', 'refused 98'])
})

test('the held-back line starts a new interval, and silence ends it', async () => {
  const { clock, lines, report } = setUp()
  report('refused')
  report('refused')
  await clock.advance(10_000)
  report('refused')
  expect(lines).toEqual(['refused 0', 'refused 0'])
  await clock.advance(10_000)
  expect(lines).toHaveLength(3)
  await clock.advance(10_000)
  report('refused')
  expect(lines).toEqual(Array(4).fill('refused 0'))
  expect(clock.timers).toBe(1)
})

test('troubles with different keys do not hold each other back', () => {
  const { lines, report } = setUp()
  report('one')
  report('two')
  expect(lines).toEqual(['one 0', 'two 0'])
})

test('at the bound on keys, further ones share one', async () => {
  const { clock, lines, report } = setUp({ keysMax: 2 })
  for (const key of ['one', 'two', 'three', 'four', 'five']) report(key)
  expect(lines).toEqual(['one 0', 'two 0', 'three 0'])
  expect(clock.timers).toBe(3)
  await clock.advance(10_000)
  expect(lines.at(-1)).toBe('five 1')
})

test('closing writes what is held back and stops the timers, and can be done twice', () => {
  const { clock, lines, errors, report } = setUp()
  for (let time = 0; time < 3; time++) report('refused')
  errors.close()
  errors.close()
  expect(lines).toEqual(['refused 0', 'refused 1'])
  expect(clock.timers).toBe(0)
})
