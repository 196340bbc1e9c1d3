import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ConfigError } from '@millrace/foundation'
import { expect, test } from 'vitest'
import {
  consumerGroup,
  dataStreamGroup,
  effectiveVariables,
  elasticsearchGroup,
  type Environment,
  httpGroup,
  integer,
  kafkaGroup,
  loadConfig,
  logGroup,
  setting,
  settingGroup,
  setupGroup,
} from '../src/index.ts'

const groups = {
  kafka: kafkaGroup,
  consumer: consumerGroup,
  elasticsearch: elasticsearchGroup,
  setup: setupGroup,
  source: dataStreamGroup,
  http: httpGroup,
  log: logGroup,
}

function failure(environment: Environment): ConfigError {
  try {
    loadConfig(groups, environment)
  } catch (error) {
    if (error instanceof ConfigError) return error
    throw error
  }
  throw new Error('the environment was accepted')
}

function fileWith(text: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'millrace-config-')), 'value')
  writeFileSync(path, text)
  return path
}

test('with nothing set, every setting has the default that the design names', () => {
  expect(loadConfig(groups, { PATH: '/bin', HOME: '/root' })).toEqual({
    kafka: {
      topic: 'logs',
      connection: {
        brokers: ['127.0.0.1:9092'],
        tls: false,
        connectionTimeoutMs: 5_000,
        requestTimeoutMs: 30_000,
      },
    },
    consumer: {
      group: 'millrace-indexer',
      from: 'earliest',
      sessionTimeoutMs: 10_000,
      heartbeatIntervalMs: 1_000,
    },
    elasticsearch: {
      nodes: ['http://127.0.0.1:9200'],
      compression: 'none',
      requestTimeoutMs: 30_000,
    },
    setup: { install: false },
    source: { dataset: 'app', namespace: 'default' },
    http: { port: 0, host: '127.0.0.1' },
    log: { level: 'info' },
  })
})

test('set variables win, lists are split at commas, and an empty variable counts as not set', () => {
  const config = loadConfig(groups, {
    MILLRACE_KAFKA_BROKERS: 'kafka-1:9092, kafka-2:9092,[::1]:9092',
    MILLRACE_KAFKA_FROM: 'latest',
    MILLRACE_ELASTICSEARCH_URL: 'https://one:9200,https://two:9200/search',
    MILLRACE_ELASTICSEARCH_API_KEY: '',
    MILLRACE_SETUP: 'true',
    MILLRACE_HTTP_PORT: '',
  })
  expect(config.kafka.connection.brokers).toEqual(['kafka-1:9092', 'kafka-2:9092', '[::1]:9092'])
  expect(config.consumer.from).toBe('latest')
  expect(config.elasticsearch.nodes).toEqual(['https://one:9200', 'https://two:9200/search'])
  expect(config.elasticsearch).not.toHaveProperty('apiKey')
  expect(config.setup.install).toBe(true)
  expect(config.http.port).toBe(0)
})

test('the configuration is frozen all the way down', () => {
  const config = loadConfig(groups, {})
  expect(() => {
    config.kafka.connection.brokers.push('other:9092')
  }).toThrow(TypeError)
  expect(Object.isFrozen(config.http)).toBe(true)
})

