import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  createAdministration,
  createConsumerGroup,
  createProducer,
  type KafkaLogEntry,
  type KafkaSettings,
  kafkaSettings,
} from '@millrace/kafka'
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest'
import { grantRights } from '../../libs/kafka/test/support/rights.ts'
import { countDocuments } from '../e2e/support/documents.ts'
import {
  ownDirectory,
  startIndexer,
  startProcess,
  type TestProcess,
  untilReady,
} from '../e2e/support/processes.ts'
import { until } from '../e2e/support/until.ts'
import { createAuthority } from './support/certificates.ts'
import {
  mutual,
  passphrase,
  refusals,
  secure,
  type World,
  wrongPassword,
} from './support/kafka-refusals.ts'
import { messagesOf, readiness } from './support/log-lines.ts'
import { expectNoSecret, expectOneLine } from './support/one-line.ts'
import {
  type Mechanism,
  programUsers,
  startSecuredBroker,
  users,
} from './support/secured-broker.ts'
import { exampleOf, rightsOf } from './support/security-page.ts'

const mechanisms = Object.keys(users) as Mechanism[]

let directory: string
let world: World

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'millrace-security-'))
  const authority = createAuthority(directory, 'authority')
  const stranger = createAuthority(directory, 'stranger')
  const names = ['IP:127.0.0.1']
  const good = authority.issue('broker', { names })
  const expired = authority.issue('expired', { names, isExpired: true })
  const client = authority.issue('client', { names: ['DNS:client'], passphrase })
  const broker = await startSecuredBroker(authority, { good, expired })
  world = { authority, stranger, client, broker }
})

afterAll(async () => {
  await world?.broker.stack.stop()
  rmSync(directory, { recursive: true, force: true })
})

const ownName = (): string => `security-${randomBytes(4).toString('hex')}`

const bothRecords = ['before', 'after']

/** Creates a topic, publishes, reads it as a group, commits, and looks at what was committed. */
async function roundTrip(
  settings: KafkaSettings,
  between: (logs: readonly KafkaLogEntry[]) => Promise<void> = async () => {},
): Promise<string[]> {
  const topic = ownName()
  const logs: KafkaLogEntry[] = []
  const administration = createAdministration(settings)
  const producer = createProducer(settings)
  const values: string[] = []
  const group = createConsumerGroup(
    settings,
    {
      topic,
      group: topic,
      from: 'earliest',
      onRecords: async (records) => {
        values.push(...records.map(({ value }) => value!.toString()))
      },
      onAssigned: () => {},
      onRevoked: async () => {},
      onError: (error) => {
        throw error
      },
    },
    { onLog: (entry) => logs.push(entry) },
  )
  try {
    expect(await administration.createTopic({ topic, partitions: 1 })).toBe(true)
    await administration.topicOffsets(topic)
    await producer.publish({ topic, records: [{ key: null, value: 'before' }] })
    await group.start()
    await until('the first record is read', () => values.length === 1)
    await between(logs)
    await producer.publish({ topic, records: [{ key: null, value: 'after' }] })
    await until('the second record is read', () => values.length === 2)
    expect(await group.commit([{ topic, partition: 0, offset: 2 }])).toBe(true)
    expect(await administration.groupOffsets(topic, topic)).toEqual([
      { topic, partition: 0, offset: 2 },
    ])
    expectNoSecret(JSON.stringify(logs))
    return values
  } finally {
    await Promise.all([group.close(), producer.close(), administration.close()])
  }
}

describe('a broker that wants TLS and a login', () => {
  test.each(mechanisms)(
    'lets administration, producer and consumer group in by %s',
    async (mechanism) => {
      expect(await roundTrip(kafkaSettings.parse(secure(world, mechanism)))).toEqual(bothRecords)
    },
  )

  test('that wants a client certificate too takes one with an encrypted key', async () => {
    expect(await roundTrip(kafkaSettings.parse(mutual(world, 'scram-sha-512')))).toEqual(
      bothRecords,
    )
  })

  test('hears the login again on an open connection before the session ends', async () => {
    const settings = kafkaSettings.parse(secure(world, 'scram-sha-256'))
    const read = await roundTrip(settings, async (logs) => {
      const handshakes = (): number =>
        logs.filter(({ message }) => message.startsWith('Request SaslHandshake')).length
      const opened = handshakes()
      await until('the connections log in again', () => handshakes() >= opened + 2)
    })
    expect(read).toEqual(bothRecords)
  })
})

/** Error and verdict of each way to the broker: what a person reads, and whether it is tried again. */
async function failuresOf(settings: KafkaSettings): Promise<unknown[]> {
  const administration = createAdministration(settings, { triesMax: 1 })
  const producer = createProducer(settings, { triesMax: 1 })
  const own = ownName()
  const told = new Promise<unknown>((resolve) => {
    const group = createConsumerGroup(settings, {
      topic: own,
      group: own,
      from: 'earliest',
      onRecords: async () => {},
      onAssigned: () => {},
      onRevoked: async () => {},
      onError: resolve,
    })
    onTestFinished(() => group.close())
    void group.start()
  })
  const records = [{ key: null, value: 'x' }]
  const thrown = (failure: unknown): unknown => failure
  try {
    return await Promise.all([
      administration.brokers().then(() => 'no failure', thrown),
      producer.publish({ topic: own, records }).then(() => 'no failure', thrown),
      told,
    ])
  } finally {
    await Promise.all([administration.close(), producer.close()])
  }
}

