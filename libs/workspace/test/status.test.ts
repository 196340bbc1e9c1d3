import { type Clock, systemClock } from '@millrace/foundation'
import { expect, test } from 'vitest'
import { type PipelineTotals, showStatus, statusLine } from '../src/status.ts'

const totals = (published: number, indexed: number): PipelineTotals => ({
  published,
  indexed,
  lag: published - indexed,
  deadLetters: 3,
})

test('rates are taken over the whole window, and large numbers are grouped', () => {
  const samples = [
    { ...totals(1000, 1000), atMs: 0 },
    { ...totals(1500, 1400), atMs: 5000 },
    { ...totals(13_000, 12_345), atMs: 10_000 },
  ]
  expect(statusLine(samples, 3_725_000)).toBe(
    '1,200/s in · 1,135/s indexed · 12,345 documents · lag 655 · dead letters 3 · up 01:02:05',
  )
})

test('one sample has no rate yet, and a shrinking total is not a negative rate', () => {
  expect(statusLine([{ ...totals(5, 5), atMs: 0 }], 0)).toContain('0/s in')
  const shrunk = [
    { ...totals(9, 9), atMs: 0 },
    { ...totals(5, 5), atMs: 1000 },
  ]
  expect(statusLine(shrunk, 0)).toContain('0/s in · 0/s indexed')
})

/** A clock whose sleeps end at once, so that the loop runs without waiting. */
const hurriedClock: Clock = { ...systemClock, sleep: () => Promise.resolve() }

async function shown(terminal: boolean): Promise<string[]> {
  const stop = new AbortController()
  const written: string[] = []
  let reads = 0
  await showStatus(
    {
      clock: hurriedClock,
      terminal,
      read: async () => {
        reads++
        if (reads === 2) throw new Error('Elasticsearch is away')
        if (reads === 4) stop.abort()
        return totals(reads, reads)
      },
      write: (text) => written.push(text),
    },
    stop.signal,
  )
  return written
}

test('a terminal gets one line that is written again, and wiped at the end', async () => {
  const written = await shown(true)
  expect(written).toHaveLength(4)
  expect(written.every((text) => text.startsWith('\r\u001B[2K') && !text.includes('\n'))).toBe(true)
  expect(written.at(-1)).toBe('\r\u001B[2K')
})

test('a reading that fails is shown as such, and the next one is tried', async () => {
  const written = await shown(false)
  expect(written[1]).toContain('figures not to be had now')
  expect(written[2]).not.toContain('figures not to be had now')
  expect(written.every((text) => text.endsWith('\n') && !text.includes('\u001B'))).toBe(true)
})
