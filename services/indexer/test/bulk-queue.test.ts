import { describe, expect, it } from 'vitest'
import { BulkQueue } from '../src/bulk-queue.mts'

interface Named {
  name: string
  bytes: number
}

const items = (...names: string[]): Named[] => names.map((name) => ({ name, bytes: 10 }))
const names = (batch: { items: { name: string }[] } | undefined): string | undefined =>
  batch?.items.map(({ name }) => name).join('')
const limits = { bulkBytes: 50, bulkCount: 4 }

describe('BulkQueue', () => {
  it('gives the batch that is due first, and none before its time', () => {
    const queue = new BulkQueue<Named>(limits)
    queue.push({ items: items('b'), dueAtMs: 20, attempt: 1 })
    queue.push({ items: items('a'), dueAtMs: 10, attempt: 1 })
    expect(queue.nextDueAtMs()).toBe(10)
    expect(queue.takeDue(9)).toBeUndefined()
    expect(names(queue.takeDue(10))).toBe('a')
    expect(queue.takeDue(19)).toBeUndefined()
    expect(names(queue.takeDue(20))).toBe('b')
    expect(queue.length).toBe(0)
  })

  it('merges small batches that wait, up to its count and not one past it', () => {
    const queue = new BulkQueue<Named>(limits)
    for (const name of 'abcde') queue.push({ items: items(name), dueAtMs: 0 })
    expect(names(queue.takeDue(0))).toBe('abcd')
    expect(names(queue.takeDue(0))).toBe('e')
  })

  it('merges up to its bytes and not one past them', () => {
    const queue = new BulkQueue<Named>({ bulkBytes: 30, bulkCount: 10 })
    for (const name of 'abcd') queue.push({ items: items(name), dueAtMs: 0 })
    expect(names(queue.takeDue(0))).toBe('abc')
    queue.lowerBulkBytes(10)
    queue.push({ items: items('e'), dueAtMs: 0 })
    expect(names(queue.takeDue(0))).toBe('d')
  })

  it('does not mix batches that failed with batches that were never sent', () => {
    const queue = new BulkQueue<Named>(limits)
    queue.push({ items: items('a'), dueAtMs: 0, attempt: 3 })
    queue.push({ items: items('b'), dueAtMs: 0 })
    queue.push({ items: items('c'), dueAtMs: 0, attempt: 1 })
    const first = queue.takeDue(0)
    expect(names(first)).toBe('ac')
    expect(first?.attempt).toBe(3)
    expect(names(queue.takeDue(0))).toBe('b')
  })

  it('does not merge with a batch that is not due yet, nor into an isolated one', () => {
    const queue = new BulkQueue<Named>(limits)
    queue.push({ items: items('a'), dueAtMs: 0, isIsolated: true })
    queue.push({ items: items('b'), dueAtMs: 0 })
    queue.push({ items: items('c'), dueAtMs: 5 })
    queue.push({ items: items('d'), dueAtMs: 0, isIsolated: true })
    expect(names(queue.takeDue(0))).toBe('a')
    expect(names(queue.takeDue(0))).toBe('b')
    expect(names(queue.takeDue(0))).toBe('d')
  })

  it('takes out what is unwanted and leaves no empty batch behind', () => {
    const queue = new BulkQueue<Named>(limits)
    queue.push({ items: items('a', 'x'), dueAtMs: 0 })
    queue.push({ items: items('x'), dueAtMs: 0 })
    expect(queue.discard(({ name }) => name === 'x')).toHaveLength(2)
    expect(queue.length).toBe(1)
    const batch = queue.takeDue(0)
    expect(names(batch)).toBe('a')
    expect(batch?.bytes).toBe(10)
  })

  it('ignores a batch without items', () => {
    const queue = new BulkQueue<Named>(limits)
    queue.push({ items: [], dueAtMs: 0 })
    expect(queue.length).toBe(0)
  })
})
