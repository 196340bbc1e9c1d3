import { expect, test } from 'vitest'
import { LineQueue } from '../src/line-queue.ts'
import { lineOverheadBytes, Lines } from '../src/lines.ts'

const info = (name: string): string => `{"level":30,"msg":"${name}"}`
const error = (name: string): string => `{"level":50,"msg":"${name}"}`
const batchSize = { bytesMax: 4_000 }
const bounds = { batchSize, batchLinesMax: 1_000, recordOverheadBytes: 10 }

function push(queue: LineQueue, line: string, sequence: number): void {
  const chunk = Buffer.from(`before${line}\n`)
  queue.push({ chunk, start: 6, end: chunk.length - 1, sequence, arrivedAt: 0 })
}

function queueOf(...lines: string[]): LineQueue {
  const queue = new LineQueue(bounds)
  for (const [index, line] of lines.entries()) push(queue, line, index + 1)
  return queue
}

function taken(queue: LineQueue): number[][] {
  const order: number[][] = []
  for (let block = queue.take(); block !== undefined; block = queue.take()) {
    order.push([...block.sequences])
  }
  return order
}

function evicted(queue: LineQueue): number[] {
  const gone = new Lines()
  while (queue.evict(gone));
  return gone.sequences
}

test('lines leave in the order in which they came, in batches within both bounds', () => {
  const queue = queueOf(...Array.from({ length: 5_000 }, (_, index) => info(String(index))))
  const batches = taken(queue)
  expect(batches.flat()).toEqual(Array.from({ length: 5_000 }, (_, index) => index + 1))
  const full = Math.floor(batchSize.bytesMax / (info('1000').length + bounds.recordOverheadBytes))
  expect(batches.at(-2)).toHaveLength(full)
  expect(queue.memoryBytes).toBe(0)
})

test('the oldest line that is no error is given up first, errors last, oldest first', () => {
  const queue = queueOf(error('1'), info('2'), error('3'), info('4'), info('5'))
  expect(evicted(queue)).toEqual([2, 4, 5, 1, 3])
  expect(queue.memoryBytes).toBe(0)
  expect(queue.length).toBe(0)
})

test('errors that were passed over still leave before newer lines, with their bytes', () => {
  const queue = queueOf(error('1'), info('2'), error('3'), info('4'))
  const gone = new Lines()
  queue.evict(gone)
  expect(gone.sequences).toEqual([2])
  expect(queue.firstSequence()).toBe(1)
  push(queue, info('5'), 5)
  expect(queue.lines().sequences).toEqual([1, 3, 4, 5])
  const lines = [...queue.lines()].map(({ value }) => value.toString())
  expect(lines).toEqual([error('1'), error('3'), info('4'), info('5')])
  expect(taken(queue).flat()).toEqual([1, 3, 4, 5])
  expect(queue.memoryBytes).toBe(0)
})

test('a block whose first lines were given up leaves without them', () => {
  const queue = queueOf(info('1'), info('2'), info('3'))
  queue.evict(new Lines())
  expect(taken(queue)).toEqual([[2, 3]])
  expect(queue.memoryBytes).toBe(0)
})

test('lines that come back are in their place again, with all that is known of them', () => {
  const queue = queueOf(info('1'), info('2'))
  const first = queue.take()!
  push(queue, info('4'), 4)
  const cut = { value: Buffer.from('cut'), sequence: 3, arrivedAt: 7, originalBytes: 9_000 }
  queue.giveBack(Lines.of([...first, cut]))
  expect(queue.lines().sequences).toEqual([1, 2, 3, 4])
  expect(queue.lines().at(2)).toEqual(cut)
  expect(queue.lines().isPlain).toBe(false)
  expect(queue.length).toBe(4)
})

test('a line costs its bytes and its overhead, whatever row it is in', () => {
  const queue = queueOf(error('1'), info('2'))
  const cost = error('1').length + lineOverheadBytes
  expect(queue.memoryBytes).toBe(2 * cost - error('1').length + info('2').length)
  queue.evict(new Lines())
  expect(queue.memoryBytes).toBe(cost)
})
