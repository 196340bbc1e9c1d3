import { expect, test } from 'vitest'
import { replaceResult } from './record.ts'

test('a result replaces the one before it, and everything around it stays', () => {
  const page = 'a\n<!-- chaos result: begin -->\nold\n<!-- chaos result: end -->\nb\n'
  expect(replaceResult(page, 'new')).toBe(
    'a\n<!-- chaos result: begin -->\nnew\n<!-- chaos result: end -->\nb\n',
  )
})

test('a page without the marks is left alone, and the marks are named', () => {
  expect(() => replaceResult('a', 'new')).toThrow('<!-- chaos result: begin -->')
})