test.each(Object.entries(refusals))(
  '%s is told in one line without a secret, by administration, producer and consumer group',
  async (_what, { settings, reason, words }) => {
    const input = { ...settings(world), requestTimeoutMs: 10_000 }
    for (const failure of await failuresOf(kafkaSettings.parse(input))) {
      expect(failure).toMatchObject({
        retryable: reason === 'unreachable',
        context: { reason },
        message: expect.stringContaining(words) as string,
      })
      expectOneLine((failure as Error).message)
    }
  },
)

async function endOf(process: TestProcess): Promise<{ code: number | string; output: string }> {
  return { code: await process.ended, output: process.output() }
}

/** What docs/security.md tells people to set, for one program with its own user and no right beyond the page's table. */
function environmentOf(
  user: keyof typeof programUsers,
  topic: string,
  password: string = programUsers[user],
): Record<string, string> {
  const secrets = join(directory, ownName())
  mkdirSync(secrets)
  writeFileSync(join(secrets, 'kafka-ca.pem'), world.authority.ca)
  writeFileSync(join(secrets, 'kafka-password'), `${password}\n`, { mode: 0o600 })
  return {
    ...exampleOf('MILLRACE_KAFKA_SASL_PASSWORD_FILE', secrets, {
      MILLRACE_KAFKA_BROKERS: world.broker.secure,
      MILLRACE_KAFKA_SASL_USERNAME: user,
    }),
    MILLRACE_KAFKA_TOPIC: topic,
    MILLRACE_KAFKA_GROUP: topic,
    MILLRACE_ELASTICSEARCH_URL: inject('stack').elasticsearch,
    MILLRACE_DATASET: topic.replace('-', '_'),
    MILLRACE_INDEXER_RETRY_MAX_MS: '500',
  }
}

function millrace(command: string, environment: Record<string, string>): TestProcess {
  const parameters = ['libs/cli/bin/millrace.mjs', ...command.split(' ')]
  return startProcess({ name: command, parameters, environment })
}

function service(name: string, environment: Record<string, string>): TestProcess {
  const parameters = ['test/e2e/programs/log-lines.mjs', name, '200']
  return startProcess({ name, parameters, environment })
}

test('setup, transport and indexer work as the documentation says; while the password is wrong, they say so and lose nothing', async () => {
  const topic = ownName()
  await grantRights(world.broker.plain, [
    ...rightsOf('`millrace setup`', 'setup', { topic }),
    ...rightsOf('transport', 'transport', { topic }),
    ...rightsOf('indexer', 'indexer', { topic }),
    ...rightsOf('`millrace audit`, `millrace doctor`', 'auditor', { topic }),
  ])
  const spool = { MILLRACE_SPOOL_DIRECTORY: ownDirectory() }
  const refused = (user: string): string => `refused the login of ${user} by scram-sha-512`

  const worker = startIndexer({
    name: 'mistaken',
    environment: environmentOf('indexer', topic, wrongPassword),
  })
  const [setUp, logged] = await Promise.all([
    endOf(millrace('setup', environmentOf('setup', topic, wrongPassword))),
    endOf(service('orders', { ...environmentOf('transport', topic, wrongPassword), ...spool })),
  ])
  expect(setUp.code).toBe(1)
  expectOneLine(setUp.output.trim())
  expect(setUp.output).toContain(refused('setup'))
  expect(logged.code).toBe(0)
  expectNoSecret(logged.output)
  const notes = logged.output.split('\n').filter((line) => line.includes(refused('transport')))
  expect(notes).toHaveLength(1)
  await until('the worker says what is wrong', async () => {
    return (await readiness(worker.url))['topic']?.includes(refused('indexer')) === true
  })
  const told = messagesOf(worker, 50).filter((message) => message.startsWith('Kafka'))
  expect(told).toHaveLength(1)
  expectOneLine(told[0]!)
  // It keeps trying; the next one, with the right password, begins where it stood.
  expect(worker.child.exitCode).toBeNull()
  worker.child.kill('SIGTERM')
  expect(await worker.ended).toBe(0)

  const done = await endOf(millrace('setup', environmentOf('setup', topic)))
  expect(done).toMatchObject({ code: 0, output: expect.stringContaining(topic) as string })
  const indexer = startIndexer({ name: 'indexer', environment: environmentOf('indexer', topic) })
  const right = { ...environmentOf('transport', topic), ...spool }
  const more = await endOf(service('payments', right))
  expect(more.code).toBe(0)
  // What the mistaken service left on disk is sent by the next one, if that lives long enough, or by hand.
  const resent = await endOf(millrace('spool resend', right))
  expect(resent.code).toBe(0)
  await untilReady(indexer)
  const dataStream = `logs-${topic.replace('-', '_')}-default`
  const count = (): Promise<number> => countDocuments(inject('stack').elasticsearch, dataStream)
  await until('the lines of both services are indexed', async () => (await count()) >= 400, {
    describe: async () => `${await count()} ${indexer.output()}`,
  })
  expect(await count()).toBe(400)
  const audited = await endOf(millrace('audit --json', environmentOf('auditor', topic)))
  expect(JSON.parse(audited.output)).toMatchObject({ indexed: 400, lost: [] })
  const doctor = await endOf(millrace('doctor', environmentOf('auditor', topic)))
  expect(doctor.output).not.toContain('does not permit')
  expect(doctor.output).toContain(`group ${topic}`)
  indexer.child.kill('SIGTERM')
  expect(await indexer.ended).toBe(0)
  for (const output of [done.output, more.output, resent.output, indexer.output()]) {
    expectNoSecret(output)
  }
  expectNoSecret(worker.output())
})
