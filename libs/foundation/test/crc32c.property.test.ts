import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { crc32c, crc32cByTable } from '../src/crc32c.ts'

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
      const part = memory.subarray(offset, offset + some.length)
      expect(crc32c(part)).toBe(bitByBit(some))
      expect(crc32cByTable(part)).toBe(bitByBit(some))
    }),
    { numRuns: 300 },
  )
})
