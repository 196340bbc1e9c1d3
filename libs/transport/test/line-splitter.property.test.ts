import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { LineSplitter } from '../src/line-splitter.ts'

test('however the bytes are cut into chunks, the same lines come out', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll(/[\r\n]/g, ''))),
      fc.array(fc.nat({ max: 40 })),
      (lines, sizes) => {
        const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''))
        const found: string[] = []
        const splitter = new LineSplitter({
          lineHeldMaxBytes: 1_000_000,
          onLine: (chunk, start, end) => found.push(chunk.toString('utf8', start, end)),
        })
        let from = 0
        for (const size of sizes) {
          splitter.push(bytes.subarray(from, from + size))
          from += size
        }
        splitter.push(bytes.subarray(from))
        splitter.end()
        expect(found).toEqual(lines.filter((line) => line !== ''))
        expect(splitter.heldBytes).toBe(0)
      },
    ),
  )
})
