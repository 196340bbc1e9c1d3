import { readFileSync } from 'node:fs'
import { describeMetrics, loadConfig, settingMeta, textOfDefault } from '@millrace/service'
import { describe, expect, it } from 'vitest'
import { consoleGroups } from '../../server/config.mts'
import { consoleMetrics } from '../../server/metrics.mts'

const load = (environment: Record<string, string>) => loadConfig(consoleGroups, environment)
const token = 'sixteen-or-more-signs'

describe('configuration', () => {
  it('needs nothing: the page is on loopback, without a token', () => {
    expect(load({}).console).toEqual({ host: '127.0.0.1', port: 9460, names: [], auditHours: 24 })
  })

  it.each(['0.0.0.0', '::', '192.0.2.1', 'console.example.com'])(
    'of an address that others reach, %s, needs a token',
    (host) => {
      expect(() => load({ MILLRACE_CONSOLE_HOST: host })).toThrow('set MILLRACE_CONSOLE_TOKEN')
      const config = load({ MILLRACE_CONSOLE_HOST: host, MILLRACE_CONSOLE_TOKEN: token })
      expect(config.console.token).toBe(token)
    },
  )

  it.each(['127.0.0.1', '127.1.2.3', '::1', 'localhost'])('of %s needs none', (host) => {
    expect(load({ MILLRACE_CONSOLE_HOST: host }).console.host).toBe(host)
  })

  it('does not take a token that is easily guessed, and does not show it', () => {
    expect(() => load({ MILLRACE_CONSOLE_TOKEN: 'hunter2' })).toThrow('at least 16')
    expect(() => load({ MILLRACE_CONSOLE_TOKEN: 'hunter2' })).not.toThrow('hunter2')
  })

  it('stands in the README as it is declared', () => {
    const page = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
    const rows = page.split('\n').filter((line) => line.startsWith('| `MILLRACE_CONSOLE_'))
    expect(rows).toEqual(
      Object.entries(consoleGroups.console.variables).map(([name, schema]) => {
        const { accepts, unit, description } = settingMeta(schema)
        const byDefault = textOfDefault(schema.safeParse(undefined).data)
        const bounds = unit === undefined ? accepts : `${accepts} (${unit})`
        return `| \`${name}\` | ${byDefault} | ${bounds} | ${description} |`
      }),
    )
  })
})

it('docs/metrics.md has each metric of the console, in its words, and no other', () => {
  const page = readFileSync(new URL('../../../../docs/metrics.md', import.meta.url), 'utf8')
  const documented = page
    .split('\n')
    .filter((line) => line.startsWith('| `console_'))
    .map((line) => line.split('|').map((cell) => cell.trim().replaceAll('`', '')))
    .map(([, name, kind, labels, help]) => ({ name, kind, labels, help }))
  expect(documented).toEqual(
    describeMetrics(consoleMetrics).map((each) => ({ ...each, labels: each.labels.join(', ') })),
  )
})
