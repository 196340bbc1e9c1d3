// docker-compose.secure.yml without containers: its scripts make the secrets, start Kafka and fetch the keys; then setup, an
// indexer and a service work with the variables that it gives them and nothing else.
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, statSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { createAdministration, kafkaSettings } from '@millrace/kafka'
import { expect, inject, it, onTestFinished } from 'vitest'
import { startKibanaDouble } from '../../libs/kibana/test/support/kibana-double.ts'
import { countDocuments } from '../e2e/support/documents.ts'
import { ownDirectory, startProcess, type TestProcess } from '../e2e/support/processes.ts'
import { until } from '../e2e/support/until.ts'
import type { Certificate } from '../security/support/certificates.ts'
import { securityPage } from '../security/support/security-page.ts'
import { startTlsProxy } from '../security/support/tls-proxy.ts'
import { readCompose, root, secureFiles } from './support/compose.ts'
import { startSecureKafka } from './support/secure-kafka.ts'

const { services } = readCompose({}, secureFiles)
const folders = ['kafka', 'elasticsearch', 'kibana', 'millrace'] as const
type Secrets = Record<(typeof folders)[number], string>

function makeSecrets(directory: string): Secrets {
  const [shell = '', , target] = services['secrets']!.command!
  expect(target).toBe('/secrets')
  for (const folder of folders) mkdirSync(join(directory, folder))
  execFileSync(shell, [join(root, 'containers/secrets.sh'), directory], { stdio: 'ignore' })
  return Object.fromEntries(folders.map((name) => [name, join(directory, name)])) as Secrets
}

const pair = (folder: string, name: string): { key: string; cert: string } => ({
  key: readFileSync(join(folder, `${name}.key`), 'utf8'),
  cert: readFileSync(join(folder, `${name}.crt`), 'utf8'),
})

interface Asked {
  path: string
  authorization: string | undefined
  body: Record<string, unknown>
}

