import { expect, test } from 'vitest'
import { addLeftover, cleanKey, keyPathBytesMax, nestingMax } from '../src/leftover.ts'
import type { JsonObject } from '@millrace/ecs'

function leave(...members: [string, unknown][]): { kept: JsonObject; overlong: string[] } {
  const kept: JsonObject = {}
  const overlong: string[] = []
  for (const [key, value] of members) addLeftover(kept, key, value, overlong)
  return { kept, overlong }
}

test.each([
  ['a.b', 'a.b'],
  ['', '_'],
  ['  ', '_'],
  ['.', '_._'],
  ['..', '_._._'],
  ['.a', '_.a'],
  ['a.', 'a._'],
  ['a..b', 'a._.b'],
  ['a. .b', 'a._.b'],
  ['nul\0', 'nul\ufffd'],
  ['\ud800', '\ufffd'],
  ['größe', 'größe'],
])('the key %j is kept as %j', (key, cleaned) => {
  expect(cleanKey(key)).toBe(cleaned)
})

test('a key path of the longest length is kept, one byte more goes to the overlong ones', () => {
  const longest = 'k'.repeat(keyPathBytesMax)
  expect(Object.keys(leave([longest, 1]).kept)).toEqual([longest])
  expect(leave([`${longest}k`, 1])).toEqual({
    kept: {},
    overlong: [JSON.stringify([`${longest}k`, 1])],
  })
  const inner = 'k'.repeat(keyPathBytesMax - 2)
  expect(leave(['a', { [inner]: 1 }]).kept).toEqual({ a: { [inner]: 1 } })
  expect(leave(['a', { [`${inner}k`]: 1 }])).toMatchObject({
    kept: { a: {} },
    overlong: [expect.any(String)],
  })
})

test('bytes count, not characters', () => {
  expect(leave(['é'.repeat(keyPathBytesMax / 2), 1]).overlong).toEqual([])
  expect(leave(['é'.repeat(keyPathBytesMax / 2 + 1), 1]).overlong).toHaveLength(1)
})

test('nesting is kept to the bound, and is JSON text below it', () => {
  let value: unknown = 1
  for (let depth = 1; depth < nestingMax; depth++) value = { in: value }
  expect(leave(['top', value]).kept).toEqual({ top: value })
  const deepest = (object: unknown): unknown =>
    typeof object === 'object' && object !== null ? deepest(Object.values(object)[0]) : object
  expect(deepest(leave(['top', { in: { in: value } }]).kept)).toBe('{"in":{"in":1}}')
})

test('values under keys that clean to the same name are all kept', () => {
  expect(leave(['', 1], [' ', [2]], ['  ', { a: 3 }]).kept).toEqual({ _: [1, 2, { a: 3 }] })
  expect(leave(['o', { a: 1 }], ['o', { a: 2, b: 3 }]).kept).toEqual({ o: { a: [1, 2], b: 3 } })
})

test('a hundred thousand values under one name take no quadratic time', () => {
  const blanks = [' ', '\t', '\n', '\r', '\u00a0', '\u2003']
  const object: Record<string, number> = {}
  for (let index = 0; index < 100_000; index++) {
    let key = ''
    for (let rest = index + 1; rest > 0; rest = Math.floor(rest / 6)) key += blanks[rest % 6]!
    object[key] = index
  }
  const { kept } = leave(['top', object])
  expect((kept['top'] as JsonObject)['_']).toHaveLength(Object.keys(object).length)
}, 10_000)

test('names of JavaScript objects are data', () => {
  const source = JSON.parse(
    '{"__proto__":{"x":1},"constructor":{"prototype":2},"toString":3}',
  ) as JsonObject
  const { kept } = leave(...Object.entries(source))
  expect(JSON.stringify(kept)).toBe(
    '{"__proto__":{"x":1},"constructor":{"prototype":2},"toString":3}',
  )
  expect(Object.getPrototypeOf(kept)).toBe(Object.prototype)
  expect(({} as { x?: number }).x).toBeUndefined()
})

test('numbers that JSON cannot hold become text', () => {
  expect(leave(['n', [10n ** 30n, Number.NaN, -Infinity, 1.5, null, true]]).kept).toEqual({
    n: ['1000000000000000000000000000000', 'NaN', '-Infinity', 1.5, null, true],
  })
})
