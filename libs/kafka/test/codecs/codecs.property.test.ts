import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CodecError } from '../../src/codecs/codec.ts'
import { codecByName } from '../../src/codecs/registry.ts'

const names = ['gzip', 'snappy', 'lz4', 'zstd'] as const
/** Bytes as logs have them: pieces that repeat, near and far, between pieces that do not. */
const bytes = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc
        .tuple(fc.uint8Array({ minLength: 1, maxLength: 12 }), fc.integer({ min: 1, max: 9_000 }))
        .map(([piece, times]) => Buffer.concat(Array<Uint8Array>(times).fill(piece))),
    ),
    { maxLength: 6 },
  )
  .map((pieces) => Buffer.concat(pieces))

describe.each(names)('the %s codec', (name) => {
  const codec = codecByName(name)!

  it('gives back what it was given', async () => {
    await fc.assert(
      fc.asyncProperty(bytes, async (plain) => {
        const unpacked = await codec.decompress(await codec.compress(plain))
        expect(Buffer.compare(plain, unpacked)).toBe(0)
      }),
      { numRuns: 60 },
    )
  })

  it('makes a batch of log lines smaller', async () => {
    const line = '{"level":30,"time":1700000000000,"msg":"request completed"}\n'
    const plain = Buffer.from(line.repeat(500))
    expect((await codec.compress(plain)).length).toBeLessThan(plain.length / 4)
  })

  it('fails with a CodecError, never with anything else, on bytes that were damaged', async () => {
    await fc.assert(
      fc.asyncProperty(
        bytes,
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        async (plain, at, flip) => {
          const packed = Buffer.from(await codec.compress(plain))
          if (packed.length > 0) packed[at % packed.length]! ^= flip
          try {
            await codec.decompress(packed.subarray(0, packed.length - (at % 3)))
          } catch (thrown) {
            expect(thrown).toBeInstanceOf(CodecError)
          }
        },
      ),
      { numRuns: 150 },
    )
  })

  it('fails with a CodecError on bytes that never were packed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 200 }), async (noise) => {
        const outcome = await codec.decompress(noise).catch((thrown: unknown) => thrown)
        expect(outcome instanceof Uint8Array || outcome instanceof CodecError).toBe(true)
      }),
      { numRuns: 150 },
    )
  })
})
