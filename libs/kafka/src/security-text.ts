// What went wrong at the topic's door: TLS, login and rights, in one line that says what to set right.
import type { KafkaFailure } from './failure.ts'
import type { KafkaSettings } from './settings.ts'

/**
 * The whole sentence for a failure of reason `tls`, `authentication` or `authorization`, else undefined. Names options
 * and the variables that stand for them, the user, and never a password or a key. `wanted` says what a right was
 * missing for, as an infinitive.
 */
export function securityText(
  failure: KafkaFailure,
  settings: KafkaSettings,
  wanted: string,
): string | undefined {
  const where = failure.broker ?? settings.brokers.join(', ')
  if (failure.reason === 'tls') return `No TLS with Kafka (${where}): ${tlsText(failure)}`
  if (failure.reason === 'authorization') {
    const client = settings.sasl === undefined ? 'this client' : `user ${settings.sasl.username}`
    return `Kafka (${where}) does not permit ${client} ${wanted}: ${failure.text}`
  }
  if (failure.reason !== 'authentication') return undefined
  return `Kafka (${where}) refused the login${loginText(failure, settings)}`
}

/**
 * What a connection that was closed without a word may mean, as an ending of a sentence. Wording only, so that it
 * may look at the text: whether to retry does not depend on it.
 */
export function closedConnectionHint(
  { type, text }: KafkaFailure,
  { sasl, tls }: KafkaSettings,
): string {
  if (type === 'KafkaJSConnectionClosedError' && sasl === undefined) {
    return '. A broker that goes down does so, and so does a listener that wants a login where none is set: sasl (MILLRACE_KAFKA_SASL_MECHANISM, _USERNAME, _PASSWORD)'
  }
  if (tls === false && text.includes('wants TLS')) {
    return ': tls (MILLRACE_KAFKA_TLS=true, or MILLRACE_KAFKA_TLS_CA_FILE) is not set'
  }
  return tls !== false && text.includes('before secure TLS connection')
    ? '. A listener without TLS does so: look at the port in brokers (MILLRACE_KAFKA_BROKERS)'
    : ''
}

/** By OpenSSL's and Node's names; their words change from release to release. */
const tlsTexts: readonly (readonly [types: RegExp, text: string])[] = [
  [
    /^(UNABLE_TO_(GET_ISSUER|VERIFY)|SELF_SIGNED_|DEPTH_ZERO_|INVALID_CA)/,
    'its certificate was not signed by an authority that is trusted here. tls.ca (MILLRACE_KAFKA_TLS_CA_FILE) must be the authority that signed it',
  ],
  [/^CERT_HAS_EXPIRED$/, 'its certificate has expired. Whoever runs the broker must renew it'],
  [
    /^CERT_NOT_YET_VALID$/,
    'its certificate is not valid yet. Look at the clocks here and there, and when it was issued',
  ],
  [
    /^(ERR_TLS_CERT_ALTNAME_INVALID|HOSTNAME_MISMATCH)$/,
    'its certificate is for other names than this one. brokers (MILLRACE_KAFKA_BROKERS) and the advertised.listeners of the brokers must use names that the certificate has',
  ],
  [
    /_ALERT_(CERTIFICATE_REQUIRED|BAD_CERTIFICATE|UNKNOWN_CA|CERTIFICATE_(UNKNOWN|EXPIRED|REVOKED)|HANDSHAKE_FAILURE)$/,
    'it does not accept this client. Where it wants a client certificate, tls.cert and tls.key (MILLRACE_KAFKA_TLS_CERT_FILE, MILLRACE_KAFKA_TLS_KEY_FILE) must be one that it trusts and that has not expired',
  ],
  [
    /^ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST)$/,
    'its listener speaks no TLS. Look at the port in brokers (MILLRACE_KAFKA_BROKERS)',
  ],
]

function tlsText({ type, text }: KafkaFailure): string {
  const found = tlsTexts.find(([types]) => types.test(type))
  return found === undefined ? text : `${found[1]} (${type})`
}

function loginText({ type, text }: KafkaFailure, { sasl }: KafkaSettings): string {
  if (sasl === undefined) {
    return `: ${text}. No login is set: sasl (MILLRACE_KAFKA_SASL_MECHANISM, _USERNAME, _PASSWORD)`
  }
  const { mechanism, username } = sasl
  const who = ` of ${username} by ${mechanism}`
  if (type === 'UNSUPPORTED_SASL_MECHANISM') {
    return `${who}: its listener does not take this mechanism. sasl.mechanism (MILLRACE_KAFKA_SASL_MECHANISM) must be one of its sasl.enabled.mechanisms`
  }
  if (type === 'ILLEGAL_SASL_STATE') {
    return `${who}: its listener takes none. Look at the port in brokers (MILLRACE_KAFKA_BROKERS), or leave sasl (MILLRACE_KAFKA_SASL_MECHANISM, _USERNAME, _PASSWORD) away`
  }
  return `${who}: ${text}. Check sasl.username and sasl.password (MILLRACE_KAFKA_SASL_USERNAME, MILLRACE_KAFKA_SASL_PASSWORD)`
}
