import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { damagedDropReason } from '@millrace/spool'
import { expect, test } from 'vitest'
import { readOptions } from '../src/options.ts'
import { dropReasons, streamSchema, targetSchema } from '../src/settings.ts'
import { sinkLimits } from '../src/sink-limits.ts'

const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8')
const rows = [...readme.matchAll(/^\| `(\w+)` \| (.*) \|$/gm)].map(([, name = '', rest = '']) => ({
  name,
  cells: rest.split(' | '),
}))

/** Of living transports, and of what dead ones left on disk. */
const reasons: readonly string[] = [...dropReasons, damagedDropReason]

test('the option table has each option of the schema and no other', () => {
  const known = new Set([...Object.keys(streamSchema.shape), ...Object.keys(targetSchema.shape)])
  const described = rows.map(({ name }) => name).filter((name) => known.has(name))
  expect(described).toEqual([...known])
  const others = rows.map(({ name }) => name).filter((name) => !known.has(name))
  expect(others.filter((name) => !reasons.includes(name))).toEqual([])
})

test('the defaults in the table are those of the schema', () => {
  const settings: Record<string, unknown> = readOptions({
    options: {},
    env: {},
    readFile: () => '',
    kind: 'stream',
  })
  for (const name of ['topic', 'dataset', 'namespace', 'lingerMs', 'batchBytes', 'compression']) {
    expect(rows.find((row) => row.name === name)?.cells[1]).toContain(
      `\`${String(settings[name])}\``,
    )
  }
  for (const name of ['memoryMaxBytes', 'closeTimeoutMs', 'tls']) {
    expect(rows.find((row) => row.name === name)?.cells[1]).toContain(
      `\`${String(settings[name])}\``,
    )
  }
})

test('every reason for a drop is explained', () => {
  for (const reason of reasons) expect(readme).toContain(`| \`${reason}\` |`)
})

test('the longest line that is not cut is named', () => {
  expect(readme).toContain(`A line longer than ${sinkLimits.lineMaxBytes} bytes`)
  expect(readme).toContain(`the first ${sinkLimits.lineCutMinBytes} bytes`)
})
