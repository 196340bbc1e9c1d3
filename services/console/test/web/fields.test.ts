import { expect, test } from 'vitest'
import { fieldsOf, filterFor, narrowed, valueText } from '../../web/src/document/fields.ts'

test('a document becomes its leaves in order, with lists and empty objects as one value', () => {
  const fields = fieldsOf({ a: { b: 1, c: ['x', { y: 2 }] }, d: null, e: {} })
  expect(fields).toEqual([
    { path: 'a.b', value: 1 },
    { path: 'a.c', value: ['x', { y: 2 }] },
    { path: 'd', value: null },
    { path: 'e', value: {} },
  ])
  expect(fields.map(({ value }) => valueText(value))).toEqual(['1', '["x",{"y":2}]', 'null', '{}'])
})

test('a filter for a value quotes what has a meaning, and there is none for what cannot be searched', () => {
  expect(filterFor({ path: 'message', value: 'say "no" \\ (or)' })).toBe(
    String.raw`message: "say \"no\" \\ (or)"`,
  )
  expect(filterFor({ path: 'http.response.status_code', value: 503 })).toBe(
    'http.response.status_code: 503',
  )
  expect(filterFor({ path: 'a', value: ['x'] })).toBeUndefined()
  expect(filterFor({ path: 'a', value: 'x'.repeat(300) })).toBeUndefined()
})

test('a further condition narrows the whole filter, also one with an or in it', () => {
  expect(narrowed(' ', 'b: 1')).toBe('b: 1')
  expect(narrowed('a: 1', 'b: 1')).toBe('a: 1 and b: 1')
  expect(narrowed('a: 1 or a: 2', 'b: 1')).toBe('(a: 1 or a: 2) and b: 1')
  expect(narrowed('a: 1 and b: 1', 'b: 1')).toBe('a: 1 and b: 1')
  expect(narrowed('not b: 1', 'b: 1')).toBe('not b: 1 and b: 1')
})