test.each([
  ['MILLRACE_HTTP_PORT', '80x', 'an integer from 0 to 65535'],
  ['MILLRACE_HTTP_PORT', '65536', 'an integer from 0 to 65535'],
  ['MILLRACE_HTTP_PORT', '-1', 'an integer from 0 to 65535'],
  ['MILLRACE_HTTP_PORT', '1e3', 'an integer from 0 to 65535'],
  ['MILLRACE_HTTP_PORT', ' 80', 'an integer from 0 to 65535'],
  ['MILLRACE_HTTP_PORT', '80.0', 'an integer from 0 to 65535'],
  ['MILLRACE_SETUP', 'yes', 'true or false'],
  ['MILLRACE_SETUP', '1', 'true or false'],
  ['MILLRACE_SETUP', 'TRUE', 'true or false'],
  ['MILLRACE_KAFKA_FROM', 'beginning', 'one of earliest, latest'],
  ['MILLRACE_KAFKA_BROKERS', 'kafka-1', 'list of host:port'],
  ['MILLRACE_KAFKA_BROKERS', 'kafka-1:9092,', 'list of host:port'],
  ['MILLRACE_KAFKA_BROKERS', ',', 'list of host:port'],
  ['MILLRACE_KAFKA_BROKERS', 'http://kafka-1:9092', 'list of host:port'],
  ['MILLRACE_KAFKA_BROKERS', 'kafka-1:99999', 'ports from 1 to 65535'],
  ['MILLRACE_KAFKA_BROKERS', 'kafka-1:0', 'ports from 1 to 65535'],
  ['MILLRACE_KAFKA_TOPIC', 'my logs', 'a topic name'],
  ['MILLRACE_KAFKA_TOPIC', '..', 'a topic name'],
  ['MILLRACE_ELASTICSEARCH_URL', 'localhost:9200', 'http or https addresses'],
  ['MILLRACE_ELASTICSEARCH_URL', 'ftp://localhost', 'http or https addresses'],
  ['MILLRACE_LOG_LEVEL', 'verbose', 'one of trace, debug, info'],
  ['MILLRACE_DATASET', 'My-App', 'without capitals'],
])('%s=%j is refused with what would be right', (name, value, words) => {
  const error = failure({ [name]: value })
  expect(error.code).toBe('MILLRACE_CONFIG_VALUE')
  const [head, line, ...rest] = error.message.split('\n')
  expect(head).toBe('One setting is wrong:')
  expect(line!.startsWith(`  ${name} is ${JSON.stringify(value)}; it must be `)).toBe(true)
  expect(line).toContain(words)
  expect(rest).toEqual([])
})

test('the smallest and largest values are taken', () => {
  const ports = ['0', '65535'].map((port) => {
    return loadConfig({ http: httpGroup }, { MILLRACE_HTTP_PORT: port }).http.port
  })
  expect(ports).toEqual([0, 65_535])
})

test('all problems are told at once, one line each', () => {
  const error = failure({
    MILLRACE_HTTP_PORT: 'x',
    MILLRACE_KAFKA_BROKER: 'kafka-1:9092',
    MILLRACE_KAFKA_SASL_USERNAME: 'me',
    MILLRACE_ELASTICSEARCH_USERNAME: 'me',
  })
  const lines = error.message.split('\n')
  expect(lines[0]).toBe('5 settings are wrong:')
  const names = lines.slice(1).map((line) => line.trim().split(' ')[0])
  expect(names).toEqual([
    'MILLRACE_KAFKA_SASL_MECHANISM',
    'MILLRACE_KAFKA_SASL_PASSWORD',
    'MILLRACE_ELASTICSEARCH_PASSWORD',
    'MILLRACE_HTTP_PORT',
    'MILLRACE_KAFKA_BROKER',
  ])
})

test('a misspelled variable is an error that names the nearest ones', () => {
  const error = failure({ MILLRACE_ELASTIC_URL: 'http://127.0.0.1:9200' })
  expect(error.code).toBe('MILLRACE_CONFIG_UNKNOWN')
  expect(error.message).toContain('MILLRACE_ELASTIC_URL is not a setting of Millrace')
  const near = failure({ MILLRACE_KAFKA_BROKER: 'x' }).message
  expect(near).toContain('Near names: MILLRACE_KAFKA_BROKERS.')
  expect(failure({ MILLRACE_QQQQQQQQQQQQ: 'x' }).message).toContain('docs/configuration.md')
})

test('variables of other processes are passed over, other programs have names of their own', () => {
  const environment = {
    MILLRACE_KIBANA_URL: 'http://127.0.0.1:5601',
    MILLRACE_TEST_STACK: 'testcontainers',
    MILLRACE_SERVICE_NAME: 'orders',
    MILLRACE_INDEXER_WHATEVER: '1',
    MILLRACE_REDACT_KEYS: 'iban',
    MILLRACE_SPOOL_DIRECTORY: '/var/spool/orders',
    KAFKA_BROKERS: 'x',
  }
  expect(loadConfig(groups, environment).log.level).toBe('info')
})

