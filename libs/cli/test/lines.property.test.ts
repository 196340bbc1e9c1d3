import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readLines } from '../src/lines.ts'

test('where the chunks are cut changes nothing', async () => {
  const chunk = fc
    .array(fc.constantFrom(0x0a, 0x0d, 0x00, 0x61, 0xff), { maxLength: 12 })
    .map((bytes) => Buffer.from(bytes))
  await fc.assert(
    fc.asyncProperty(fc.array(chunk, { maxLength: 8 }), async (chunks) => {
      const collect = async (parts: readonly Buffer[]): Promise<string[]> => {
        const all: string[] = []
        const input = (async function* give() {
          yield* parts
        })()
        for await (const lines of readLines(input)) {
          for (const line of lines) all.push(line!.toString('latin1'))
        }
        return all
      }
      expect(await collect(chunks)).toEqual(await collect([Buffer.concat(chunks)]))
    }),
  )
})
