import { ConfigError } from '@millrace/foundation'
import { defaultSpoolDirectory } from '@millrace/spool'
import { expect, test } from 'vitest'
import type { Environment } from '../src/environment.ts'
import { readOptions } from '../src/options.ts'
import { type StreamOptions, streamSchema } from '../src/settings.ts'

const files: Record<string, string> = { '/run/secrets/kafka': 'from-file\n' }

function read(options: unknown, env: Environment = {}, kind: 'stream' | 'target' = 'stream') {
  return readOptions({
    options,
    env,
    kind,
    readFile: (path) => {
      const text = files[path]
      if (text === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' })
      return text
    },
  })
}

function problem(options: unknown, env: Environment = {}, kind: 'stream' | 'target' = 'stream') {
  try {
    read(options, env, kind)
  } catch (error) {
    if (error instanceof ConfigError) return error
  }
  throw new Error('there was no ConfigError')
}

test('without options and environment the defaults hold', () => {
  expect(read(undefined)).toEqual({
    brokers: ['127.0.0.1:9092'],
    topic: 'logs',
    service: {},
    dataset: 'app',
    namespace: 'default',
    tls: false,
    lingerMs: 20,
    batchBytes: 524_288,
    compression: 'gzip',
    memoryMaxBytes: 67_108_864,
    spool: { directory: defaultSpoolDirectory(), maxBytes: 1_073_741_824 },
    durability: 'overflow',
    redact: { keys: [], patterns: [] },
    closeTimeoutMs: 8_000,
  })
  expect(read({}, {}, 'target').format).toBe('pino')
})

test('every option that TypeScript knows is one that the schema takes', () => {
  const options: Required<StreamOptions> = {
    brokers: ['[::1]:9092'],
    topic: 'mine',
    service: { name: 'orders', version: '1.4.2', environment: 'test', node: 'orders-1' },
    dataset: 'shop',
    namespace: 'test',
    format: 'ecs',
    tls: {
      ca: 'PEM',
      cert: 'PEM',
      key: 'PEM',
      passphrase: 'x',
      servername: 'k',
      rejectUnauthorized: true,
    },
    sasl: { mechanism: 'plain', username: 'orders', password: 'x' },
    lingerMs: 0,
    batchBytes: 1_000,
    compression: 'none',
    memoryMaxBytes: 4_194_304,
    spool: { directory: '/var/spool/millrace', maxBytes: 16_777_216 },
    durability: 'always',
    redact: { keys: ['iban'], patterns: ['email', { pattern: 'x', flags: 'i' }] },
    closeTimeoutMs: 0,
    onDrop: () => {},
  }
  expect(read(options)).toEqual(options)
  expect(Object.keys(options)).toEqual(Object.keys(streamSchema.shape))
})

test('options win over the environment, the environment over the defaults, member by member for service', () => {
  const env = {
    MILLRACE_KAFKA_BROKERS: 'kafka-1:9092, kafka-2:9092',
    MILLRACE_KAFKA_TOPIC: 'from-environment',
    MILLRACE_DATASET: 'shop',
    MILLRACE_NAMESPACE: '',
    MILLRACE_SERVICE_NAME: 'orders',
    MILLRACE_SERVICE_VERSION: '1.4.2',
    MILLRACE_ANYTHING_ELSE: 'is not ours',
  }
  expect(
    read({ topic: 'mine', service: { version: '2.0.0' }, format: undefined }, env),
  ).toMatchObject({
    brokers: ['kafka-1:9092', 'kafka-2:9092'],
    topic: 'mine',
    dataset: 'shop',
    namespace: 'default',
    service: { name: 'orders', version: '2.0.0' },
  })
})

test('SASL and TLS come from the environment, secrets from files too', () => {
  const settings = read(
    {},
    {
      MILLRACE_KAFKA_TLS: 'true',
      MILLRACE_KAFKA_TLS_CA_FILE: '/run/secrets/kafka',
      MILLRACE_KAFKA_SASL_MECHANISM: 'scram-sha-512',
      MILLRACE_KAFKA_SASL_USERNAME: 'orders',
      MILLRACE_KAFKA_SASL_PASSWORD_FILE: '/run/secrets/kafka',
    },
  )
  expect(settings.tls).toEqual({ ca: 'from-file' })
  expect(settings.sasl).toEqual({
    mechanism: 'scram-sha-512',
    username: 'orders',
    password: 'from-file',
  })
  expect(read({}, { MILLRACE_KAFKA_TLS: 'true' }).tls).toBe(true)
  const off = { MILLRACE_KAFKA_TLS: 'false', MILLRACE_KAFKA_TLS_CA: 'PEM' }
  expect(read({}, off).tls).toBe(false)
})

test.each([
  [{ lingerMs: 'soon' }, 'lingerMs must be a whole number of ms from 0 to 10000, got "soon"'],
  [{ lingerMs: 10_001 }, 'lingerMs must be a whole number of ms from 0 to 10000, got 10001'],
  [{ batchBytes: 999 }, 'batchBytes must be a whole number of bytes from 1000 to 1000000, got 999'],
  [
    { compression: 'brotli' },
    'compression must be one of none, gzip, snappy, lz4, zstd, got "brotli"',
  ],
  [
    { brokers: ['localhost'] },
    'brokers[0] must be host:port with a port from 1 to 65535, for example 127.0.0.1:9092, got "localhost"',
  ],
  [{ brokers: ['a:99999'] }, 'brokers[0] must be host:port with a port from 1 to 65535,'],
  [{ brokers: ['a:0'] }, 'brokers[0] must be host:port with a port from 1 to 65535,'],
  [{ brokers: ['a:65535', 9092] }, 'brokers[1] must be host:port with a port from 1 to 65535,'],
  [
    { brokers: 'kafka:9092' },
    'brokers must be a list of host:port, for example [\'127.0.0.1:9092\'], got "kafka:9092"',
  ],
  [{ brokers: [] }, "brokers must be a list of host:port, for example ['127.0.0.1:9092'], got []"],
  [{ tls: { ca: 5 } }, 'tls.ca must be text in PEM form, got a value of type number'],
  [
    { tls: { rejectUnauthorized: 'no' } },
    'tls.rejectUnauthorized must be true or false, got a value of type string',
  ],
  [{ sasl: 'plain' }, 'sasl must be an object of mechanism, username and password, got'],
  [
    { sasl: { mechanism: 'gssapi', username: 'me', password: 'x' } },
    'sasl.mechanism must be one of plain, scram-sha-256, scram-sha-512, got',
  ],
  [
    { sasl: { mechanism: 'plain', username: '', password: 'x' } },
    'sasl.username must be text of at least 1 character, got',
  ],
  [{ dataset: 'My-Data' }, 'dataset must be 1 to 100 lower-case letters'],
  [
    { topic: '..' },
    'topic must be 1 to 249 letters, digits, points, underscores and hyphens, got ".."',
  ],
  [
    { format: 'Pino' },
    'format must be the name of a format in lower case, for example pino, got "Pino"',
  ],
  [
    { service: 'orders' },
    'service must be an object of name, version, environment and node, got "orders"',
  ],
  [{ service: { name: '' } }, 'service.name must be text of 1 to 256 characters, got ""'],
  [{ tls: 'yes' }, 'tls must be true, false, or an object of ca, cert,'],
  [{ onDrop: 'log' }, 'onDrop must be a function, got "log"'],
  [
    { memoryMaxBytes: 4_194_303 },
    'memoryMaxBytes must be a whole number of bytes from 4194304 to 4294967296, got 4194303',
  ],
  ['logs', 'options must be an object, got "logs"'],
])('a wrong value is named with its rule and what was found: %j', (options, expected) => {
  const { message, code } = problem(options)
  expect(message).toContain(`@millrace/transport: ${expected}`)
  expect(code).toBe('MILLRACE_CONFIG_VALUE')
})

test.each([
  [{ lingerMS: 5 }, 'lingerMS is not an option; did you mean lingerMs?'],
  [{ broker: [] }, 'broker is not an option; did you mean brokers?'],
  [{ colour: true }, 'colour is not an option; known are brokers, topic, service, dataset,'],
  [{ tls: { certt: 'PEM' } }, 'tls.certt is not an option; did you mean cert?'],
  [{ service: { nmae: 'x' } }, 'service.nmae is not an option; did you mean name?'],
])('an unknown option is named: %j', (options, expected) => {
  const { message, code } = problem(options)
  expect(message).toContain(expected)
  expect(code).toBe('MILLRACE_CONFIG_UNKNOWN')
})

test.each(Object.keys(streamSchema.shape))(
  'whatever is given for %s, the message is in our own words and says what must be',
  (name) => {
    for (const value of [
      5.5,
      -1,
      '',
      'no such',
      [],
      [null],
      {},
      { name: 5, ca: [] },
      null,
      5n,
      true,
    ]) {
      let message = ''
      try {
        read({ [name]: value })
      } catch (error) {
        message = (error as Error).message
      }
      expect(message).not.toMatch(/invalid|expected|too (small|big)|unrecognized/i)
      if (message !== '') expect(message).toMatch(/ must be |is not an option/)
    }
  },
)

test('all problems are told at once', () => {
  const { message } = problem({ lingerMs: -1, topic: '', colour: 'red' })
  expect(message).toContain('lingerMs must be')
  expect(message).toContain('topic must be')
  expect(message).toContain('colour is not an option')
})

test('a wrong value from the environment is told with its variable, one from the options without', () => {
  const env = { MILLRACE_KAFKA_BROKERS: 'kafka-1', MILLRACE_DATASET: 'My-Data' }
  expect(problem({}, env).message).toContain('got "kafka-1" (from MILLRACE_KAFKA_BROKERS)')
  expect(problem({}, env).message).toContain('got "My-Data" (from MILLRACE_DATASET)')
  expect(problem({ brokers: ['kafka-2'] }, env).message).toContain('got "kafka-2";')
  const tls = { MILLRACE_KAFKA_TLS: 'yes' }
  expect(problem({}, tls).message).toContain('(from MILLRACE_KAFKA_TLS)')
  const name = { MILLRACE_SERVICE_NAME: 'n'.repeat(300) }
  expect(problem({}, name).message).toContain('(from MILLRACE_SERVICE_NAME)')
  expect(problem({ service: { name: 'n'.repeat(300) } }, name).message).not.toContain('(from')
})

test('a SASL member that the environment lacks is told with the variable to set', () => {
  const { message } = problem({}, { MILLRACE_KAFKA_SASL_USERNAME: 'orders' })
  expect(message).toContain('(from MILLRACE_KAFKA_SASL_MECHANISM)')
  expect(message).toContain('(from MILLRACE_KAFKA_SASL_PASSWORD)')
})

test('a secret is never repeated', () => {
  const wrong = { sasl: { mechanism: 'plain', username: 'orders', password: 12_345 } }
  expect(problem(wrong).message).not.toContain('12345')
  expect(problem(wrong).message).toContain('sasl.password')
})

test('a secret file that can not be read is told with its variable', () => {
  const { message, code } = problem({}, { MILLRACE_KAFKA_SASL_PASSWORD_FILE: '/nowhere' })
  expect(code).toBe('MILLRACE_CONFIG_SECRET_FILE')
  expect(message).toContain("MILLRACE_KAFKA_SASL_PASSWORD_FILE: /nowhere can't be read (ENOENT)")
})

test('what pino adds to the options of a target is no unknown option', () => {
  const options = { $context: {}, pinoWillSendConfig: true, levels: {}, dedupe: true }
  expect(read(options, {}, 'target').topic).toBe('logs')
})

test('the target takes no function, and closes before pino gives up after 10 s', () => {
  expect(problem({ onDrop: () => {} }, {}, 'target').message).toContain(
    'onDrop is an option of createMillraceStream only',
  )
  expect(read({ closeTimeoutMs: 9_000 }, {}, 'target').closeTimeoutMs).toBe(9_000)
  expect(problem({ closeTimeoutMs: 9_001 }, {}, 'target').message).toContain('from 0 to 9000')
  expect(read({ closeTimeoutMs: 9_001 }).closeTimeoutMs).toBe(9_001)
})
