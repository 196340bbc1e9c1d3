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

test('any JSON object, cut to what a line may have, is JSON that fits and keeps level and time', () => {
  const level = fc.constantFrom(10, 30, 50, 'info', 'error')
  const time = fc.constantFrom(1_767_323_045_678, '2026-01-02T03:04:05.678Z')
  const long = fc.oneof(
    fc.array(fc.jsonValue(), { size: '+1' }),
    fc.array(fc.integer(), { minLength: 100, maxLength: 2_000 }),
    fc.string({ unit: 'grapheme', minLength: 200, maxLength: 3_000 }),
    fc.array(fc.string(), { minLength: 50, maxLength: 500 }),
    fc.dictionary(fc.string(), fc.jsonValue(), { size: '+1' }),
  )
  const name = fc.oneof(
    fc.string(),
    fc.string({ unit: 'grapheme', minLength: 200, maxLength: 1_000 }),
  )
  fc.assert(
    fc.property(
      fc.dictionary(name, fc.oneof(fc.jsonValue(), long), { maxKeys: 40 }),
      fc.record({ level, time }),
      fc.integer({ min: 512, max: 4_000 }),
      fc.tuple(fc.boolean(), fc.constantFrom(undefined, 1)),
      (others, kept, maxBytes, [isFirst, indent]) => {
        const document = isFirst ? { ...kept, ...others, ...kept } : { ...others, ...kept }
        const line = Buffer.from(JSON.stringify(document, undefined, indent))
        const short = cutLine(line, maxBytes)
        expect(short.length).toBeLessThanOrEqual(maxBytes)
        expect(JSON.parse(short.toString())).toMatchObject(kept)
        expect(new TextDecoder('utf8', { fatal: true }).decode(short)).toBe(short.toString())
      },
    ),
    { numRuns: 300 },
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
