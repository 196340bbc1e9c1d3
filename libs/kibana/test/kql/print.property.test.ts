import {
  assert,
  constantFrom,
  letrec,
  oneof,
  property,
  record,
  string,
  tuple,
  array,
  constant,
} from 'fast-check'
import { expect, it } from 'vitest'
import { KqlError, kqlEquals, type KqlNode, kqlQuery, parseKql, printKql } from '../../src/index.ts'
import type { KqlLiteral } from '../../src/kql/tokens.ts'

const piece = string({ unit: 'binary', maxLength: 6 }).map((text) => text.replaceAll(/\s+/g, ''))
/** Words and wildcards; never empty as a whole. */
const word = array(piece, { minLength: 1, maxLength: 3 })
  .filter((pieces) => pieces.length > 1 || pieces[0] !== '')
  .map((pieces): KqlLiteral => ({ kind: 'word', pieces, from: 0, to: 0 }))
const quoted = string({ unit: 'binary', maxLength: 8 }).map((text): KqlLiteral => ({
  kind: 'quoted',
  pieces: [text],
  from: 0,
  to: 0,
}))
const value = oneof(word, quoted)

const { node } = letrec<{ node: KqlNode }>((tie) => ({
  node: oneof(
    { maxDepth: 4, depthSize: 'small' },
    record({ kind: constant('is' as const), value }),
    record({ kind: constant('is' as const), field: value, value }),
    record({
      kind: constant('range' as const),
      field: value,
      operator: constantFrom('<', '<=', '>', '>=' as const),
      value,
    }),
    record({ kind: constant('not' as const), part: tie('node') }),
    record({
      kind: constantFrom('and', 'or' as const),
      parts: tuple(tie('node'), tie('node')),
    }),
  ),
}))

/** Without places, and without the difference between one part and a list of one. */
function plain(tree: unknown): unknown {
  return JSON.parse(
    JSON.stringify(tree, (key, member: unknown) =>
      key === 'from' || key === 'to' ? undefined : member,
    ),
  )
}

it('what is printed is read again as the same tree', () => {
  assert(
    property(node, (tree) => {
      expect(plain(parseKql(printKql(tree)))).toEqual(plain(tree))
    }),
  )
})

it('any text becomes a query or an error with a place in it, and never anything else', () => {
  const characters = constantFrom(
    ...'ab*\\"(){}:<>= \n'.split(''),
    ' and ',
    ' or ',
    ' not ',
    '😀',
    '\u0000',
  )
  assert(
    property(array(characters, { maxLength: 30 }), (parts) => {
      const query = parts.join('')
      try {
        kqlQuery(parseKql(query), { query, typeOf: () => 'keyword', expand: () => ['a', 'b'] })
      } catch (error) {
        expect(error).toBeInstanceOf(KqlError)
        const { from, to } = error as KqlError
        expect(from).toBeGreaterThanOrEqual(0)
        expect(to).toBeGreaterThanOrEqual(from)
        expect(to).toBeLessThanOrEqual(query.length)
      }
    }),
  )
})

it('any value of a field can be asked for', () => {
  assert(
    property(string({ unit: 'binary', maxLength: 20 }), (text) => {
      expect(plain(parseKql(kqlEquals('service.name', text)))).toEqual({
        kind: 'is',
        field: { kind: 'word', pieces: ['service.name'] },
        value: { kind: 'quoted', pieces: [text] },
      })
    }),
  )
})
