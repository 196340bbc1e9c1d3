import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { createAdministration, kafkaSettings } from '@millrace/kafka'
import { expect, inject, onTestFinished, test } from 'vitest'
import { until } from '../../../test/e2e/support/until.ts'
import { millrace, type ProcessOptions, program, startMillrace } from './support/process.ts'

const unique = (name: string): string => `cli-${name}-${randomBytes(4).toString('hex')}`

function withStack(more: ProcessOptions = {}): ProcessOptions {
  const { kafka, elasticsearch } = inject('stack')
  return {
    ...more,
    environment: {
      MILLRACE_KAFKA_BROKERS: kafka.join(','),
      MILLRACE_ELASTICSEARCH_URL: elasticsearch,
      ...more.environment,
    },
  }
}

/** A topic that is deleted afterwards. */
function ownTopic(name: string): string {
  const topic = unique(name)
  onTestFinished(async () => {
    const administration = createAdministration(
      kafkaSettings.parse({ brokers: [...inject('stack').kafka] }),
    )
    await administration.deleteTopics([topic, `${topic}.dead-letter`])
    await administration.close()
  })
  return topic
}

test("a beginner walks Kafka's quick start: create, describe, list, produce, read from the beginning", async () => {
  const topic = ownTopic('quick')
  expect(
    await millrace(
      ['topic', 'create', topic, '--partitions', '3', '--config', 'retention.ms=3600000'],
      withStack(),
    ),
  ).toEqual({ exitCode: 0, stdout: `Created topic ${topic}.\n`, stderr: '' })

  const again = await millrace(['topic', 'create', topic], withStack())
  expect(again).toMatchObject({ exitCode: 1, stdout: '' })
  expect(again.stderr).toContain(`topic '${topic}' already exists`)

  const described = await millrace(['topic', 'describe', topic], withStack())
  expect(described.exitCode).toBe(0)
  const [head, ...rows] = described.stdout.trimEnd().split('\n')
  expect(head).toMatch(
    new RegExp(
      `^Topic: ${topic}\tPartitionCount: 3\tReplicationFactor: 1\tConfigs: .*retention.ms=3600000`,
    ),
  )
  expect(rows).toHaveLength(3)
  expect(rows[2]).toMatch(/^\tTopic: \S+\tPartition: 2\tLeader: \d+\tReplicas: \d+\tIsr: \d+$/)

  const listed = await millrace(['topic', 'list', '--json'], withStack())
  expect((JSON.parse(listed.stdout) as { topics: string[] }).topics).toContain(topic)

  const produced = await millrace(
    ['produce', '--topic', topic, '--header', 'service=quick'],
    withStack({ stdin: 'one\ntwo\nthree' }),
  )
  expect(produced).toMatchObject({ exitCode: 0, stdout: '' })
  expect(produced.stderr).toContain(`Published 3 records to topic ${topic}`)

  const read = await millrace(
    ['tail', '--topic', topic, '--from-beginning', '--max', '3'],
    withStack(),
  )
  expect(read.exitCode).toBe(0)
  const lines = read.stdout.trimEnd().split('\n')
  expect(lines.map((line) => line.split(/\s+/).slice(1)).sort()).toEqual([
    ['INFO', 'quick', 'one'],
    ['INFO', 'quick', 'three'],
    ['INFO', 'quick', 'two'],
  ])
  expect(read.stdout).not.toContain('\u001b')

  const all = await millrace(['tail', '--topic', topic, '--no-follow', '--json'], withStack())
  const documents = all.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(documents.map(({ message }) => message).sort()).toEqual(['one', 'three', 'two'])
})

test('tail shows lines as they arrive, filtered, until Ctrl-C, and leaves no offsets behind', async () => {
  const topic = ownTopic('tail')
  await millrace(['topic', 'create', topic, '--partitions', '2'], withStack())
  const tail = startMillrace(
    ['tail', '--topic', topic, '--level', 'warn', '--grep', 'STOCK'],
    withStack(),
  )
  const line = (level: number, msg: string): string =>
    JSON.stringify({ level, time: Date.now(), name: 'shop', msg, err: undefined })
  await until(
    'tail shows a line',
    async () => {
      const stdin = `${line(40, 'stock is low \u0007.')}\n${line(30, 'stock is fine')}\n${line(50, 'other')}\n`
      await millrace(['produce', '--topic', topic], withStack({ stdin }))
      return tail.stdout() !== ''
    },
    { describe: () => tail.stderr() },
  )
  tail.child.kill('SIGINT')
  expect(await tail.ended).toBe(0)
  for (const shown of tail.stdout().trimEnd().split('\n')) {
    expect(shown).toMatch(/ WARN {2}shop +stock is low ␇\./)
  }
  const administration = createAdministration(
    kafkaSettings.parse({ brokers: [...inject('stack').kafka] }),
  )
  onTestFinished(() => administration.close())
  const groups = await administration.groups()
  for (const group of groups.filter((name) => name.startsWith('millrace-tail-'))) {
    const offsets = await administration.groupOffsets(group, topic)
    expect(offsets.filter(({ offset }) => offset !== -1)).toEqual([])
  }
})

