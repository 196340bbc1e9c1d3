import { expect, test } from 'vitest'
import { BatchSize } from '../src/batch-size.ts'
import { Lines } from '../src/lines.ts'
import { tooLarge } from './support/fake-producer.ts'
import { createTestSink } from './support/test-sink.ts'

const batchBytes = 1_000
const bounds = { batchBytes, memoryMaxBytes: 1_000_000, recordOverheadBytes: 100 }

/** As many bytes with their records as asked for. */
function linesOf(bytes: number): Lines {
  const value = Buffer.alloc(bytes - bounds.recordOverheadBytes)
  return Lines.of([{ value, sequence: 1, arrivedAt: 0 }])
}

interface Sent {
  bytes: number
  wireBytes: number
}

const fifty = (batch: Sent): Sent[] => Array.from({ length: 50 }, () => batch)

function sizeAfter(batches: readonly Sent[]): number {
  const size = new BatchSize(bounds)
  for (const { bytes, wireBytes } of batches) size.became(linesOf(bytes), wireBytes)
  return size.bytesMax
}

test('before anything is known, and where nothing shrinks, a batch is as large as was asked for', () => {
  expect(sizeAfter([])).toBe(batchBytes)
  expect(sizeAfter([{ bytes: 1_000, wireBytes: 1_061 }])).toBe(batchBytes)
})

test('what shrinks may be larger before, at most four times, and comes near its bound by and by', () => {
  const half = { bytes: 1_000, wireBytes: 500 }
  expect(sizeAfter([half])).toBeCloseTo(1_000 / 0.875)
  expect(sizeAfter(fifty(half))).toBeCloseTo(2_000, 0)
  expect(sizeAfter(fifty({ bytes: 1_000, wireBytes: 100 }))).toBe(4_000)
})

test('one batch that shrinks less is believed at once', () => {
  const well = fifty({ bytes: 1_000, wireBytes: 250 })
  expect(sizeAfter([...well, { bytes: 4_000, wireBytes: 3_200 }])).toBe(1_250)
})

test('what the topic refused is not tried again, and a refusal of less than was asked for changes nothing more', () => {
  const size = new BatchSize(bounds)
  const bytesMaxAfter = (refused: number): number => {
    size.refused(linesOf(refused))
    for (let batch = 0; batch < 50; batch++) size.became(linesOf(1_000), 100)
    return size.bytesMax
  }
  expect(bytesMaxAfter(4_000)).toBe(2_000)
  expect(bytesMaxAfter(2_000)).toBe(batchBytes)
  expect(bytesMaxAfter(500)).toBe(batchBytes)
})

test('a small batch, which did not wait to be full, says nothing', () => {
  expect(sizeAfter(fifty({ bytes: 499, wireBytes: 100 }))).toBe(batchBytes)
})

test('a batch stays a small part of the memory bound, and is never smaller than was asked for', () => {
  for (const [memoryMaxBytes, expected] of [
    [64_000, 2_000],
    [10_000, batchBytes],
  ] as const) {
    const size = new BatchSize({ ...bounds, memoryMaxBytes })
    for (let batch = 0; batch < 50; batch++) size.became(linesOf(1_000), 100)
    expect(size.bytesMax).toBe(expected)
  }
})

test('a sink makes larger batches while they shrink, and smaller ones again after a refusal', async () => {
  const { producer, write, clock, sink } = createTestSink({ batchBytes, lingerMs: 20 })
  producer.batchBytes = 100
  producer.answer = 'succeed'
  const line = 'x'.repeat(250 - sink.identity.recordOverheadBytes)
  const linesOfNewest = async (): Promise<number> => {
    write(...Array<string>(16).fill(line))
    await clock.advance(20)
    return Math.max(...producer.batches.splice(0).map((lines) => lines.length))
  }
  expect(await linesOfNewest()).toBe(4)
  for (let round = 0; round < 20; round++) await linesOfNewest()
  expect(await linesOfNewest()).toBe(16)
  producer.batchBytes = Number.POSITIVE_INFINITY
  producer.answer = ({ records }) => (records.length > 8 ? tooLarge() : undefined)
  expect(await linesOfNewest()).toBe(8)
  expect(await linesOfNewest()).toBe(4)
})
