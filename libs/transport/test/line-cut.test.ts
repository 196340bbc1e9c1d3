import { expect, test } from 'vitest'
import { cutLine } from '../src/line-cut.ts'

const cut = (line: string, maxBytes: number): string =>
  cutLine(Buffer.from(line), maxBytes).toString()

test('a line at the bound stays as it is, one byte past it is cut', () => {
  expect(cut('a'.repeat(600), 600)).toBe('a'.repeat(600))
  expect(cut('a'.repeat(601), 600)).toBe('a'.repeat(600))
})

test('a JSON line loses the end of its longest text and keeps everything else to the byte', () => {
  const line = `{"level":50,"id":12345678901234567890,"msg":"${'m'.repeat(5_000)}","stack":"${'s'.repeat(300)}","n":1.50}`
  const short = cut(line, 1_000)
  expect(Buffer.byteLength(short)).toBe(1_000)
  expect(short).toContain('"id":12345678901234567890,"msg":"mmm')
  expect(short).toContain(`"stack":"${'s'.repeat(300)}","n":1.50}`)
  expect(() => JSON.parse(short)).not.toThrow()
})

test('several long texts are cut when one is not enough', () => {
  const line = JSON.stringify({ a: 'a'.repeat(2_000), b: 'b'.repeat(2_000), c: 'c'.repeat(2_000) })
  const parsed = JSON.parse(cut(line, 700)) as Record<string, string>
  expect(Object.keys(parsed)).toEqual(['a', 'b', 'c'])
  expect(JSON.stringify(parsed).length).toBeLessThanOrEqual(700)
})

test('an escape, a surrogate pair and a UTF-8 character are never cut in two', () => {
  for (const unit of ['\\n', '\\u00e9', '\\ud83d\\ude00', 'é', '😀', '\\\\', '\\"']) {
    const line = `{"msg":"${unit.repeat(400)}","level":30}`
    for (let maxBytes = 500; maxBytes < 530; maxBytes++) {
      const short = cutLine(Buffer.from(line), maxBytes)
      expect(short.length).toBeLessThanOrEqual(maxBytes)
      const parsed = JSON.parse(short.toString()) as { msg: string; level: number }
      expect(parsed.level).toBe(30)
      expect(parsed.msg.isWellFormed(), `${unit} at ${maxBytes}`).toBe(true)
      expect(parsed.msg).not.toContain('\ufffd')
    }
  }
})

test('names of members are never cut, however long', () => {
  const line = `{"${'k'.repeat(900)}":1,"msg":"${'m'.repeat(900)}"}`
  expect(JSON.parse(cut(line, 1_200))).toHaveProperty('k'.repeat(900), 1)
})

test('what is no JSON object is cut at the end, between two characters', () => {
  expect(cut('é'.repeat(100), 21)).toBe('é'.repeat(10))
  expect(cut(`{"open":"${'x'.repeat(100)}`, 20)).toBe('{"open":"xxxxxxxxxxx')
  const numbers = JSON.stringify({ n: Array.from({ length: 200 }, (_, index) => index) })
  expect(cut(numbers, 100)).toBe(numbers.slice(0, 100))
})
