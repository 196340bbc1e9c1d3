import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
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
import { type Mechanism, startSecuredBroker, users } from './support/secured-broker.ts'

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

/** Files that hold one secret each, as a container's secrets do. */
function secretFile(name: string, text: string): string {
  const path = join(directory, name)
  writeFileSync(path, `${text}\n`, { mode: 0o600 })
  return path
}

async function endOf(process: TestProcess): Promise<{ code: number | string; output: string }> {
  return { code: await process.ended, output: process.output() }
}

test('setup, transport and indexer work by their environment alone; while the password is wrong, they say so and lose nothing', async () => {
  const topic = ownName()
  const dataset = topic.replace('-', '_')
  const spoolDirectory = ownDirectory()
  const environment = {
    MILLRACE_KAFKA_BROKERS: world.broker.secure,
    MILLRACE_KAFKA_TOPIC: topic,
    MILLRACE_KAFKA_GROUP: topic,
    MILLRACE_KAFKA_TLS_CA_FILE: world.authority.caFile,
    MILLRACE_KAFKA_SASL_MECHANISM: 'scram-sha-512',
    MILLRACE_KAFKA_SASL_USERNAME: users['scram-sha-512'].username,
    MILLRACE_KAFKA_SASL_PASSWORD_FILE: secretFile('right', users['scram-sha-512'].password),
    MILLRACE_ELASTICSEARCH_URL: inject('stack').elasticsearch,
    MILLRACE_DATASET: dataset,
    MILLRACE_SPOOL_DIRECTORY: spoolDirectory,
    MILLRACE_INDEXER_RETRY_MAX_MS: '500',
  }
  const passwordFile = secretFile('wrong', wrongPassword)
  const mistaken = { ...environment, MILLRACE_KAFKA_SASL_PASSWORD_FILE: passwordFile }
  const refused = 'refused the login of cleo by scram-sha-512'
  const millrace = (name: string, with_: Record<string, string>): TestProcess => {
    const parameters = ['libs/cli/bin/millrace.mjs', ...name.split(' ')]
    return startProcess({ name, parameters, environment: with_ })
  }
  const service = (name: string, with_: Record<string, string>): TestProcess => {
    const parameters = ['test/e2e/programs/log-lines.mjs', name, '200']
    return startProcess({ name, parameters, environment: with_ })
  }

  const worker = startIndexer({ name: 'mistaken', environment: mistaken })
  const [setUp, logged] = await Promise.all([
    endOf(millrace('setup', mistaken)),
    endOf(service('orders', mistaken)),
  ])
  expect(setUp.code).toBe(1)
  expectOneLine(setUp.output.trim())
  expect(setUp.output).toContain(refused)
  expect(logged.code).toBe(0)
  expectNoSecret(logged.output)
  expect(logged.output.split('\n').filter((line) => line.includes(refused))).toHaveLength(1)
  await until('the worker says what is wrong', async () => {
    return (await readiness(worker.url))['topic']?.includes(refused) === true
  })
  const told = messagesOf(worker, 50).filter((message) => message.startsWith('Kafka'))
  expect(told).toHaveLength(1)
  expectOneLine(told[0]!)
  expectNoSecret(worker.output())
  // It keeps trying. Only the password was wrong, so that the next one with the right one goes on where it stood.
  expect(worker.child.exitCode).toBeNull()
  worker.child.kill('SIGTERM')
  expect(await worker.ended).toBe(0)

  const done = await endOf(millrace('setup', environment))
  expect(done).toMatchObject({ code: 0, output: expect.stringContaining(topic) as string })
  const indexer = startIndexer({ name: 'indexer', environment })
  const more = await endOf(service('payments', environment))
  expect(more.code).toBe(0)
  // What the mistaken service left on disk is sent by the next one, if that lives long enough, or by hand.
  const resent = await endOf(millrace('spool resend', environment))
  expect(resent.code).toBe(0)
  await untilReady(indexer)
  const count = (): Promise<number> =>
    countDocuments(environment.MILLRACE_ELASTICSEARCH_URL, `logs-${dataset}-default`)
  await until('the lines of both services are indexed', async () => (await count()) >= 400, {
    describe: async () => String(await count()),
  })
  expect(await count()).toBe(400)
  indexer.child.kill('SIGTERM')
  expect(await indexer.ended).toBe(0)
  for (const output of [done.output, more.output, resent.output, indexer.output()])
    expectNoSecret(output)
})
