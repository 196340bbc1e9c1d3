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
})

test('an array or an object that is too long gives way to a note of its size; the rest stays to the byte', () => {
  const items = JSON.stringify(Array.from({ length: 900 }, (_, index) => index))
  const line = `{"level":30,"time":1767323045678,"items":${items},"n":1.50,"msg":"m","deep":{"a":[{"b":"}"}]}}`
  expect(cut(line, 600)).toBe(
    `{"level":30,"time":1767323045678,"items":"[cut: ${items.length + '"items":'.length} bytes]","n":1.50,"msg":"m","deep":{"a":[{"b":"}"}]}}`,
  )
})

test('the largest member goes first, and a long text beside it loses no more than it must', () => {
  const line = JSON.stringify({
    level: 50,
    small: Array.from({ length: 150 }, () => 1),
    large: { list: Array.from({ length: 1_000 }, () => [1]) },
    msg: 'm'.repeat(900),
  })
  const parsed = JSON.parse(cut(line, 1_000)) as Record<string, unknown>
  expect(parsed).toMatchObject({ level: 50, small: expect.any(Array) })
  expect(parsed['large']).toMatch(/^\[cut: \d+ bytes\]$/)
  expect(cut(line, 1_000)).toHaveLength(1_000)
})

test('a name that is too long is cut, and of too many members the last go, but not level, time and message', () => {
  const named = JSON.parse(cut(`{"${'k'.repeat(5_000)}":1,"level":30}`, 600)) as object
  expect(named).toEqual({ ['k'.repeat(128)]: '[cut: 5004 bytes]', level: 30 })
  const many = Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`k${index}`, index]))
  const short = cut(JSON.stringify({ ...many, level: 30, time: 1, msg: 'last' }), 600)
  const kept = JSON.parse(short) as object
  expect(kept).toMatchObject({ k0: 0, k1: 1, level: 30, time: 1, msg: 'last' })
  expect(kept).not.toHaveProperty('k999')
  expect(short.length).toBeGreaterThan(580)
})
