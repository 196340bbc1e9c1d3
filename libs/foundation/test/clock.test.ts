import { expect, test } from 'vitest'
import { systemClock } from '../src/clock.ts'

test('a sleep ends at once when its signal is aborted', async () => {
  const abort = new AbortController()
  const slept = systemClock.sleep(3_600_000, abort.signal)
  abort.abort()
  expect(await slept).toBeUndefined()
  expect(await systemClock.sleep(3_600_000, abort.signal)).toBeUndefined()
})

test('a cancelled timer never calls back', async () => {
  const calls: string[] = []
  const timer = systemClock.setTimer(1, () => calls.push('cancelled'))
  timer.cancel()
  timer.cancel()
  await new Promise<void>((resolve) => {
    systemClock.setTimer(20, resolve)
  })
  expect(calls).toEqual([])
})
