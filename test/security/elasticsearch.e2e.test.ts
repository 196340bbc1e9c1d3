import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createElasticStore } from '@millrace/elastic'
import { createAdministration, createProducer, kafkaSettings } from '@millrace/kafka'
import { afterAll, beforeAll, expect, inject, onTestFinished, test } from 'vitest'
import { countDocuments } from '../e2e/support/documents.ts'
import { startIndexer, startProcess, untilReady } from '../e2e/support/processes.ts'
import { until } from '../e2e/support/until.ts'
import { type Authority, createAuthority } from './support/certificates.ts'
import { messagesOf, readiness } from './support/log-lines.ts'
import { expectNoSecret, expectOneLine } from './support/one-line.ts'
import { exampleOf } from './support/security-page.ts'
import { startTlsProxy, type TlsProxy } from './support/tls-proxy.ts'

type StoreSettings = Parameters<typeof createElasticStore>[0]

const apiKey = 'canaryKey4721=='
const powerlessKey = 'canaryKey4722=='
const username = 'ann'
const password = 'canary-wörd:4723'
const basic = Buffer.from(`${username}:${password}`).toString('base64')

let directory: string
let authority: Authority
let stranger: Authority
let proxy: TlsProxy

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'millrace-security-'))
  authority = createAuthority(directory, 'authority')
  stranger = createAuthority(directory, 'stranger')
  const names = ['IP:127.0.0.1']
  proxy = await startTlsProxy({
    directory,
    target: inject('stack').elasticsearch,
    good: authority.issue('node', { names }),
    expired: authority.issue('expired', { names, isExpired: true }),
    accepted: [`ApiKey ${apiKey}`, `Basic ${basic}`],
    powerless: `ApiKey ${powerlessKey}`,
  })
})

afterAll(async () => {
  await proxy?.close()
  rmSync(directory, { recursive: true, force: true })
})

const ownName = (): string => `security-${randomBytes(4).toString('hex')}`

function storeWith(settings: StoreSettings): ReturnType<typeof createElasticStore> {
  const store = createElasticStore(settings)
  onTestFinished(() => store.close())
  return store
}

test.each<[string, StoreSettings]>([
  ['an API key', { apiKey }],
  ['a user and a password', { username, password }],
])('with %s over TLS, templates are installed and documents are indexed', async (_what, login) => {
  const store = storeWith({ nodes: [proxy.url], ca: authority.ca, ...login })
  expect(await store.readinessProblem()).toBeUndefined()
  await store.installTemplates()
  expect((await store.checkTemplates()).ok).toBe(true)
  const dataStream = `logs-${ownName().replace('-', '_')}-default`
  const action = { create: { _index: dataStream, _id: 'one' } }
  const document = { '@timestamp': '2026-01-02T03:04:05Z', message: 'hello' }
  const answer = await store.bulk(`${JSON.stringify(action)}\n${JSON.stringify(document)}\n`)
  expect(answer).toMatchObject({ errors: false, items: [{ create: { status: 201 } }] })
})

interface Refusal {
  settings: () => StoreSettings
  retryable: boolean
  context: Record<string, unknown>
  words: string
}

const good = (): StoreSettings => ({ nodes: [proxy.url], ca: authority.ca, apiKey })
const tls = { retryable: true, context: { reason: 'tls', needsPerson: true } }
const refused = (status: number) => ({
  retryable: false,
  context: { status, needsPerson: true },
})