test('a reader that has enough ends tail without a complaint', async () => {
  const topic = ownTopic('head')
  await millrace(['topic', 'create', topic], withStack())
  const stdin = Array.from({ length: 5000 }, (_, index) => `line ${index} ${'x'.repeat(100)}`)
  await millrace(['produce', '--topic', topic], withStack({ stdin: stdin.join('\n') }))
  const { environment } = withStack()
  const command = `"$0" "$1" tail --topic "$2" --from-beginning | head -n 1; echo "\${PIPESTATUS[0]}"`
  const run = spawnSync('bash', ['--norc', '-c', command, process.execPath, program, topic], {
    cwd: '/',
    env: { PATH: process.env['PATH'] ?? '', ...environment },
    encoding: 'utf8',
    timeout: 120_000,
  })
  expect(run.stdout).toMatch(/line \d+ x+\n0\n$/)
  expect(run.stderr).toBe('')
})

test('a topic that is not there is one clear line and exit code 1', async () => {
  const topic = unique('missing')
  for (const parameters of [
    ['tail', '--topic', topic],
    ['topic', 'describe', topic],
  ]) {
    const { exitCode, stdout, stderr } = await millrace(parameters, withStack())
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
    expect(stderr).toMatch(
      /^millrace: topic '.*' does not exist; "millrace topic create .*"[^\n]*\n$/,
    )
  }
  const produced = await millrace(['produce', '--topic', topic], withStack({ stdin: 'x\n' }))
  expect(produced.exitCode).toBe(1)
  expect(produced.stderr).toContain(topic)
  expect(produced.stderr).not.toMatch(/\n\s+at /)
})

test('a broker that is not there is one clear line and exit code 1', async () => {
  const { exitCode, stdout, stderr } = await millrace(['topic', 'list', '--brokers', '127.0.0.1:1'])
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
  expect(stderr).toMatch(/^millrace: [^\n]*127\.0\.0\.1:1[^\n]*\n$/)
})

test('setup makes what is missing once, --check tells the difference', async () => {
  const topic = ownTopic('setup')
  const before = await millrace(['setup', '--check', '--topic', topic], withStack())
  expect(before.exitCode).toBe(1)
  expect(before.stdout).toMatch(new RegExp(`✗ topic +${topic} +missing`))

  const first = await millrace(
    ['setup', '--topic', topic, '--partitions', '4', '--json'],
    withStack(),
  )
  expect(first.exitCode).toBe(0)
  expect(JSON.parse(first.stdout)).toMatchObject({
    ok: true,
    items: expect.arrayContaining([
      { kind: 'topic', name: topic, action: 'created', note: '4 partitions' },
      { kind: 'topic', name: `${topic}.dead-letter`, action: 'created', note: '3 partitions' },
    ]),
  })

  const second = await millrace(['setup', '--topic', topic, '--json'], withStack())
  expect(second.exitCode).toBe(0)
  const { items } = JSON.parse(second.stdout) as { items: { action: string }[] }
  expect(items.length).toBeGreaterThan(3)
  expect(new Set(items.map(({ action }) => action))).toEqual(new Set(['unchanged']))

  const after = await millrace(['setup', '--check', '--topic', topic], withStack())
  expect(after.exitCode).toBe(0)
})

test('doctor finds nothing wrong after setup, and says what to do where something is', async () => {
  const topic = ownTopic('doctor')
  const names = ['--topic', topic, '--group', unique('group')]
  const missing = await millrace(['doctor', ...names], withStack())
  expect(missing.exitCode).toBe(1)
  expect(missing.stdout).toMatch(/✗ topic .*does not exist\n +Run "millrace setup"\./)

  await millrace(['setup', '--topic', topic], withStack())
  const well = await millrace(['doctor', ...names], withStack())
  expect(well.stdout).not.toContain('✗')
  expect(well.exitCode).toBe(0)
  for (const check of ['brokers', `topic ${topic}`, 'elasticsearch', 'templates', 'clock']) {
    expect(well.stdout).toContain(`✓ ${check}`)
  }
  expect(well.stdout).toMatch(/! group .*nobody reads the topic/)

  await millrace(['produce', '--topic', topic], withStack({ stdin: 'waits\n' }))
  const waiting = await millrace(['doctor', ...names, '--json'], withStack())
  expect(waiting.exitCode).toBe(1)
  expect(JSON.parse(waiting.stdout)).toMatchObject({
    ok: false,
    findings: expect.arrayContaining([
      expect.objectContaining({ status: 'failed', text: 'nobody reads the topic, lag 1 record' }),
    ]),
  })
})

test('doctor without any server names both, and ends with 1', async () => {
  const addresses = ['--brokers', '127.0.0.1:1', '--elasticsearch', 'http://127.0.0.1:1']
  const { exitCode, stdout, stderr } = await millrace(['doctor', ...addresses])
  expect(exitCode).toBe(1)
  expect(stdout).toMatch(/✗ brokers .*127\.0\.0\.1:1/)
  expect(stdout).toMatch(/✗ elasticsearch .*127\.0\.0\.1:1/)
  expect(stdout).not.toMatch(/\n\s+at /)
  expect(stderr).toBe('')
})
