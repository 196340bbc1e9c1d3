import { expect, test } from 'vitest'
import { KeyNames } from '../../src/redact/key-names.ts'
import { SecretScan } from '../../src/redact/secret-scan.ts'
import { redactorOf } from './support.ts'

/** Lines made to be slow, each by a piece that can be repeated. */
const hostile: Record<string, string> = {
  quotes: '"',
  backslashes: '\\',
  'escaped quotes': '\\"',
  'quotes after backslashes': '\\\\\\"',
  colons: ':',
  'names without values': '"password":',
  'names and blanks': 'password                  :                  ',
  'values without ends': 'password="',
  'values in apostrophes without ends': "password='a ",
  'values in backticks without ends': 'password=`a ',
  'arrays without ends': '"token":[{',
  'lists in plain text': 'token=[ ',
  'apostrophes in lists': "token: ['a ",
  addresses: '://a:b/c',
  'addresses without ends': 'http://a:b',
  'queries without ends': 'token=a&b',
  cookies: 'cookie: a; b; ',
  digests: 'authorization: digest a, ',
  'names with escapes': String.raw`"a\u0061":`,
  elements: '<token>',
  'ends of elements': 'token>a',
  letters: 'a',
  'secrets one after the other': '"pwd":"x",',
}

/** The line, and how many of its bytes were read. */
function counted(line: Buffer): { proxy: Buffer; reads: () => number } {
  let reads = 0
  const indexOf = (value: number, from = 0): number => {
    const found = line.indexOf(value, from)
    reads += (found === -1 ? line.length : found) - from
    return found
  }
  const toText = (encoding: BufferEncoding, from: number, to: number): string => {
    reads += to - from
    return line.toString(encoding, from, to)
  }
  const proxy = new Proxy(line, {
    get(target, name) {
      if (name === 'indexOf') return indexOf
      if (name === 'toString') return toText
      if (name === 'length') return target.length
      reads++
      return target[Number(name)]
    },
  })
  return { proxy, reads: () => reads }
}

function readsOf(piece: string, count: number): number {
  const { proxy, reads } = counted(Buffer.from(piece.repeat(count)))
  new SecretScan(new KeyNames()).find(proxy)
  return reads()
}

test.each(Object.entries(hostile))(
  'twice as long a line takes about twice the work: %s',
  (_name, piece) => {
    const count = Math.ceil(8_192 / piece.length)
    const once = readsOf(piece, count)
    const twice = readsOf(piece, 2 * count)
    expect(once).toBeGreaterThan(0)
    expect(twice / once).toBeLessThan(2.2)
  },
)

test('ten million hostile bytes come to an end, patterns and all', () => {
  const redactor = redactorOf({
    patterns: ['bearer', 'card', 'email', 'jwt', { pattern: '(a+)+$' }],
  })
  const pieces = [
    ...Object.values(hostile),
    '1 ',
    '4111 ',
    '@',
    'a@',
    'eyJ',
    'eyJhbGciOi.',
    'bearer ',
    'bearer+',
  ]
  for (const piece of pieces) {
    const line = Buffer.from(piece.repeat(Math.ceil(10_000_000 / pieces.length / piece.length)))
    expect(redactor.redact(line).length).toBeGreaterThan(0)
  }
  expect(redactor.redact(Buffer.alloc(10_000_000, '"password":"')).length).toBeGreaterThan(0)
})
