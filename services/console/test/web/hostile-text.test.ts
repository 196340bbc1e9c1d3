import fc from 'fast-check'
import { expect, test } from 'vitest'
import { beginning, textParts } from '../../web/src/text/hostile-text.ts'

/** Back to the text: names become their characters again. */
const whole = (text: string, multiline: boolean): string =>
  textParts(text, multiline)
    .map((part) => ('text' in part ? part.text : String.fromCodePoint(part.code)))
    .join('')

test('no control, bidi or invisible character is left in what is shown as it is, and nothing else is changed', () => {
  const nasty = fc.constantFrom(
    ...Array.from('\u0000\u001B\u0085\u00AD\u061C\u200B\u200E\u202E\u2066\uFEFF\u{E0041}'),
  )
  const text = fc.array(fc.oneof(nasty, fc.string({ unit: 'grapheme' }))).map((all) => all.join(''))
  fc.assert(
    fc.property(text, fc.boolean(), (line, multiline) => {
      expect(whole(line, multiline)).toBe(line)
      for (const part of textParts(line, multiline)) {
        if (!('text' in part)) continue
        const rest = multiline ? part.text.replaceAll(/[\n\t]/g, '') : part.text
        expect(rest).not.toMatch(
          /[\p{Cc}\u00AD\u061C\u200B\u200E\u200F\u2028-\u202E\u2066-\u2069\uFEFF]|[\u{E0000}-\u{E007F}]/u,
        )
      }
    }),
  )
})

test('controls are named as people know them, and a line feed is a sign only where lines may not break', () => {
  const names = (text: string, multiline: boolean): unknown[] =>
    textParts(text, multiline).map((part) => ('text' in part ? part.text : part.name))
  expect(names('a\u001B[31m\u202Eb', false)).toEqual(['a', 'ESC', '[31m', 'RLO', 'b'])
  expect(names('a\nb', false)).toEqual(['a', 'LF', 'b'])
  expect(names('a\nb\r', true)).toEqual(['a\nb', 'CR'])
  expect(names('\u206A', true)).toEqual(['U+206A'])
  // Joins the parts of one emoji; without it there would be three.
  expect(names('👩\u200D🚀', false)).toEqual(['👩\u200D🚀'])
})

test('a cut never leaves half of a pair', () => {
  expect(beginning('ab', 2)).toBe('ab')
  expect(beginning('abc', 2)).toBe('ab')
  expect(beginning('a🚀b', 2)).toBe('a')
  expect(beginning('a🚀b', 3)).toBe('a🚀')
})
