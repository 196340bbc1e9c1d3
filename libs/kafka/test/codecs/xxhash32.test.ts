import { describe, expect, it } from 'vitest'
import { xxhash32 } from '../../src/codecs/xxhash32.ts'

describe('xxhash32', () => {
  it('gives the published values for short, odd and long input', () => {
    expect(xxhash32(Buffer.from(''))).toBe(0x02cc5d05)
    expect(xxhash32(Buffer.from('a'))).toBe(0x550d7456)
    expect(xxhash32(Buffer.from('abc'))).toBe(0x32d153ff)
    expect(xxhash32(Buffer.from('Nobody inspects the spammish repetition'))).toBe(0xe2293b2f)
  })
})
