// `millrace setup` with a Kibana: real topics and templates, and the double of Kibana's import API.
import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, inject, it } from 'vitest'
import { ownDirectory } from '../../../test/e2e/support/processes.ts'
import { startKibanaDouble } from '../../kibana/test/support/kibana-double.ts'
import { runCommand } from './support/command.ts'

interface SetupJson {
  ok: boolean
  items: { kind: string; name: string; action: string; note?: string }[]
}

const surroundings = (more: Record<string, string> = {}) => {
  const { kafka, elasticsearch } = inject('stack')
  return {
    environment: {
      MILLRACE_KAFKA_BROKERS: kafka.join(','),
      MILLRACE_KAFKA_TOPIC: `setup-${randomBytes(4).toString('hex')}`,
      MILLRACE_ELASTICSEARCH_URL: elasticsearch,
      ...more,
    },
  }
}

const objects = [
  'data view millrace-logs',
  'data view millrace-metrics',
  'search millrace-errors',
  'search millrace-trace',
  'search millrace-dead-letters',
  'dashboard millrace-logs-overview',
  'dashboard millrace-pipeline-health',
]

const kibanaItems = (stdout: string): [string, string][] =>
  (JSON.parse(stdout) as SetupJson).items
    .filter(({ kind }) => kind === 'kibana')
    .map(({ name, action }) => [name, action])

it('fills Kibana, brings it up to date, and tells what has been changed or lost since', async () => {
  const kibana = await startKibanaDouble({ basePath: '/kibana', notReadyFor: 1 })
  const own = surroundings({ MILLRACE_KIBANA_URL: kibana.url })

  const before = await runCommand(['setup', '--check', '--json'], own)
  expect(before.exitCode).toBe(1)
  expect(before.stderr).toContain('waiting: Kibana')
  expect(kibanaItems(before.stdout)).toEqual(objects.map((name) => [name, 'missing']))

  const first = await runCommand(['setup', '--json'], own)
  expect(first.exitCode).toBe(0)
  expect(kibanaItems(first.stdout)).toEqual(objects.map((name) => [name, 'created']))
  const second = await runCommand(['setup'], own)
  expect(second.exitCode).toBe(0)
  expect(second.stdout).toMatch(/✓ kibana +dashboard millrace-logs-overview +updated\n/)
  expect((await runCommand(['setup', '--check'], own)).exitCode).toBe(0)

  const space = kibana.stored.get('default')!
  space.delete('search:millrace-trace')
  space.get('dashboard:millrace-logs-overview')!.attributes['title'] = 'Ours'
  const after = await runCommand(['setup', '--check'], own)
  expect(after.exitCode).toBe(1)
  expect(after.stdout).toMatch(/✗ kibana +search millrace-trace +missing\n/)
  expect(after.stdout).toMatch(
    /✗ kibana +dashboard millrace-logs-overview +outdated \(other than what is shipped: attributes.title\)\n/,
  )
})

it('leaves Kibana out where none is named, and says so', async () => {
  const { exitCode, stderr, stdout } = await runCommand(['setup'], surroundings())
  expect(exitCode).toBe(0)
  expect(stderr).toContain('Kibana is left out: neither --kibana nor MILLRACE_KIBANA_URL is set.')
  expect(stdout).not.toContain('kibana')
})

it('logs in with a key from a file, into a space', async () => {
  const key = 'a2V5LW9mLWEtdGVzdA=='
  const file = join(ownDirectory(), 'key')
  writeFileSync(file, `${key}\n`)
  const kibana = await startKibanaDouble({ authorization: `ApiKey ${key}`, spaces: ['team-a'] })
  const login = { MILLRACE_KIBANA_API_KEY_FILE: file, MILLRACE_KIBANA_SPACE: 'team-a' }
  const { exitCode } = await runCommand(['setup', '--kibana', kibana.url], surroundings(login))
  expect(exitCode).toBe(0)
  expect(kibana.stored.get('team-a')!.size).toBe(objects.length)

  const wrong = { ...login, MILLRACE_KIBANA_API_KEY_FILE: '', MILLRACE_KIBANA_API_KEY: 'd3Jvbmc=' }
  const refused = await runCommand(['setup', '--kibana', kibana.url], surroundings(wrong))
  expect(refused.exitCode).toBe(1)
  expect(refused.stderr).toMatch(
    /^millrace: Kibana \(http:.*\) answered its status with 401: .*MILLRACE_KIBANA_API_KEY/m,
  )
  expect(refused.stderr).not.toContain('d3Jvbmc=')
})

it('tells which objects Kibana did not take', async () => {
  const kibana = await startKibanaDouble({
    instead(request, reply) {
      if (request.method === 'GET') return false
      const error = { type: 'missing_references', references: [{ type: 'index-pattern', id: 'x' }] }
      const errors = [{ type: 'search', id: 'millrace-errors', meta: {}, error }]
      void reply.send({ success: false, successCount: 0, warnings: [], errors })
      return true
    },
  })
  const run = await runCommand(['setup', '--kibana', kibana.url], surroundings())
  expect(run.exitCode).toBe(1)
  expect(run.stdout).toMatch(
    /✗ kibana +search millrace-errors +failed \(it refers to index-pattern x, which is not there\)\n/,
  )
})
