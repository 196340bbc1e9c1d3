import { readFileSync } from 'node:fs'
import { compress } from 'snappyjs'
import { describe, expect, it } from 'vitest'
import { CodecError } from '../../src/codecs/codec.ts'
import { lz4Codec } from '../../src/codecs/lz4.ts'
import { snappyCodec } from '../../src/codecs/snappy.ts'
import { zstdCodec } from '../../src/codecs/zlib-codecs.ts'

/** What the two fixture frames hold; liblz4 1.9.4 made them (python-lz4 4.4.5, `lz4.frame.compress`). */
const lines = Array.from(
  { length: 3_000 },
  (_, seq) => `{"level":30,"seq":${seq},"msg":"request completed"}\n`,
).join('')

function fixture(name: string): Buffer {
  return readFileSync(new URL(`../fixtures/${name}`, import.meta.url))
}

describe('the lz4 codec', () => {
  it('reads linked blocks, which reach back into the block before, and their checksums', async () => {
    const unpacked = await lz4Codec.decompress(fixture('linked-blocks-64k.lz4'))
    expect(Buffer.from(unpacked).toString()).toBe(lines)
  })

  it('reads large independent blocks without a content size', async () => {
    const unpacked = await lz4Codec.decompress(fixture('independent-blocks-256k.lz4'))
    expect(Buffer.from(unpacked).toString()).toBe(lines)
  })

  it('reads frames that follow each other, and passes over skippable ones', async () => {
    const frame = fixture('independent-blocks-256k.lz4')
    const skippable = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3])
    const unpacked = await lz4Codec.decompress(Buffer.concat([frame, skippable, frame]))
    expect(Buffer.from(unpacked).toString()).toBe(lines + lines)
  })

  it('refuses a frame whose content was changed', async () => {
    const frame = fixture('linked-blocks-64k.lz4')
    frame[frame.length - 1]! ^= 1
    await expect(lz4Codec.decompress(frame)).rejects.toThrow(/checksum of the content/)
  })
})

describe('the snappy codec', () => {
  it('reads the raw format, which some clients write without framing', async () => {
    const raw = compress(new Uint8Array(Buffer.from('x'.repeat(1_000))))
    expect(Buffer.from(await snappyCodec.decompress(raw)).toString()).toBe('x'.repeat(1_000))
  })

  it('refuses lengths and distances that lead outside, which snappyjs would follow for hours', async () => {
    for (const block of [
      [4, 0xfc, 0xff, 0xff, 0xff, 0xff, 0x61],
      [4, 0x01, 0x00],
      [4, 0x00, 0x61, 0x0e, 0x05, 0x00],
      [4, 0x0c, 0x61],
      [3, 0x00, 0x61],
      [1, 0x04, 0x61, 0x62],
      [4, 0x03],
    ]) {
      await expect(snappyCodec.decompress(Uint8Array.from(block))).rejects.toBeInstanceOf(
        CodecError,
      )
    }
  })

  it('refuses a small block that claims to be large', async () => {
    const claim = Buffer.from([0xff, 0xff, 0xff, 0x0f, 0x00, 0x61])
    await expect(snappyCodec.decompress(claim)).rejects.toThrow(/not a Snappy block/)
  })

  it('refuses a block that claims more bytes than a batch may have, before taking memory', async () => {
    const claim = Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f, 0x00])
    await expect(snappyCodec.decompress(claim)).rejects.toThrow(/at most 268435456 are taken/)
  })
})

describe('the zstd codec', () => {
  it('names the Node that is needed where this one has no zstd', async () => {
    const codec = zstdCodec({})
    await expect(codec.decompress(Buffer.from('x'))).rejects.toThrow(/Node 22\.15 or newer can/)
    await expect(codec.compress(Buffer.from('x'))).rejects.toThrow(/Node 22\.15 or newer can/)
  })
})
