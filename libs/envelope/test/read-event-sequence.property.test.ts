import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatEventId, parseEventId, readEventSequence } from '../src/index.ts'

const instance = '06dfk3a4c0000000'
const minted = fc.integer({ min: 1, max: 36 ** 8 - 1 }).map((at) => formatEventId(instance, at))
const nested = fc.tuple(minted, fc.stringMatching(/^\.\d{0,10}$/)).map((parts) => parts.join(''))
/** A minted id in which one character is another. */
const damaged = fc
  .tuple(nested, fc.nat(40), fc.constantFrom('i', 'l', 'o', 'u', 'A', '-', '.', ' ', 'é', ''))
  .map(([id, at, other]) => id.slice(0, at) + other + id.slice(at + 1))

test('bytes are read as the id that their text is', () => {
  fc.assert(
    fc.property(fc.oneof(minted, nested, damaged, fc.string()), fc.nat(3), (id, before) => {
      const bytes = Buffer.from(`${'0'.repeat(before)}${id}0`)
      const said = readEventSequence(bytes, before, bytes.length - 1)
      expect(said).toBe(parseEventId(id)?.sequence ?? -1)
    }),
    { numRuns: 2000 },
  )
})
