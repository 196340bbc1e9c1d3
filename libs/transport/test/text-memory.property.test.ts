import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { type TextBytes, TextMemory } from '../src/text-memory.ts'

test('each text stays as it was put, whatever is put after it', () => {
  const text = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 200 }),
    fc.integer({ min: 10_000, max: 50_000 }).map((length) => '€'.repeat(length)),
    fc.integer({ min: 10_000, max: 50_000 }).map((length) => 'x'.repeat(length)),
  )
  fc.assert(
    fc.property(fc.array(text, { maxLength: 30 }), (texts) => {
      const memory = new TextMemory()
      const read = ({ chunk, start, end }: TextBytes): string => chunk.toString('utf8', start, end)
      const put = texts.map((each) => memory.put(each, 'utf8'))
      // Lone surrogates become the replacement character, as everywhere.
      expect(put.map(read)).toEqual(texts.map((each) => Buffer.from(each).toString()))
    }),
    { numRuns: 60 },
  )
})
