import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { defaultKeys } from '../../src/redact/default-keys.ts'
import { KeyNames } from '../../src/redact/key-names.ts'
import { QuickLook } from '../../src/redact/quick-look.ts'
import { SecretScan } from '../../src/redact/secret-scan.ts'

const own = ['iban', '*_pin', 'x', '!next_token']
const pieces = [
  ...defaultKeys.map((key) => key.replace('*', '')),
  ...own.map((key) => key.replace(/[!*]+/, '')),
]
const piece = fc.oneof(
  fc
    .constantFrom(...pieces)
    .chain((name) => fc.constantFrom(name, name.toUpperCase(), `my_${name}`)),
  fc.constantFrom('":"', '="', '=', ': ', ' = ', '":', '\\":\\"', '>', '://a:b@c', '://a/b', ' '),
  fc.constantFrom(
    '{"',
    '",',
    '"',
    '\\',
    '\\\\',
    '\\n',
    '\\u0070ass',
    'pass\\u0077ord',
    '%5D=',
    "'",
  ),
  fc.constantFrom('value', 'abc', 'é', '<', ']', '@', '1234', '89?'),
  fc.string({ maxLength: 6 }),
)
const line = fc
  .array(piece, { maxLength: 14 })
  .map((parts) => parts.join('').replaceAll(/[\r\n]/g, ''))

function quickLookOf(names: KeyNames): QuickLook {
  const quickLook = QuickLook.of(names)
  if (quickLook === undefined) throw new Error('this engine runs no WebAssembly')
  return quickLook
}

test('a line that the quick look passes has no secret that the whole look would find', () => {
  const names = new KeyNames(own)
  const scan = new SecretScan(names)
  const looks = { passed: 0, stopped: 0 }
  fc.assert(
    fc.property(fc.array(line, { maxLength: 5 }), fc.nat({ max: 5 }), (lines, offset) => {
      const quickLook = quickLookOf(names)
      const memory = Buffer.alloc(4_096, '\\u')
      const chunk = memory.subarray(offset)
      let start = 0
      for (const text of lines) {
        // As a logger writes: what lies behind the lines so far is not theirs.
        const end = start + chunk.write(`${text}\n`, start) - 1
        quickLook.begin(chunk, start, end + 1)
        const mayHold = quickLook.mayHold(chunk, start, end)
        const edits = scan.find(Buffer.from(chunk.subarray(start, end)))
        if (!mayHold) expect(edits).toEqual([])
        looks[mayHold ? 'stopped' : 'passed']++
        start = end + 1
      }
    }),
    { numRuns: 3_000 },
  )
  expect(looks.passed).toBeGreaterThan(500)
  expect(looks.stopped).toBeGreaterThan(500)
})

test('lines that are looked through together lose no secret, wherever the machine’s window ends', () => {
  const names = new KeyNames(own)
  const scan = new SecretScan(names)
  const quickLook = quickLookOf(names)
  let passed = 0
  fc.assert(
    fc.property(
      fc.array(line, { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 32 * 1024 - 120, max: 32 * 1024 }),
      (lines, paddingBytes) => {
        const padding = 'a'.repeat(paddingBytes)
        const all = [padding, ...lines, 'password=x', padding, ...lines]
        const chunk = Buffer.from(all.map((text) => `${text}\n`).join(''))
        quickLook.begin(chunk, 0, chunk.length)
        let start = 0
        for (const text of all) {
          const bytes = Buffer.from(text)
          const end = start + bytes.length
          const mayHold = quickLook.mayHold(chunk, start, end)
          if (!mayHold) expect(scan.find(bytes), text).toEqual([])
          if (text === padding) expect(mayHold).toBe(false)
          else if (!mayHold) passed++
          start = end + 1
        }
      },
    ),
    { numRuns: 1_000 },
  )
  expect(passed).toBeGreaterThan(500)
})

test('as many and as long names as there may be are stopped at, and the machine has room for other names again', () => {
  const letters = 'äbçdéfghîjklmñöpqrstüvwxyz'
  const many = Array.from({ length: 200 }, (_, key) =>
    Array.from({ length: 100 }, (__, at) => letters[(at * (key + 3) + key) % 26]).join(''),
  )
  const quickLook = quickLookOf(new KeyNames(many))
  const few = quickLookOf(new KeyNames())
  const plain = Buffer.from('{"level":30,"hostname":"web-1","msg":"started"}')
  for (const name of many) {
    const bytes = Buffer.from(`{"a":1,"${name}":"x"}`)
    expect(quickLook.mayHold(bytes, 0, bytes.length), name).toBe(true)
    expect(few.mayHold(plain, 0, plain.length), name).toBe(false)
  }
})

test('lines as services write them are passed', () => {
  const quickLook = quickLookOf(new KeyNames())
  for (const text of [
    '{"level":30,"time":1767323045678,"pid":1,"hostname":"web-1","url":"https://shop.test/a?page=2&sort=new","msg":"GET => 200"}',
    'ts=2026-01-02T03:04:05Z level=info path=/orders/1 took=12ms msg="a \\"quoted\\" text"',
    '192.0.2.1 - - [02/Jan/2026:03:04:05 +0000] "GET /orders?page=2 HTTP/1.1" 200 512 "-" "curl/8"',
  ]) {
    const chunk = Buffer.from(`${text}\n`)
    expect(quickLook.mayHold(chunk, 0, chunk.length - 1)).toBe(false)
  }
})
