import { expect, test } from 'vitest'
import { lineOverheadBytes, LineQueue, memoryBytesOf } from '../src/line-queue.ts'

const info = (name: string): string => `{"level":30,"msg":"${name}"}`
const error = (name: string): string => `{"level":50,"msg":"${name}"}`

function queueOf(...lines: string[]): LineQueue {
  const queue = new LineQueue()
  for (const [index, line] of lines.entries()) {
    queue.push({ value: Buffer.from(line), sequence: index + 1, arrivedAt: 0 })
  }
  return queue
}

function drain(take: () => { value: Buffer; sequence: number } | undefined): number[] {
  const order: number[] = []
  for (let line = take(); line !== undefined; line = take()) order.push(line.sequence)
  return order
}

test('lines leave in the order in which they came', () => {
  const queue = queueOf(...Array.from({ length: 5_000 }, (_, index) => info(String(index))))
  expect(drain(() => queue.shift())).toEqual(Array.from({ length: 5_000 }, (_, index) => index + 1))
  expect(queue.memoryBytes).toBe(0)
})

test('the oldest line that is no error is given up first, errors last, oldest first', () => {
  const queue = queueOf(error('1'), info('2'), error('3'), info('4'), info('5'))
  expect(drain(() => queue.evict())).toEqual([2, 4, 5, 1, 3])
  expect(queue.memoryBytes).toBe(0)
  expect(queue.length).toBe(0)
})

test('errors that were passed over still leave before newer lines', () => {
  const queue = queueOf(error('1'), info('2'), error('3'), info('4'))
  expect(queue.evict()?.sequence).toBe(2)
  expect(queue.first()?.sequence).toBe(1)
  queue.push({ value: Buffer.from(info('5')), sequence: 5, arrivedAt: 0 })
  expect(drain(() => queue.shift())).toEqual([1, 3, 4, 5])
})

test('a line costs its bytes and its overhead, whatever row it is in', () => {
  const queue = queueOf(error('1'), info('2'))
  const line = { value: Buffer.from(error('1')), sequence: 1, arrivedAt: 0 }
  expect(memoryBytesOf(line)).toBe(line.value.length + lineOverheadBytes)
  expect(queue.memoryBytes).toBe(2 * lineOverheadBytes + queue.valueBytes)
  queue.evict()
  expect(queue.memoryBytes).toBe(memoryBytesOf(line))
})
