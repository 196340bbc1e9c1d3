import * as fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { parseJsonObject } from '../src/parse-json.ts'

// The property below runs hundreds of times, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 })

test.each([
  ['{"n":9007199254740993}', 9_007_199_254_740_993n],
  ['{"n":-9007199254740993}', -9_007_199_254_740_993n],
  ['{"n":9007199254740991}', 9_007_199_254_740_991],
  ['{"n":1e400}', '1e400'],
  ['{"n":1E+400}', '1E+400'],
  ['{"n":1795340547.2844925}', 1_795_340_547.284_492_5],
  ['{"n":[1,12345678901234567890]}', [1, 12_345_678_901_234_567_890n]],
])('%s keeps its number', (text, expected) => {
  expect(parseJsonObject(text)?.object['n']).toEqual(expected)
})

test.each([
  ['{"a":1,"a":2}', false],
  ['{"a":{"b":1,"b":2}}', false],
  ['{"a" :1,"a":"\\":"}', false],
  ['{"a":1,"b":{"a":2}}', true],
  ['{"a":":","b":"\\":","c\\\\":":"}', true],
  ['{"a" : 1 ,\n"b"\t:"x: \\"y\\": z"}', true],
  ['{}', true],
])('%s is complete: %s', (text, isComplete) => {
  expect(parseJsonObject(text)?.isComplete).toBe(isComplete)
})

test.each([
  ['{"a":NaN}', { a: 'NaN' }],
  ['{"a": [-Infinity, Infinity, {"b":NaN}]}', { a: ['-Infinity', 'Infinity', { b: 'NaN' }] }],
  ['{"a \\"NaN":"NaN, \\\\", "b":NaN}', { 'a "NaN': 'NaN, \\', b: 'NaN' }],
])('%s: numbers that JSON has not are read as texts', (text, expected) => {
  expect(parseJsonObject(text)?.object).toEqual(expected)
})

test.each([
  '',
  ' ',
  '[1]',
  '"x"',
  '5',
  'null',
  '{',
  '{"a":1} x',
  "{'a':1}",
  '{"a":NaNa}',
  '{NaN:1',
  '{"a":NaN,"b":"cut}',
  '\ufeff{}',
])('%j is no JSON object', (text) => {
  expect(parseJsonObject(text)).toBeUndefined()
})

test.each([201, 10_000, 200_000])(
  '%i levels are parsed without overflow, and known to be too deep',
  (depth) => {
    const text = `{"a":${'['.repeat(depth)}12345678901234567890${']'.repeat(depth)}}`
    expect(parseJsonObject(text)?.isComplete).toBe(false)
  },
)

test('200 levels are followed', () => {
  const text = `{"a":${'['.repeat(200)}${']'.repeat(200)}}`
  expect(parseJsonObject(text)?.isComplete).toBe(true)
})

test('what JSON.stringify writes is complete, and read back equal', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()), (object) => {
      const text = JSON.stringify(object)
      const parsed = parseJsonObject(text)!
      expect(parsed.isComplete).toBe(true)
      expect(JSON.stringify(JSON.parse(text))).toBe(
        JSON.stringify(parsed.object, (_key, value: unknown) =>
          typeof value === 'bigint' ? Number(value) : value,
        ),
      )
    }),
  )
})
