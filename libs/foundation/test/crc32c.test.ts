import { describe, expect, it } from 'vitest'
import { crc32c, crc32cByTable } from '../src/crc32c.ts'

describe('crc32c', () => {
  it('gives the check values of RFC 3720 B.4', () => {
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa)
    expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43)
    expect(crc32c(Uint8Array.from({ length: 32 }, (_, index) => index))).toBe(0x46dd794e)
  })

  it('gives the published value for "123456789", which is no multiple of eight bytes', () => {
    expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283)
  })

  it('gives the same by table as it does for any length', () => {
    const bytes = Uint8Array.from({ length: 2_000 }, (_, index) => (index * 31) ^ (index >> 3))
    for (let length = 200; length < 2_000; length += 37) {
      const part = bytes.subarray(3, 3 + length)
      expect(crc32c(part)).toBe(crc32cByTable(part))
    }
  })
})
