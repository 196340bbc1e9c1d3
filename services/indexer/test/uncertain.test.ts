import { describe, expect, it } from 'vitest'
import { instanceStartMs } from '@millrace/envelope'
import { uncertainSinceMs } from '../src/uncertain.mts'
import { fakeRecord } from './support/fakes.ts'

const minute = 60_000
const clockMarginMs = 65 * minute
const instance = '01jd8q3z5v7x9ymw'
const writtenAtMs = fakeRecord(0, 10, 'a').timestampMs

const since = (
  options: { uncertainBelow?: number; isResent?: boolean; margin?: number },
  record: { key?: string | null; timestampMs?: number } = {},
): number => {
  const { key = null, timestampMs = writtenAtMs } = record
  return uncertainSinceMs(
    { ...fakeRecord(0, 10, 'a'), timestampMs, key: key === null ? null : Buffer.from(key) },
    {
      uncertainBelow: options.uncertainBelow ?? 0,
      clockMarginMs: options.margin ?? clockMarginMs,
    },
    options.isResent ?? false,
  )
}

describe('a record may have been indexed by somebody else', () => {
  it('since it was written, when it was there before this ownership, and clocks may be an hour apart', () => {
    expect(since({ uncertainBelow: 11 })).toBe(writtenAtMs - clockMarginMs)
  })

  it('since it was written, less a minute, when it came later', () => {
    expect(since({ uncertainBelow: 10 })).toBe(writtenAtMs - minute)
    expect(since({ uncertainBelow: 10, margin: 5 })).toBe(writtenAtMs - 5)
  })

  it('since its instance began, when it was sent again', () => {
    const startMs = instanceStartMs(instance)!
    expect(startMs).toBeLessThan(writtenAtMs)
    const key = `${instance}-00000001`
    expect(since({ isResent: true }, { key })).toBe(startMs - clockMarginMs)
    expect(since({ isResent: true }, { key: `${key}.7` })).toBe(startMs - clockMarginMs)
  })

  it.each([null, 'k0123456789ab-3-0000000000000007', 'some key'])(
    'at any time, when it was sent again with key %s',
    (key) => {
      expect(since({ isResent: true }, { key })).toBe(-clockMarginMs)
    },
  )

  it('at any time, when nobody knows when it was written', () => {
    expect(since({ uncertainBelow: 11 }, { timestampMs: -1 })).toBe(-clockMarginMs)
  })
})
