import { expect, test } from 'vitest'
import { safeLines, shortened, singleLine } from '../src/terminal-text.ts'

test.each([
  ['\u001b[2J\u001b]0;owned\u0007', '␛[2J␛]0;owned␇'],
  ['a\r\nb', 'a␍␊b'],
  ['tab\there', 'tab here'],
  ['\u007f\u009b31m\u0085', '␡\\u009b31m\\u0085'],
  ['user\u202etxt.exe', 'user\\u202etxt.exe'],
  ['a\u2028b\u2066c', 'a\\u2028b\\u2066c'],
  ['naïve 日本 🙂', 'naïve 日本 🙂'],
])('%j is shown as %j', (text, shown) => {
  expect(singleLine(text)).toBe(shown)
})

test('line feeds divide, and nothing else does', () => {
  expect(safeLines('one\r\ntwo\nthree\rfour')).toEqual(['one', 'two', 'three␍four'])
})

test('a text at the bound stays, one past it is cut', () => {
  expect(shortened('abcd', 4)).toBe('abcd')
  expect(shortened('abcde', 4)).toBe('abc…')
})
