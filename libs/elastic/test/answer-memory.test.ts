import { expect, test } from 'vitest'
import { AnswerBytes } from '../src/answer-memory.ts'
import { GoodBulkAnswer } from '../src/good-bulk-answer.ts'

const mebibyte = 1024 ** 2

function answerOf(...chunks: (string | Buffer)[]): AnswerBytes {
  const answer = new AnswerBytes()
  for (const chunk of chunks) answer.append(Buffer.from(chunk))
  return answer
}

test('pieces of any size come out as one, in their order', () => {
  const chunks = ['', 'a', 'b'.repeat(700_000), 'c'.repeat(65_536), 'd'.repeat(3 * mebibyte)]
  const { bytes, length } = answerOf(...chunks)
  expect(length).toBe(chunks.join('').length)
  expect(bytes.toString()).toBe(chunks.join(''))
})

test('memory is used again once it is let go of, and never while somebody reads it', () => {
  const held = answerOf('held')
  const first = answerOf('first')
  const memory = first.bytes.buffer
  first.release()
  first.release()
  const [second, third] = [answerOf('second'), answerOf('third')]
  expect(second.bytes.buffer).toBe(memory)
  expect(new Set([held, second, third].map(({ bytes }) => bytes.buffer)).size).toBe(3)
  expect([held, second, third].map(({ bytes }) => bytes.toString())).toEqual([
    'held',
    'second',
    'third',
  ])
})

test('what a large answer needed goes back to the system', () => {
  const large = answerOf(Buffer.alloc(2 * mebibyte))
  const memory = large.bytes.buffer
  large.release()
  expect(answerOf(Buffer.alloc(2 * mebibyte)).bytes.buffer).not.toBe(memory)
})

test('an answer that was let go of is not read any more, unless it was read before', () => {
  const text = '{"errors":false,"items":[{"create":{"_id":"one","status":201}}]}'
  const read = new GoodBulkAnswer(answerOf(text))
  expect(read.items).toHaveLength(1)
  read.release()
  expect(read.items).toHaveLength(1)
  const unread = new GoodBulkAnswer(answerOf(text))
  unread.release()
  expect(() => unread.items).toThrow('the answer was let go of')
})
