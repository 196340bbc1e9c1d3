import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { formatPages } from '../docs/format-pages.ts'

const root = join(import.meta.dirname, '../..')

test.each([...formatPages()])(
  '%s says what the registry and the fixtures say (npm run docs)',
  (path, text) => {
    expect(existsSync(join(root, path)), path).toBe(true)
    expect(readFileSync(join(root, path), 'utf8')).toBe(text)
  },
)
