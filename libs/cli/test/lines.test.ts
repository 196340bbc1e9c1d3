import { expect, test } from 'vitest'
import { readLines } from '../src/lines.ts'

async function linesOf(
  chunks: readonly (Buffer | string)[],
  lineBytesMax?: number,
): Promise<(string | undefined)[]> {
  const all: (string | undefined)[] = []
  const input = (async function* give() {
    yield* chunks
  })()
  for await (const lines of readLines(input, lineBytesMax === undefined ? {} : { lineBytesMax })) {
    all.push(...lines.map((line) => line?.toString('latin1')))
  }
  return all
}

test('lines end with LF or CR LF, and the last one may lack both', async () => {
  expect(await linesOf(['one\ntwo\r\n\nthr', 'ee'])).toEqual(['one', 'two', '', 'three'])
  expect(await linesOf(['one\n'])).toEqual(['one'])
  expect(await linesOf([])).toEqual([])
})

test('bytes that are no UTF-8 and NUL stay as they are', async () => {
  const bytes = Buffer.from([0xff, 0x00, 0x80, 0x0a, 0xfe])
  expect(await linesOf([bytes])).toEqual(['\u00ff\u0000\u0080', '\u00fe'])
})

test('a line at the bound is given, one byte more is not, and the next line is unharmed', async () => {
  expect(await linesOf(['abcd\nabcde\nab'], 4)).toEqual(['abcd', undefined, 'ab'])
  expect(await linesOf(['abc', 'd', '\n', 'abc', 'de', '\n', 'ab'], 4)).toEqual([
    'abcd',
    undefined,
    'ab',
  ])
})
