import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { cutLine } from '../src/line-cut.ts'

test('a cut line is never longer than asked, and JSON with long texts stays JSON with the same names', () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.string({ maxLength: 10 }), fc.oneof(fc.integer(), fc.string()), {
        maxKeys: 5,
      }),
      fc.string({ unit: 'grapheme', minLength: 600, maxLength: 3_000 }),
      fc.integer({ min: 100, max: 5_000 }),
      (members, long, room) => {
        const document = { ...members, long }
        const line = Buffer.from(JSON.stringify(document))
        const rest = line.length - Buffer.byteLength(JSON.stringify(long))
        const maxBytes = rest + 200 + room
        const short = cutLine(line, maxBytes)
        expect(short.length).toBeLessThanOrEqual(maxBytes)
        expect(Object.keys(JSON.parse(short.toString()) as object)).toEqual(Object.keys(document))
      },
    ),
  )
})

test('any bytes can be cut to any length', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2_000 }), fc.nat({ max: 2_000 }), (bytes, maxBytes) => {
      const line = Buffer.concat([Buffer.from('{"'), bytes, Buffer.from('"}')])
      expect(cutLine(line, maxBytes).length).toBeLessThanOrEqual(Math.max(maxBytes, 0))
      expect(cutLine(Buffer.from(bytes), maxBytes).length).toBeLessThanOrEqual(maxBytes)
    }),
  )
})