test('a process knows the names of its own family one by one', () => {
  const indexer = settingGroup({
    title: 'Indexer',
    variables: {
      MILLRACE_INDEXER_BATCH_BYTES: setting(integer({ min: 1, max: 9 }).default(5), {
        description: 'x',
        unit: 'bytes',
      }),
    },
    shape: (values) => ({ batchBytes: values.MILLRACE_INDEXER_BATCH_BYTES }),
  })
  const own = { ...groups, indexer }
  expect(loadConfig(own, { MILLRACE_INDEXER_BATCH_BYTES: '9' }).indexer.batchBytes).toBe(9)
  expect(() => loadConfig(own, { MILLRACE_INDEXER_BATCH_BYTE: '9' })).toThrow(
    'Near names: MILLRACE_INDEXER_BATCH_BYTES.',
  )
})

test('a secret can come from a file, without the line end of the file', () => {
  const config = loadConfig(groups, {
    MILLRACE_ELASTICSEARCH_USERNAME: 'elastic',
    MILLRACE_ELASTICSEARCH_PASSWORD_FILE: fileWith('pass word\n'),
  })
  expect(config.elasticsearch).toMatchObject({ username: 'elastic', password: 'pass word' })
})

test('a file that is missing, empty, a folder or too large is named with its variable', () => {
  const missing = failure({ MILLRACE_ELASTICSEARCH_API_KEY_FILE: '/nonexistent/key' })
  expect(missing.code).toBe('MILLRACE_CONFIG_SECRET_FILE')
  expect(missing.message).toContain(
    `MILLRACE_ELASTICSEARCH_API_KEY_FILE is "/nonexistent/key", which can't be read (ENOENT)`,
  )
  expect(failure({ MILLRACE_ELASTICSEARCH_API_KEY_FILE: fileWith('\n') }).message).toContain(
    'empty',
  )
  expect(failure({ MILLRACE_ELASTICSEARCH_API_KEY_FILE: tmpdir() }).message).toContain('EISDIR')
  const large = failure({ MILLRACE_ELASTICSEARCH_API_KEY_FILE: fileWith('x'.repeat(1_000_001)) })
  expect(large.message).toContain('1000001 bytes, more than 1000000')
})

test('a value and its file together are an error', () => {
  const error = failure({
    MILLRACE_ELASTICSEARCH_API_KEY: 'abc',
    MILLRACE_ELASTICSEARCH_API_KEY_FILE: fileWith('def'),
  })
  expect(error.message).toContain('is set beside MILLRACE_ELASTICSEARCH_API_KEY')
})

test('no secret and no address with credentials is ever shown', () => {
  const error = failure({
    MILLRACE_ELASTICSEARCH_API_KEY: 'topsecret'.repeat(1_000),
    MILLRACE_ELASTICSEARCH_PASSWORD: 'topsecret',
    MILLRACE_KAFKA_TLS_KEY: 'topsecret',
    MILLRACE_KAFKA_TLS_CA_FILE: fileWith('topsecret'),
    MILLRACE_ELASTICSEARCH_URL: 'https://anna:topsecret/x@host:9200',
    MILLRACE_KAFKA_BROKERS: 'anna:topsecret@kafka-1:9092',
  })
  expect(error.message).not.toContain('topsecret')
  expect(error.message).toContain('MILLRACE_KAFKA_TLS_CA_FILE names a file with something else')
})

test('a long wrong value is shown by its beginning', () => {
  const error = failure({ MILLRACE_LOG_LEVEL: 'x'.repeat(5_000) })
  expect(error.message.length).toBeLessThan(300)
})

test('the variables in force are listed with their source, secrets hidden', () => {
  const path = fileWith('topsecret')
  const environment = {
    MILLRACE_KAFKA_TOPIC: 'other',
    MILLRACE_ELASTICSEARCH_API_KEY: 'topsecret',
    MILLRACE_KAFKA_SASL_PASSWORD_FILE: path,
  }
  const variables = effectiveVariables(groups, environment)
  expect(JSON.stringify(variables)).not.toContain('topsecret')
  expect(variables).toContainEqual({
    name: 'MILLRACE_KAFKA_TOPIC',
    value: 'other',
    source: 'environment',
  })
  expect(variables).toContainEqual({
    name: 'MILLRACE_KAFKA_GROUP',
    value: 'millrace-indexer',
    source: 'default',
  })
  expect(variables).toContainEqual({
    name: 'MILLRACE_KAFKA_SASL_PASSWORD_FILE',
    value: path,
    source: 'file',
  })
})
