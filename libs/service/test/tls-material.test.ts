import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createAuthority } from '../../../test/security/support/certificates.ts'
import { type Environment, kafkaGroup, loadConfig } from '../src/index.ts'

const authority = createAuthority(mkdtempSync(join(tmpdir(), 'millrace-config-')), 'authority')
const names = ['DNS:example.test']
const client = authority.issue('client', { names })
const encrypted = authority.issue('encrypted', { names, passphrase: 'canary-sesame' })
const garbage = (kind: string): string => `-----BEGIN ${kind}-----\ncanary\n-----END ${kind}-----`

/** What each variable of TLS is set to. */
interface Material {
  CA?: string
  CERT?: string
  KEY?: string
  PASSPHRASE?: string
}

function tlsOf(material: Material): unknown {
  const environment: Environment = Object.fromEntries(
    Object.entries(material).map(([name, value]) => [
      `MILLRACE_KAFKA_TLS_${name}`,
      value as string,
    ]),
  )
  return loadConfig({ kafka: kafkaGroup }, environment).kafka.connection.tls
}

test('an authority, a certificate with its key, and an encrypted key with its passphrase are taken', () => {
  const { cert, key } = client
  expect(tlsOf({ CA: authority.ca, CERT: cert, KEY: key })).toEqual({ ca: authority.ca, cert, key })
  const { cert: other, key: locked } = encrypted
  const passphrase = 'canary-sesame'
  expect(tlsOf({ CERT: other, KEY: locked, PASSPHRASE: passphrase })).toEqual({
    cert: other,
    key: locked,
    passphrase,
  })
  expect(tlsOf({ CA: authority.ca + client.cert })).toEqual({ ca: authority.ca + client.cert })
})

test.each<[string, Material, string]>([
  [
    'an authority that is none',
    { CA: garbage('CERTIFICATE') },
    'MILLRACE_KAFKA_TLS_CA is no certificate that can be read (bad base64 decode).',
  ],
  [
    'a certificate that is none',
    { CERT: garbage('CERTIFICATE'), KEY: client.key },
    'MILLRACE_KAFKA_TLS_CERT is no certificate that can be read',
  ],
  [
    'a key that is none',
    { CERT: client.cert, KEY: garbage('PRIVATE KEY') },
    'MILLRACE_KAFKA_TLS_KEY is no private key that can be read',
  ],
  [
    'the key of another certificate',
    { CERT: client.cert, KEY: encrypted.key, PASSPHRASE: 'canary-sesame' },
    'MILLRACE_KAFKA_TLS_KEY is not the key of the certificate in MILLRACE_KAFKA_TLS_CERT.',
  ],
  [
    'an encrypted key without its passphrase',
    { CERT: encrypted.cert, KEY: encrypted.key },
    'MILLRACE_KAFKA_TLS_PASSPHRASE is not set; the key in MILLRACE_KAFKA_TLS_KEY is encrypted.',
  ],
  [
    'the wrong passphrase',
    { CERT: encrypted.cert, KEY: encrypted.key, PASSPHRASE: 'canary-wrong' },
    'MILLRACE_KAFKA_TLS_PASSPHRASE does not open the private key (bad decrypt).',
  ],
])(
  '%s is an error at start that names the variable and shows nothing of it',
  (_what, material, words) => {
    let message = ''
    try {
      tlsOf(material)
    } catch (error) {
      message = (error as Error).message
    }
    expect(message).toContain(`One setting is wrong:\n  ${words}`)
    expect(message).not.toContain('canary')
    expect(message).not.toContain('BEGIN')
  },
)