/** Elasticsearch's requests for users and keys, which the node of these tests does not have. */
async function startSecurityDouble(secrets: Secrets): Promise<{ url: string; asked: Asked[] }> {
  const asked: Asked[] = []
  const server = createServer(pair(secrets.elasticsearch, 'elasticsearch'), (request, response) => {
    void (async () => {
      const body = (await json(request)) as Record<string, unknown>
      const { authorization } = request.headers
      asked.push({ path: request.url!, authorization, body })
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ encoded: `key-of-${String(body['name'])}` }))
    })()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return { url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`, asked }
}

async function makeKeys(secrets: Secrets): Promise<Asked[]> {
  const double = await startSecurityDouble(secrets)
  const [, script = '', ...parameters] = services['api-keys']!.command!
  const here: Record<string, string> = {
    'https://elasticsearch:9200': double.url,
    '/run/secrets/elasticsearch': secrets.elasticsearch,
    '/run/secrets/millrace': secrets.millrace,
  }
  for (let time = 1; time <= 2; time++) {
    const keys = startProcess({
      name: 'api-keys',
      parameters: [join(root, script), ...parameters.map((word) => here[word]!)],
      environment: { NODE_EXTRA_CA_CERTS: join(secrets.millrace, 'ca.pem') },
    })
    expect(await keys.ended).toBe(0)
  }
  return double.asked
}

it('makes secrets once, each readable by its owner alone', () => {
  const directory = ownDirectory()
  const secrets = makeSecrets(directory)
  const files = [join(secrets.millrace, 'kafka-password'), join(secrets.kafka, 'kafka.pem')]
  const before = files.map((file) => readFileSync(file, 'utf8'))
  for (const file of files) expect(statSync(file).mode & 0o777).toBe(0o600)
  execFileSync('sh', [join(root, 'containers/secrets.sh'), directory])
  expect(files.map((file) => readFileSync(file, 'utf8'))).toEqual(before)
})

it('sets up, indexes and logs with TLS, SCRAM and API keys, by its own scripts and variables', async () => {
  const directory = ownDirectory()
  const secrets = makeSecrets(directory)
  const kafka = await startSecureKafka(services['kafka']!, directory, secrets.kafka)
  const asked = await makeKeys(secrets)
  expectRights(asked, secrets)

  const { elasticsearch } = inject('stack')
  const elastic = join(secrets.elasticsearch, 'elasticsearch')
  const certificate = { certFile: `${elastic}.crt`, keyFile: `${elastic}.key` } as Certificate
  const accepted = ['setup', 'indexer'].map((name) => `ApiKey key-of-millrace-${name}`)
  const proxy = await startTlsProxy({
    directory,
    target: elasticsearch,
    good: certificate,
    expired: certificate,
    accepted,
    powerless: 'ApiKey none',
  })
  onTestFinished(() => proxy.close())
  const kibana = await startKibanaDouble({
    tls: pair(secrets.kibana, 'kibana'),
    authorization: accepted[0]!,
  })

  const own = randomBytes(4).toString('hex')
  const environmentOf = (name: string): Record<string, string> => ({
    ...Object.fromEntries(
      Object.entries(services[name]!.environment!).map(([variable, value]) => [
        variable,
        String(value)
          .replaceAll('kafka:19092', kafka.internal)
          .replaceAll('https://elasticsearch:9200', proxy.url)
          .replaceAll('https://kibana:5601', kibana.url)
          .replaceAll('/run/secrets/millrace', secrets.millrace),
      ]),
    ),
    MILLRACE_KAFKA_GROUP: `secure-${own}`,
    MILLRACE_KAFKA_TOPIC: `secure-${own}`,
    MILLRACE_DATASET: `secure_${own}`,
    ...(name === 'indexer' && { MILLRACE_HTTP_PORT: '0' }),
  })
  await untilKafkaLetsIn(environmentOf('setup'), [kafka.internal, kafka.external])
  const start = (name: string, parameters = services[name]!.command!.slice(1)): TestProcess =>
    startProcess({ name, parameters, environment: environmentOf(name) })

  const setup = start('setup')
  expect(await setup.ended).toBe(0)
  expect(setup.output()).toContain('dashboard millrace-logs-overview')
  const indexer = start('indexer')
  const service = start('orders', ['test/e2e/programs/log-lines.mjs', 'orders', '200'])
  expect(await service.ended).toBe(0)
  const dataStream = `logs-secure_${own}-default`
  await until('the lines are indexed', async () => {
    return (await countDocuments(elasticsearch, dataStream)) === 200
  })
  indexer.child.kill('SIGTERM')
  expect(await indexer.ended).toBe(0)
})

/** The keys may do what docs/security.md says, and were asked for once, by the one who may. */
function expectRights(asked: readonly Asked[], { elasticsearch }: Secrets): void {
  const secret = (name: string): string => readFileSync(join(elasticsearch, name), 'utf8')
  const login = Buffer.from(`elastic:${secret('elastic-password')}`).toString('base64')
  expect(new Set(asked.map(({ authorization }) => authorization))).toEqual(
    new Set([`Basic ${login}`]),
  )
  const made = asked.filter(({ path }) => path === '/_security/api_key')
  expect(made.map(({ body }) => body['name'])).toEqual([
    'millrace-indexer',
    'millrace-console',
    'millrace-setup',
  ])
  const [indexer] = made.map(({ body }) => JSON.stringify(body['role_descriptors']))
  const [, sentence = ''] = /An indexer's key needs ([^;]*);/.exec(securityPage) ?? []
  const named = [...sentence.matchAll(/`([^`]+)`/g)].map(([, word]) => word!)
  expect(named).toHaveLength(7)
  for (const word of named) expect(indexer).toContain(`"${word}"`)
  const kibana = asked.find(({ path }) => path.includes('kibana_system'))
  expect(kibana!.body).toEqual({ password: secret('kibana-password') })
}

/** By what a service is told; both of its listeners take the one user. */
async function untilKafkaLetsIn(
  environment: Record<string, string>,
  brokers: readonly string[],
): Promise<void> {
  const file = (name: string): string => readFileSync(environment[name]!, 'utf8')
  for (const broker of brokers) {
    const administration = createAdministration(
      kafkaSettings.parse({
        brokers: [broker],
        tls: { ca: file('MILLRACE_KAFKA_TLS_CA_FILE') },
        sasl: {
          mechanism: environment['MILLRACE_KAFKA_SASL_MECHANISM'],
          username: environment['MILLRACE_KAFKA_SASL_USERNAME'],
          password: file('MILLRACE_KAFKA_SASL_PASSWORD_FILE'),
        },
      }),
    )
    try {
      await until(`Kafka lets in at ${broker}`, () =>
        administration.clusterId().then(
          () => true,
          () => false,
        ),
      )
    } finally {
      await administration.close()
    }
  }
}
