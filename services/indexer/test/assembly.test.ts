import { expect, test } from 'vitest'
import { Assembly } from '../src/assembly.mts'
import type { BulkItem, TakenRecord } from '../src/ownership.mts'
import { buildBulkBody, type EncodedItem } from '../src/bulk-request.mts'

const limits = { bulkBytes: 1_000_000, bulkCount: 10_000, lingerMs: 50 }
const origin = {} as TakenRecord
const eventOf = (id: string, bytes: number) => ({
  id,
  dataStream: 'logs-app-default',
  lines: `${id.padEnd(bytes - 1, '.')}\n`,
})

function assemblyWith(): { assembly: Assembly; add: (id: string, bytes: number) => BulkItem } {
  const assembly = new Assembly(limits)
  return {
    assembly,
    add: (id, bytes) => assembly.addLines(origin, eventOf(id, bytes), 0),
  }
}

const bodyOf = (batch: readonly EncodedItem[]): string => buildBulkBody(batch).toString()

test('a batch that lingered leaves its memory to itself, and no memory grows for the batches behind it', () => {
  const { assembly, add } = assemblyWith()
  const sizes = new Set<number>()
  for (let round = 0; round < 20; round++) {
    const items = Array.from({ length: 6 }, (_, place) => add(`${round}-${place}`, 100_000))
    const batch = assembly.takeDue(50)!
    expect(batch.map(({ id }) => id)).toEqual(items.map(({ id }) => id))
    expect(
      bodyOf(batch)
        .split('\n')
        .map((line) => line.split('.')[0]),
    ).toEqual([...items.map(({ id }) => id), ''])
    sizes.add(batch[0]!.chunk.bytes.length)
  }
  expect(sizes.size).toBe(1)
})

test('small batches share memory while there is room for a whole one behind them', () => {
  const { assembly, add } = assemblyWith()
  const first = add('first', 1_000)
  expect(assembly.takeDue(50)).toHaveLength(1)
  const second = add('second', 1_000)
  expect(second.chunk === first.chunk).toBe(true)
  expect(bodyOf(assembly.take()!) === eventOf('second', 1_000).lines).toBe(true)
})

test('memory is written to again once all items in it are let go of, not before', () => {
  const { assembly, add } = assemblyWith()
  const [first, second] = [add('first', 100_000), add('second', 100_000)]
  assembly.takeDue(50)
  const { bytes } = first.chunk
  assembly.release(first)
  add('third', 100_000)
  assembly.takeDue(50)
  expect(add('fourth', 100_000).chunk.bytes === bytes).toBe(false)
  assembly.takeDue(50)
  assembly.release(second)
  add('fifth', 100_000)
  assembly.takeDue(50)
  expect(add('sixth', 100_000).chunk.bytes === bytes).toBe(true)
})
