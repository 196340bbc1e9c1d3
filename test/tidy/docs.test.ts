import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { errorCodes } from '@millrace/foundation'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')
const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const pages = globSync(['*.md', 'docs/**/*.md', 'kibana/*.md', '{libs,services}/*/README.md'], {
  cwd: root,
})

test('docs/errors.md explains every error code, and no other', () => {
  const explained = [...read('docs/errors.md').matchAll(/^\| `(MILLRACE_\w+)`/gm)].map(
    (match) => match[1],
  )
  expect(explained.sort()).toEqual([...errorCodes].sort())
})

test('every error code is raised somewhere', () => {
  const sources = globSync('{libs,services}/*/src/**/*.{ts,mts}', { cwd: root })
    .filter((path) => path !== 'libs/foundation/src/errors.ts')
    .map(read)
    .join('\n')
  expect(errorCodes.filter((code) => !sources.includes(`'${code}'`))).toEqual([])
})

test('every link between pages leads to a file', () => {
  const broken: string[] = []
  for (const page of pages) {
    for (const [, target = ''] of read(page).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^(https?:|#)/.test(target)) continue
      const path = join(root, dirname(page), target.split('#')[0]!)
      if (!existsSync(path)) broken.push(`${page}: ${target}`)
    }
  }
  expect(broken).toEqual([])
})

test('every path that a page names in code letters exists', () => {
  const broken: string[] = []
  for (const page of pages) {
    for (const [, path = ''] of read(page).matchAll(
      /`((?:libs|services|docs|test|kibana|bench)\/[\w./-]+)`/g,
    )) {
      if (!existsSync(join(root, path))) broken.push(`${page}: ${path}`)
    }
  }
  expect(broken).toEqual([])
})

test('every place for measured figures has a table', () => {
  const empty = pages.filter((page) =>
    [...read(page).matchAll(/<!-- figures: \w+ -->([\s\S]{0,600})/g)].some(
      ([, after = '']) => !/^\|--?-/m.test(after),
    ),
  )
  expect(empty).toEqual([])
})

test('every package says in a README what it is for', () => {
  const packages = globSync('{libs,services}/*/package.json', { cwd: root })
  expect(packages.length).toBeGreaterThan(10)
  for (const path of packages) {
    expect(existsSync(join(root, dirname(path), 'README.md')), dirname(path)).toBe(true)
  }
})
