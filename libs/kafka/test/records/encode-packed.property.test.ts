import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { compressions, type OutgoingRecord, type PackedRecords } from '../../src/index.ts'
import { BatchBuffers } from '../../src/records/batch-buffers.ts'
import { encodeBatch } from '../../src/records/encode-batch.ts'

const nowMs = 1_700_000_000_000
const keyBytes = 4
const headers = { millrace: Buffer.from('{"v":1}'), other: Buffer.from('é') }

const line = fc.record({
  value: fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.uint8Array({ minLength: 9_000, maxLength: 9_100 }),
  ),
  before: fc.nat({ max: 9 }),
  timestampMs: fc.oneof(
    fc.integer({ min: nowMs - 3_000, max: nowMs + 3_000 }),
    fc.constantFrom(0, 2 ** 48 - 1),
  ),
})
type Line = typeof line extends fc.Arbitrary<infer Value> ? Value : never

const keyOf = (index: number): string => String(index).padStart(keyBytes, '0')

function packed(lines: readonly Line[]): PackedRecords {
  const chunks = lines.map(({ value, before }) =>
    Buffer.concat([Buffer.alloc(before, 0x2e), value, Buffer.from('\nnext')]),
  )
  return {
    length: lines.length,
    headers,
    chunks,
    starts: lines.map(({ before }) => before),
    ends: lines.map(({ before, value }) => before + value.length),
    valueBytes: lines.reduce((sum, { value }) => sum + value.length, 0),
    timestampsMs: lines.map(({ timestampMs }) => timestampMs),
    keyBytes,
    writeKey: (index, target, at) => target.set(Buffer.from(keyOf(index)), at),
  }
}

function single(lines: readonly Line[]): OutgoingRecord[] {
  return lines.map(({ value, timestampMs }, index) => ({
    key: keyOf(index),
    value,
    headers,
    timestampMs,
  }))
}

test('records that are bytes already become the batch that records one by one become, also in buffers that were used before', async () => {
  const buffers = new BatchBuffers()
  await fc.assert(
    fc.asyncProperty(
      fc.array(line, { minLength: 1, maxLength: 200 }),
      fc.constantFrom(...compressions),
      async (lines, compression) => {
        const expected = await encodeBatch(single(lines), compression, nowMs)
        const found = await encodeBatch(packed(lines), compression, nowMs, buffers)
        expect(found.bytes.equals(expected.bytes)).toBe(true)
        found.release()
      },
    ),
    { numRuns: 150 },
  )
})

test('a buffer is given to one batch at a time, and a copy is in none of them', async () => {
  const buffers = new BatchBuffers()
  const lines: Line[] = [{ value: Buffer.from('one'), before: 0, timestampMs: nowMs }]
  const first = await encodeBatch(packed(lines), 'none', nowMs, buffers)
  const second = await encodeBatch(packed(lines), 'none', nowMs, buffers)
  const copy = first.copy()
  expect(new Set([first, second, copy].map(({ buffer }) => buffer)).size).toBe(3)
  expect(copy.bytes.equals(first.bytes)).toBe(true)
  first.release()
  first.release()
  const third = await encodeBatch(packed(lines), 'none', nowMs, buffers)
  const fourth = await encodeBatch(packed(lines), 'none', nowMs, buffers)
  expect(third.buffer).toBe(first.buffer)
  expect(fourth.buffer).not.toBe(third.buffer)
})
