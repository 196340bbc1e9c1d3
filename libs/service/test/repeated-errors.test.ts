import { type Clock, systemClock } from '@millrace/foundation'
import { expect, test } from 'vitest'
import { RepeatedErrors } from '../src/index.ts'

/** Time that moves only when a test says so. */
class TestClock implements Clock {
  #nowMs = 0
  timers: { atMs: number; callback: () => void }[] = []
  now = (): number => this.#nowMs
  monotonicMs = (): number => this.#nowMs
  sleep = (delayMs: number): Promise<void> => systemClock.sleep(delayMs)
  setTimer(delayMs: number, callback: () => void): { cancel(): void } {
    const timer = { atMs: this.#nowMs + delayMs, callback }
    this.timers.push(timer)
    return { cancel: () => void (this.timers = this.timers.filter((other) => other !== timer)) }
  }
  advance(ms: number): void {
    this.#nowMs += ms
    const due = this.timers.filter(({ atMs }) => atMs <= this.#nowMs)
    this.timers = this.timers.filter(({ atMs }) => atMs > this.#nowMs)
    for (const { callback } of due) callback()
  }
}

function setUp(options: { keysMax?: number } = {}) {
  const clock = new TestClock()
  const lines: string[] = []
  const errors = new RepeatedErrors(clock, options)
  const report = (key: string): void =>
    errors.report(key, (repeats) => lines.push(`${key} ${repeats}`))
  return { clock, lines, errors, report }
}

test('the first is written at once, the rest as one line with its count at the end of 10 s', () => {
  const { clock, lines, report } = setUp()
  for (let time = 0; time < 100; time++) report('refused')
  expect(lines).toEqual(['refused 0'])
  clock.advance(9_999)
  expect(lines).toHaveLength(1)
  clock.advance(1)
  expect(lines).toEqual(['refused 0', 'refused 98'])
})

test('the held-back line starts a new interval, and silence ends it', () => {
  const { clock, lines, report } = setUp()
  report('refused')
  report('refused')
  clock.advance(10_000)
  report('refused')
  expect(lines).toEqual(['refused 0', 'refused 0'])
  clock.advance(10_000)
  expect(lines).toHaveLength(3)
  clock.advance(10_000)
  report('refused')
  expect(lines).toEqual(Array(4).fill('refused 0'))
  expect(clock.timers).toHaveLength(1)
})

test('troubles with different keys do not hold each other back', () => {
  const { lines, report } = setUp()
  report('one')
  report('two')
  expect(lines).toEqual(['one 0', 'two 0'])
})

test('at the bound on keys, further ones share one', () => {
  const { clock, lines, report } = setUp({ keysMax: 2 })
  for (const key of ['one', 'two', 'three', 'four', 'five']) report(key)
  expect(lines).toEqual(['one 0', 'two 0', 'three 0'])
  expect(clock.timers).toHaveLength(3)
  clock.advance(10_000)
  expect(lines.at(-1)).toBe('five 1')
})

test('closing writes what is held back and stops the timers, and can be done twice', () => {
  const { clock, lines, errors, report } = setUp()
  for (let time = 0; time < 3; time++) report('refused')
  errors.close()
  errors.close()
  expect(lines).toEqual(['refused 0', 'refused 1'])
  expect(clock.timers).toEqual([])
})
