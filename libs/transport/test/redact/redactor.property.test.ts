import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { defaultKeys } from '../../src/redact/default-keys.ts'
import { KeyNames } from '../../src/redact/key-names.ts'
import { redact, redactorOf } from './support.ts'

const canary = 'c4n4ry-Zq9'
const names = new KeyNames()

const secretName = fc
  .tuple(fc.constantFrom(...defaultKeys), fc.constantFrom('', 'db_', 'X-', 'my.'), fc.boolean())
  .map(([key, before, isUpper]) => {
    const name = key.startsWith('*') ? before + key.slice(1) : key
    return isUpper ? name.toUpperCase() : name
  })
const harmlessName = fc.string({ maxLength: 12 }).filter((name) => !names.has(name))

/** Texts that name no secret by chance. */
const harmlessText = fc
  .string({ unit: 'grapheme', maxLength: 30 })
  .filter((text) => !/[:=]/.test(text))
const harmlessLeaf = fc.oneof(
  harmlessText,
  fc.integer(),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
)
const secretLeaf = fc.oneof(
  fc.constant(canary),
  harmlessText.map((text) => `${text}${canary}"\\ ${text}`),
  fc.constant([1, { deep: canary }, canary]),
  fc.constant({ '}"': `]"${canary}`, list: [canary] }),
)

type Json = unknown
interface Pair {
  before: Json
  after: Json
}
const same = (value: Json): Pair => ({ before: value, after: value })

/** A tree with secrets in it, and the tree that must come out. */
const { tree } = fc.letrec<{ tree: Pair; object: Pair }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 5 },
    harmlessLeaf.map(same),
    fc.array(tie('tree'), { maxLength: 4 }).map((items) => ({
      before: items.map(({ before }) => before),
      after: items.map(({ after }) => after),
    })),
    tie('object'),
    // JSON within a text.
    tie('object').map(({ before, after }) => ({
      before: JSON.stringify(before),
      after: JSON.stringify(after),
    })),
  ),
  object: fc
    .tuple(
      fc.dictionary(harmlessName, tie('tree'), { maxKeys: 3 }),
      fc.dictionary(secretName, secretLeaf, { maxKeys: 2 }),
    )
    .map(([harmless, secrets]) => ({
      before: { ...mapValues(harmless, ({ before }) => before), ...secrets },
      after: {
        ...mapValues(harmless, ({ after }) => after),
        ...mapValues(secrets, () => '[redacted]'),
      },
    })),
}))

function mapValues<In, Out>(members: Record<string, In>, change: (value: In) => Out) {
  return Object.fromEntries(Object.entries(members).map(([name, value]) => [name, change(value)]))
}

test('JSON comes out as the same JSON with the values of secret names replaced, however deep they lie', () => {
  fc.assert(
    fc.property(tree, ({ before, after }) => {
      expect(redact(JSON.stringify(before))).toBe(JSON.stringify(after))
    }),
    { numRuns: 1_000 },
  )
})

test('a line that is cut anywhere gives no secret away that its whole would not', () => {
  fc.assert(
    fc.property(secretName, secretLeaf, fc.nat(), (name, value, cut) => {
      const line = JSON.stringify({ a: 1, [name]: value, b: [true] })
      expect(redact(line.slice(0, cut % (line.length + 1)))).not.toContain(canary)
    }),
    { numRuns: 1_000 },
  )
})

test('a canary behind a secret name is gone, in every notation that loggers use', () => {
  const notation = fc.constantFrom<(name: string) => string>(
    (name) => `${name}=${canary}`,
    (name) => `${name}="a ${canary} b"`,
    (name) => `${name}: ${canary}`,
    (name) => `${name}: '${canary} b'`,
    (name) => `'${name}': '${canary}'`,
    (name) => `<${name}>${canary} b</${name}>`,
    (name) => `"${name}" => "${canary}"`,
    (name) => `?a=b&${name}=${canary}&c=d`,
    (name) => `{ ${name}: [ '${canary}', { a: '${canary}' } ] }`,
  )
  fc.assert(
    fc.property(notation, secretName, harmlessText, harmlessText, (write, name, before, after) => {
      const text = `${before.replaceAll(/["'`]/g, '')} ${write(name)} ${after}`
      expect(redact(text)).not.toContain(canary)
      const line = JSON.stringify({ level: 30, msg: text, n: 1 })
      const redacted = redact(line)
      expect(redacted).not.toContain(canary)
      expect(JSON.parse(redacted)).toMatchObject({ level: 30, n: 1 })
    }),
    { numRuns: 1_000 },
  )
})

test('any bytes: nothing is thrown, and a line in which nothing was found is the very same buffer', () => {
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 20 }),
    fc
      .constantFrom(
        '"',
        '\\',
        '\\"',
        ':',
        '=',
        '{',
        '[',
        '}',
        ']',
        ' ',
        "'",
        '&',
        '://u:',
        '@',
        '\\u0026',
      )
      .map((text) => Buffer.from(text)),
    secretName.map((name) => Buffer.from(name)),
  )
  const redactor = redactorOf({ patterns: ['bearer', 'card', 'email', 'jwt'] })
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const line = Buffer.concat(pieces)
      const before = redactor.redacted
      const once = redactor.redact(line)
      if (redactor.redacted === before) expect(once).toBe(line)
      else expect(once.includes('[redacted]')).toBe(true)
    }),
    { numRuns: 3_000 },
  )
})

test('valid JSON stays valid JSON, whatever its texts say', () => {
  const text = fc
    .array(
      fc.oneof(
        fc.constantFrom(
          'password',
          'token',
          '=',
          ':',
          '"',
          '\\',
          "'",
          '{',
          '[',
          '}',
          ' ',
          '\n',
          '&',
          '@x.de',
          '4111111111111111',
          'Bearer ',
          'eyJhbGciOiJI.eyJz.x',
        ),
        fc.string({ maxLength: 4 }),
      ),
      { maxLength: 20 },
    )
    .map((parts) => parts.join(''))
  const patterns = ['bearer', 'card', 'email', 'jwt', { pattern: '[n"=].' }] as const
  const value = fc.oneof(
    text,
    fc.array(text, { maxLength: 3 }),
    fc.dictionary(text, text, { maxKeys: 3 }),
  )
  const redactor = redactorOf({ patterns })
  fc.assert(
    fc.property(fc.dictionary(text, value), (members) => {
      const plain = redact(JSON.stringify(members))
      expect(() => JSON.parse(plain) as unknown, plain).not.toThrow()
      const nested = Buffer.from(JSON.stringify({ body: JSON.stringify(members) }))
      const line = redactor.redact(nested).toString()
      expect(() => JSON.parse(line) as unknown, line).not.toThrow()
    }),
    { numRuns: 500 },
  )
})
