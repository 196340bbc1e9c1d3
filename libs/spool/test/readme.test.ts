import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { spoolWriterDefaults } from '../src/index.ts'
import { spoolDirectory } from './support/spool.ts'

const root = join(import.meta.dirname, '..')
const readme = readFileSync(join(root, 'README.md'), 'utf8')

test('the example of the README runs and prints what it says', () => {
  const [, code = ''] = /```ts\n([\s\S]*?)```/.exec(readme) ?? []
  const program = code
    .replaceAll('/var/spool/orders', spoolDirectory())
    .replaceAll(' as const', '')
    .replaceAll('Date.now()', '1')
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', program], {
    cwd: root,
    encoding: 'utf8',
  })
  expect(output).toBe('{ ok: true }\n1\n')
})

test('the README has every bound of the writer with its default', () => {
  for (const [name, value] of Object.entries(spoolWriterDefaults)) {
    const row = readme
      .split('\n')
      .find((each) => each.startsWith('|') && each.includes(`\`${name}\``))
    expect(row?.replaceAll(',', ''), name).toContain(String(value))
  }
})