const refusals: Record<string, Refusal> = {
  'an authority that did not sign its certificate': {
    settings: () => ({ ...good(), ca: stranger.ca }),
    ...tls,
    words: 'MILLRACE_ELASTICSEARCH_CA_FILE',
  },
  'no authority but those of the system': {
    settings: () => ({ nodes: [proxy.url], apiKey }),
    ...tls,
    words: 'MILLRACE_ELASTICSEARCH_CA_FILE',
  },
  'a certificate that has expired': {
    settings: () => ({ ...good(), nodes: [proxy.expiredUrl] }),
    ...tls,
    words: 'its certificate has expired',
  },
  'a certificate for another name': {
    settings: () => ({ ...good(), nodes: [proxy.otherNameUrl] }),
    ...tls,
    words: 'its certificate is for other names',
  },
  'TLS where it is not spoken': {
    settings: () => ({
      ...good(),
      nodes: [inject('stack').elasticsearch.replace('http', 'https')],
    }),
    ...tls,
    words: 'must begin with http, not https',
  },
  'no TLS where it is wanted': {
    settings: () => ({ nodes: [proxy.url.replace('https', 'http')], apiKey }),
    ...refused(400),
    words: 'must begin with https',
  },
  'the wrong API key': {
    settings: () => ({ ...good(), apiKey: 'canaryWrong' }),
    ...refused(401),
    words: 'MILLRACE_ELASTICSEARCH_API_KEY',
  },
  'the wrong password': {
    settings: () => ({ nodes: [proxy.url], ca: authority.ca, username, password: 'canary-wrong' }),
    ...refused(401),
    words: 'MILLRACE_ELASTICSEARCH_PASSWORD',
  },
  'no credentials where some are wanted': {
    settings: () => ({ nodes: [proxy.url], ca: authority.ca }),
    ...refused(401),
    words: 'MILLRACE_ELASTICSEARCH_API_KEY',
  },
  'a key without the privilege': {
    settings: () => ({ ...good(), apiKey: powerlessKey }),
    ...refused(403),
    words: 'lacks a privilege',
  },
}

test.each(Object.entries(refusals))(
  '%s is told in one line without a secret',
  async (_what, { settings, words, ...verdict }) => {
    const store = storeWith(settings())
    const failure: unknown = await store.bulk('{}\n').then(
      () => 'no failure',
      (error: unknown) => error,
    )
    expect(failure).toMatchObject({ ...verdict, message: expect.stringContaining(words) as string })
    expectOneLine((failure as Error).message, [basic])
  },
)

test('the indexer works as the documentation says; while the key is wrong, it says so once and loses nothing', async () => {
  const topic = ownName()
  const dataset = topic.replace('-', '_')
  const settings = kafkaSettings.parse({ brokers: [...inject('stack').kafka] })
  const administration = createAdministration(settings)
  const producer = createProducer(settings)
  onTestFinished(async () => {
    await Promise.all([administration.close(), producer.close()])
  })
  await administration.createTopic({ topic, partitions: 1 })
  await administration.topicOffsets(topic)
  const records = Array.from({ length: 200 }, (_, n) => ({ key: null, value: `event ${n}` }))
  await producer.publish({ topic, records })

  const keyFile = join(directory, 'elasticsearch-api-key')
  writeFileSync(join(directory, 'elasticsearch-ca.pem'), authority.ca)
  const environment = {
    ...exampleOf('MILLRACE_ELASTICSEARCH_API_KEY_FILE', directory, {
      MILLRACE_ELASTICSEARCH_URL: proxy.url,
    }),
    MILLRACE_KAFKA_BROKERS: settings.brokers.join(','),
    MILLRACE_KAFKA_TOPIC: topic,
    MILLRACE_KAFKA_GROUP: topic,
    MILLRACE_DATASET: dataset,
    MILLRACE_INDEXER_RETRY_MAX_MS: '500',
  }
  writeFileSync(keyFile, 'canaryWrong\n')
  const mistaken = startIndexer({ name: 'mistaken', environment })
  const doctor = startProcess({
    name: 'doctor',
    parameters: ['libs/cli/bin/millrace.mjs', 'doctor'],
    environment,
  })
  await until('the worker says what is wrong', async () => {
    return (await readiness(mistaken.url))['elasticsearch']?.includes('with 401') === true
  })
  const told = messagesOf(mistaken, 40)
  expect(told).toHaveLength(1)
  expectOneLine(told[0]!)
  expect(mistaken.child.exitCode).toBeNull()
  mistaken.child.kill('SIGTERM')
  expect(await mistaken.ended).toBe(0)
  expect(await doctor.ended).toBe(1)
  expect(doctor.output()).toContain('Set MILLRACE_ELASTICSEARCH_API_KEY')

  writeFileSync(keyFile, `${apiKey}\n`)
  const indexer = startIndexer({
    name: 'indexer',
    environment: { ...environment, MILLRACE_SETUP: 'true' },
  })
  await untilReady(indexer)
  const count = (): Promise<number> =>
    countDocuments(inject('stack').elasticsearch, `logs-${dataset}-default`)
  await until('all lines are indexed', async () => (await count()) === 200)
  indexer.child.kill('SIGTERM')
  expect(await indexer.ended).toBe(0)
  for (const process of [mistaken, doctor, indexer]) expectNoSecret(process.output(), [basic])
})
