import { expect, test } from 'vitest'
import { faultKindNames, faultKinds, selectFaultKinds } from './fault-kinds.ts'
import { planSchedule } from './schedule.ts'

const options = {
  seed: 7,
  events: 1_000_000,
  kinds: faultKindNames,
  faultCount: 100,
  rateMax: 2_000,
  slotMs: 4_000,
}

test('the same seed, kinds and size give the same schedule, in whatever order the kinds are named', () => {
  const schedule = planSchedule(options)
  expect(planSchedule({ ...options, kinds: faultKindNames.toReversed() })).toEqual(schedule)
  expect(planSchedule({ ...options, seed: 8 })).not.toEqual(schedule)
})

test('each kind comes once before any comes again, and each fault begins and lasts within its bounds', () => {
  const { faults, loadMs } = planSchedule(options)
  expect(faults).toHaveLength(100)
  expect(new Set(faults.slice(0, faultKindNames.length).map(({ kind }) => kind)).size).toBe(
    faultKindNames.length,
  )
  for (const { kind, atMs, durationMs } of faults) {
    const [shortest, longest] = faultKinds[kind].durationMs
    expect(atMs).toBeGreaterThan(0)
    expect(atMs).toBeLessThan(loadMs)
    expect(durationMs).toBeGreaterThanOrEqual(shortest)
    expect(durationMs).toBeLessThanOrEqual(longest)
  }
})

test('the load lasts as long as the faults need, and never goes faster than it may', () => {
  expect(planSchedule(options)).toMatchObject({ loadMs: 500_000, rate: 2_000 })
  expect(planSchedule({ ...options, events: 2_000 })).toMatchObject({ loadMs: 404_000, rate: 5 })
})

test('kinds are chosen by name or by their first word, and a name that fits none is refused', () => {
  expect(selectFaultKinds(['replay', 'broker'])).toEqual([
    'replay',
    'broker-kill',
    'broker-stop',
    'broker-term',
  ])
  expect(() => selectFaultKinds(['brokers'])).toThrow(
    /there is no "brokers"; there are service-kill/,
  )
})
