import { expect, test } from 'vitest'
import { LineSplitter } from '../src/line-splitter.ts'

function split(chunks: string[], lineHeldMaxBytes = 1_000) {
  const lines: { text: string; originalBytes: number }[] = []
  const splitter = new LineSplitter({
    lineHeldMaxBytes,
    onLine: (chunk, start, end, originalBytes) =>
      lines.push({ text: chunk.toString('utf8', start, end), originalBytes }),
  })
  for (const chunk of chunks) splitter.push(Buffer.from(chunk))
  return { lines, splitter }
}

const texts = (lines: { text: string }[]): string[] => lines.map((line) => line.text)

test('a chunk of several lines gives each line without its terminator', () => {
  expect(texts(split(['one\ntwo\r\nthree\n']).lines)).toEqual(['one', 'two', 'three'])
})

test('a line spread over chunks arrives once it is complete', () => {
  const { lines, splitter } = split(['on', 'e', '\ntw', 'o'])
  expect(texts(lines)).toEqual(['one'])
  expect(splitter.heldBytes).toBe(3 - 1 + 0 + 1)
  splitter.end()
  expect(texts(lines)).toEqual(['one', 'two'])
  expect(splitter.heldBytes).toBe(0)
})

test('empty lines are left out', () => {
  expect(texts(split(['\n\r\n\na\n\n']).lines)).toEqual(['a'])
})

test('a character whose bytes lie in two chunks stays whole', () => {
  const bytes = Buffer.from('grüße\n')
  const lines: string[] = []
  const splitter = new LineSplitter({
    lineHeldMaxBytes: 100,
    onLine: (chunk, start, end) => lines.push(chunk.toString('utf8', start, end)),
  })
  splitter.push(bytes.subarray(0, 3))
  splitter.push(bytes.subarray(3))
  expect(lines).toEqual(['grüße'])
})

test('an unfinished line at the bound is held whole, and one byte past it loses that byte but keeps its length', () => {
  expect(split(['aaaaa', 'bbbbb', '\n'], 10).lines).toEqual([
    { text: 'aaaaabbbbb', originalBytes: 10 },
  ])
  const past = split(['aaaaa', 'bbbbb', 'c', '\nnext\n'], 10)
  expect(past.lines).toEqual([
    { text: 'aaaaabbbbb', originalBytes: 11 },
    { text: 'next', originalBytes: 4 },
  ])
  const far = split(['x'.repeat(50), 'y'.repeat(1_000)], 10)
  expect(far.splitter.heldBytes).toBe(10)
})
