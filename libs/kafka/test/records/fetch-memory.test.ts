import { expect, test } from 'vitest'
import { decodeFetch } from '../../src/records/decode-fetch.ts'
import { RecordSetReader } from '../../src/records/decode-batches.ts'
import { encodeBatch } from '../../src/records/encode-batch.ts'
import { memoryOf, takeMemory } from '../../src/records/fetch-memory.ts'
import type { Compression } from '../../src/port.ts'

const length = 200_000

/** An answer in memory that is used again, with one batch of three records. */
async function fetchThree(compression: Compression = 'none') {
  const records = ['one', 'two', 'three'].map((value) => ({ key: null, value: Buffer.from(value) }))
  const batch = await encodeBatch(records, compression, 1_000)
  const answer = takeMemory(length)
  batch.bytes.copy(answer)
  const memory = memoryOf(answer)!
  memory.hold(1)
  const reader = new RecordSetReader({
    topic: 'logs',
    partition: 0,
    fromOffset: 0,
    bytes: answer.subarray(0, batch.length),
    aborted: [],
    memory,
  })
  const read = await reader.next(Number.MAX_SAFE_INTEGER)
  return { answer, memory, records: read.records }
}

test('memory is used again once its reader and all of its records have let go, and not before', async () => {
  const { answer, memory, records } = await fetchThree()
  memory.letGo()
  records[0]!.release!()
  records[1]!.release!()
  records[1]!.release!()
  expect(takeMemory(length).buffer).not.toBe(answer.buffer)
  expect(records[2]!.value!.toString()).toBe('three')
  records[2]!.release!()
  expect(memoryOf(answer)).toBeUndefined()
  expect(takeMemory(length).buffer).toBe(answer.buffer)
})

test('records that were unpacked lie elsewhere and hold nothing', async () => {
  const { answer, memory, records } = await fetchThree('gzip')
  memory.letGo()
  expect(takeMemory(length).buffer).toBe(answer.buffer)
  answer.fill(0)
  expect(records.map(({ value }) => value!.toString())).toEqual(['one', 'two', 'three'])
  records[0]!.release!()
})

test('letting go too often is a mistake that is told', () => {
  const memory = memoryOf(takeMemory(length))!
  memory.hold(1)
  memory.letGo()
  expect(() => memory.letGo()).toThrow('more often')
})

test('small answers, and those that fit no free piece, have memory of their own', () => {
  expect(memoryOf(takeMemory(100))).toBeUndefined()
  const large = takeMemory(4_000_000)
  const memory = memoryOf(large)!
  memory.hold(1)
  memory.letGo()
  expect(takeMemory(70_000).buffer).not.toBe(large.buffer)
})

test('an answer that lies in no such memory is left to the garbage collector', () => {
  const empty = Buffer.alloc(14)
  expect(decodeFetch(empty, 11).memory).toBeUndefined()
})
