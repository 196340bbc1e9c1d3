import { KafkaJSConnectionError } from 'kafkajs'
import { expect, test } from 'vitest'
import { ClusterLink } from '../src/cluster.ts'
import { kafkaFailure } from '../src/failure.ts'
import { closedConnectionHint, securityText } from '../src/security-text.ts'
import { kafkaSettings } from '../src/settings.ts'

const plain = kafkaSettings.parse({ brokers: ['kafka-1:9092', 'kafka-2:9092'] })
const secret = 'canary-4711'
const sasl = { mechanism: 'scram-sha-512', username: 'ann', password: secret } as const
const secured = kafkaSettings.parse({ brokers: ['kafka-1:9092'], tls: true, sasl })

function connectionFailure(code: string) {
  const error = new KafkaJSConnectionError('Connection error: words of Node', { code })
  return kafkaFailure(Object.assign(error, { broker: 'kafka-2:9093' }))
}

test.each([
  ['SELF_SIGNED_CERT_IN_CHAIN', 'MILLRACE_KAFKA_TLS_CA_FILE'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'MILLRACE_KAFKA_TLS_CA_FILE'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'MILLRACE_KAFKA_TLS_CA_FILE'],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'MILLRACE_KAFKA_TLS_CA_FILE'],
  ['CERT_HAS_EXPIRED', 'must renew it'],
  ['CERT_NOT_YET_VALID', 'clocks'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'MILLRACE_KAFKA_BROKERS'],
  ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'MILLRACE_KAFKA_TLS_CERT_FILE'],
  ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', 'MILLRACE_KAFKA_TLS_CERT_FILE'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'speaks no TLS'],
])('%s names the broker and what to set right', (code, words) => {
  const text = securityText(connectionFailure(code), secured, 'to read')
  expect(text).toMatch(/^No TLS with Kafka \(kafka-2:9093\): /)
  expect(text).toContain(words)
  expect(text).toContain(`(${code})`)
})

test('a failure of TLS that nobody foresaw keeps its own words', () => {
  expect(securityText(connectionFailure('ERR_SSL_SOMETHING_ELSE'), secured, 'to read')).toBe(
    'No TLS with Kafka (kafka-2:9093): Connection error: words of Node',
  )
})

test.each([
  ['SASL_AUTHENTICATION_FAILED', 'Check sasl.username and sasl.password'],
  ['UNSUPPORTED_SASL_MECHANISM', 'sasl.mechanism (MILLRACE_KAFKA_SASL_MECHANISM)'],
  ['ILLEGAL_SASL_STATE', 'its listener takes none'],
])('%s names the user and what to set right, and not the password', (type, words) => {
  const text = securityText(kafkaFailure({ type, message: 'words' }), secured, 'to read')
  expect(text).toMatch(/^Kafka \(kafka-1:9092\) refused the login of ann by scram-sha-512: /)
  expect(text).toContain(words)
  expect(text).not.toContain(secret)
})

test('a login that is asked for where none is set says how to set one', () => {
  const failure = kafkaFailure({ type: 'SASL_AUTHENTICATION_FAILED', message: 'words' })
  expect(securityText(failure, plain, 'to read')).toContain(
    'No login is set: sasl (MILLRACE_KAFKA_SASL',
  )
})

test('a right that is missing is told with what it is for, and with whom, where that is known', () => {
  const thrown = Object.assign(new Error('words'), { type: 'TOPIC_AUTHORIZATION_FAILED' })
  const failure = kafkaFailure(thrown)
  expect(securityText(failure, secured, 'to read topic logs')).toBe(
    'Kafka (kafka-1:9092) does not permit user ann to read topic logs: words',
  )
  expect(securityText(failure, plain, 'to read topic logs')).toContain(
    'does not permit this client to read topic logs',
  )
})

test('other failures have no text of this kind', () => {
  const failure = kafkaFailure({ type: 'MESSAGE_TOO_LARGE', message: 'words' })
  expect(securityText(failure, secured, 'to read')).toBeUndefined()
  expect(closedConnectionHint(failure, secured)).toBe('')
})

test('a connection that is closed without a word is explained by what is not set', () => {
  const name = 'KafkaJSConnectionClosedError'
  const closed = kafkaFailure(Object.assign(new Error('Closed connection'), { name }))
  expect(closedConnectionHint(closed, plain)).toContain('MILLRACE_KAFKA_SASL_MECHANISM')
  expect(closedConnectionHint(closed, secured)).toBe('')
  const reset = (words: string) =>
    kafkaFailure(new KafkaJSConnectionError(words, { code: 'ECONNRESET' }))
  const handshake = reset('closed the connection, as a listener does that wants TLS')
  expect(closedConnectionHint(handshake, plain)).toContain('MILLRACE_KAFKA_TLS=true')
  const early = reset('socket disconnected before secure TLS connection was established')
  expect(closedConnectionHint(early, secured)).toContain('without TLS')
  expect(closedConnectionHint(reset('read ECONNRESET'), plain)).toBe('')
})

test('a key that can not be read fails at the first use, before any connection, without its text', async () => {
  const key = `-----BEGIN PRIVATE KEY-----\n${secret}\n-----END PRIVATE KEY-----`
  const link = new ClusterLink(kafkaSettings.parse({ brokers: ['192.0.2.1:9092'], tls: { key } }))
  const failure = await link
    .use('asking', 1_000, () => Promise.resolve())
    .then(
      () => undefined,
      (thrown: unknown) => kafkaFailure(thrown),
    )
  link.close()
  expect(failure).toMatchObject({ reason: 'tls', retryable: false, type: 'TlsMaterialError' })
  expect(failure?.text).toContain('MILLRACE_KAFKA_TLS_CA_FILE')
  expect(failure?.text).not.toContain(secret)
})
