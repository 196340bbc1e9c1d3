import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createAuthority } from '../../../test/security/support/certificates.ts'
import {
  elasticsearchGroup,
  type Environment,
  kafkaGroup,
  loadConfig,
  settingMeta,
  sharedGroups,
} from '../src/index.ts'

const groups = { kafka: kafkaGroup, elasticsearch: elasticsearchGroup }
const folder = mkdtempSync(join(tmpdir(), 'millrace-config-'))
const { ca: pem } = createAuthority(folder, 'authority')
const { key } = createAuthority(folder, 'other').issue('client', { names: ['DNS:client'] })

test.each<[string, Environment, string]>([
  [
    'key and password',
    { MILLRACE_ELASTICSEARCH_API_KEY: 'k', MILLRACE_ELASTICSEARCH_USERNAME: 'u' },
    'MILLRACE_ELASTICSEARCH_API_KEY is set beside',
  ],
  [
    'password without user',
    { MILLRACE_ELASTICSEARCH_PASSWORD: 'p' },
    'MILLRACE_ELASTICSEARCH_USERNAME is not set',
  ],
  [
    'authority for plain http',
    { MILLRACE_ELASTICSEARCH_CA: pem },
    'MILLRACE_ELASTICSEARCH_CA is set, but no address',
  ],
  [
    'authority that is none',
    {
      MILLRACE_ELASTICSEARCH_URL: 'https://one:9200',
      MILLRACE_ELASTICSEARCH_CA: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----',
    },
    'MILLRACE_ELASTICSEARCH_CA is no certificate that can be read',
  ],
  [
    'API key with a blank in it, as of a line that was copied whole',
    { MILLRACE_ELASTICSEARCH_API_KEY: 'ApiKey abc==' },
    'MILLRACE_ELASTICSEARCH_API_KEY is set to something else; it must be one line',
  ],
  [
    'certificate without key',
    { MILLRACE_KAFKA_TLS_CERT: pem },
    'MILLRACE_KAFKA_TLS_KEY is not set',
  ],
  [
    'key without certificate',
    { MILLRACE_KAFKA_TLS_KEY: key },
    'MILLRACE_KAFKA_TLS_CERT is not set',
  ],
])('a combination that cannot work is refused: %s', (_what, environment, words) => {
  expect(() => loadConfig(groups, environment)).toThrow(words)
})

function tls(environment: Environment): unknown {
  return loadConfig({ kafka: kafkaGroup }, environment).kafka.connection.tls
}

test('TLS is on with a certificate, off when it says false, and takes SASL beside it', () => {
  const path = join(folder, 'ca.pem')
  writeFileSync(path, pem)
  expect(tls({ MILLRACE_KAFKA_TLS: 'true' })).toBe(true)
  expect(tls({ MILLRACE_KAFKA_TLS_CA: pem })).toEqual({ ca: pem })
  expect(tls({ MILLRACE_KAFKA_TLS_CA_FILE: path })).toEqual({ ca: pem.trimEnd() })
  expect(tls({ MILLRACE_KAFKA_TLS: 'false', MILLRACE_KAFKA_TLS_CA: pem })).toBe(false)
  const sasl = loadConfig(groups, {
    MILLRACE_KAFKA_SASL_MECHANISM: 'scram-sha-512',
    MILLRACE_KAFKA_SASL_USERNAME: 'me',
    MILLRACE_KAFKA_SASL_PASSWORD: 'p',
  })
  expect(sasl.kafka.connection.sasl).toEqual({
    mechanism: 'scram-sha-512',
    username: 'me',
    password: 'p',
  })
})

test('every setting is described, and every duration or size has a unit', () => {
  const all = sharedGroups.flatMap((group) => Object.entries(group.variables))
  const poor = all.filter(([name, schema]) => {
    const { description, accepts, unit } = settingMeta(schema)
    const needsUnit = /_(MS|BYTES)$/.test(name)
    return description.length < 10 || accepts === '' || needsUnit !== (unit !== undefined)
  })
  expect(poor.map(([name]) => name)).toEqual([])
})
