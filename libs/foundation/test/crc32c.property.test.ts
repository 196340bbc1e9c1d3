import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { crc32c, crc32cAdd, Crc32cBlock, crc32cEnd, crc32cStart } from '../src/crc32c.ts'

function bitByBit(bytes: Uint8Array): number {
  let crc = -1
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ ((crc & 1) === 1 ? 0x82f63b78 : 0)
  }
  return (crc ^ -1) >>> 0
}

const bytes = fc.uint8Array({ maxLength: 700 })

test('wherever in memory the bytes lie, and however many, the checksum is that of the definition', () => {
  fc.assert(
    fc.property(bytes, fc.nat({ max: 9 }), (some, offset) => {
      const memory = new Uint8Array(offset + some.length + 5).fill(0xa5)
      memory.set(some, offset)
      expect(crc32c(memory.subarray(offset, offset + some.length))).toBe(bitByBit(some))
    }),
    { numRuns: 300 },
  )
})

test('a checksum of parts, blocks that come again among them, is that of the whole', () => {
  fc.assert(
    fc.property(bytes, bytes, fc.array(fc.nat({ max: 700 })), (block, some, cuts) => {
      const buffer = new ArrayBuffer((some.length + 8) & ~3)
      const memory = { bytes: new Uint8Array(buffer), words: new Int32Array(buffer) }
      memory.bytes.set(some, 3)
      const repeated = new Crc32cBlock(block)
      let state = crc32cStart
      let at = 0
      const whole: Uint8Array[] = []
      for (const cut of [...cuts.map((each) => each % (some.length + 1)), some.length].sort(
        (left, right) => left - right,
      )) {
        state = repeated.add(crc32cAdd(state, memory, 3 + at, 3 + cut))
        whole.push(some.subarray(at, cut), block)
        at = cut
      }
      expect(crc32cEnd(state)).toBe(bitByBit(Buffer.concat(whole)))
    }),
    { numRuns: 300 },
  )
})
