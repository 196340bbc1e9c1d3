import fc from 'fast-check'
import { expect, test } from 'vitest'
import { documentText } from '../src/document-text.ts'
import { singleLine } from '../src/terminal-text.ts'

const obeyed = /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/

test('no text keeps a character that a terminal obeys', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(singleLine(text)).not.toMatch(obeyed)
    }),
  )
})

test('no document, whatever it holds, puts such a character on the screen', () => {
  const hostile = fc.oneof(fc.string({ unit: 'binary' }), fc.constant('\u001b[31m\u0007\r\n\u202e'))
  const document = fc.record({
    '@timestamp': hostile,
    message: hostile,
    log: fc.record({ level: hostile }),
    service: fc.record({ name: hostile }),
    trace: fc.record({ id: hostile }),
    url: fc.record({ original: hostile }),
    http: fc.record({ request: fc.record({ method: hostile }) }),
    error: fc.record({ type: hostile, message: hostile, stack_trace: hostile }),
    attributes: fc.dictionary(hostile, fc.anything()),
  })
  fc.assert(
    fc.property(document, (one) => {
      const text = documentText(one, { nowMs: 0, style: (_style, plain) => plain })
      expect(text.replaceAll('\n', '')).not.toMatch(obeyed)
      expect(text.endsWith('\n')).toBe(true)
    }),
  )
})
