import { expect, test } from 'vitest'
import { closingQuote, unescapeGo, unescapeWeb } from '../src/quoted-text.ts'

test.each([
  ['"a"', 2],
  ['"a\\"b"', 5],
  ['"a\\\\"b"', 4],
  ['"a', -1],
  ['"a\\', -1],
  ['"a\\"', -1],
])('the quote that opens %s closes at %d', (text, end) => {
  expect(closingQuote(text, 0)).toBe(end)
})

test.each([
  ['plain', 'plain'],
  ['a\\"b\\\\c\\/d', 'a"b\\c/d'],
  ['\\n\\t\\r\\a\\b\\f\\v', '\n\t\r\u0007\b\f\v'],
  ['\\u00e9\\U0001F600', 'é😀'],
  ['\\UFFFFFFFF', '\\UFFFFFFFF'],
  ['\\xff', '\\xff'],
  ['\\q', '\\q'],
  ['\\\\n', '\\n'],
])('in Go and JSON %j stands for %j', (escaped, text) => {
  expect(unescapeGo(escaped)).toBe(text)
})

test.each([
  ['plain', 'plain'],
  ['\\x22a\\x5Cb\\x22', '"a\\b"'],
  ['\\"a\\\\b\\"', '"a\\b"'],
  ['\\xC3\\xA9\\xe2\\x82\\xac', 'é€'],
  ['\\xFF', '\\xFF'],
  ['\\x22\\xFF', '"\\xFF'],
  ['\\x16\\x03\\x7F', '\\x16\\x03\\x7F'],
  ['\\\\x41', '\\x41'],
  ['a\\tb\\nc', 'a\tb\nc'],
  ['\\q', '\\q'],
])('in an access log %j stands for %j', (escaped, text) => {
  expect(unescapeWeb(escaped)).toBe(text)
})
