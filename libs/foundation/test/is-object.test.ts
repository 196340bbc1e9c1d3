import { expect, test } from 'vitest'
import { isObject } from '../src/index.ts'

test.each([[{}], [{ a: 1 }], [Object.create(null)], [new Error('x')]])(
  '%o is an object',
  (value) => {
    expect(isObject(value)).toBe(true)
  },
)

test.each([[null], [undefined], [[]], [[{}]], ['{}'], [0], [() => {}]])('%o is none', (value) => {
  expect(isObject(value)).toBe(false)
})
