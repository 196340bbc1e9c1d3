import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { faultKindNames } from '../chaos/fault-kinds.ts'

const root = join(import.meta.dirname, '../..')
const page = 'docs/delivery.md'
const text = readFileSync(join(root, page), 'utf8')

/** Links to test files: the text is the test's name. */
const links = [...text.matchAll(/\[([^\]]+)\]\(([^)]+\.test\.ts)\)/g)].map(([, name, target]) => ({
  name: name!,
  path: join(dirname(page), target!),
}))

test('every fault of docs/delivery.md names its test, and each of these tests exists', () => {
  const rows = text.split('\n').filter((row) => /^\| (?!fault |---)[A-Z`4k]/.test(row))
  expect(rows.length).toBeGreaterThan(25)
  expect(rows.filter((row) => !row.includes('.test.ts)') && row.split('|').length > 5)).toEqual([])
  const missing = links.filter(({ name, path }) => {
    const file = join(root, path)
    return !existsSync(file) || !readFileSync(file, 'utf8').includes(name)
  })
  expect(missing).toEqual([])
})

test('docs/delivery.md has the place where a chaos run writes its result', () => {
  expect(text).toMatch(/<!-- chaos result: begin -->[\s\S]+<!-- chaos result: end -->/)
  expect(faultKindNames.length).toBeGreaterThan(25)
})
