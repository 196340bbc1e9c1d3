import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatEventId } from '../src/event-id.ts'
import { eventIdBytes, EventIdWriter } from '../src/event-id-bytes.ts'

const instance = '01jd8q3z5v01jd8q'

test('whatever follows whatever, the bytes are those of the text', () => {
  const sequence = fc.oneof(
    fc.integer({ min: 1, max: 100_000 }),
    fc.integer({ min: 1, max: 7 }).map((power) => 36 ** power),
    fc.integer({ min: 1, max: 36 ** 8 - 2_000 }),
  )
  fc.assert(
    fc.property(fc.array(fc.tuple(sequence, fc.nat({ max: 80 }))), (runs) => {
      const writer = new EventIdWriter(instance)
      const target = Buffer.alloc(eventIdBytes + 2, 0x2e)
      for (const [first, count] of runs) {
        for (let each = first - 1 || 1; each <= first + count; each++) {
          writer.write(each, target, 1)
          expect(target.toString()).toBe(`.${formatEventId(instance, each)}.`)
        }
      }
    }),
  )
})

test('a sequence that no line has is refused', () => {
  expect(() => new EventIdWriter(instance).write(0, Buffer.alloc(30), 0)).toThrow(RangeError)
})
