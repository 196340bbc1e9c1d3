// What went wrong at the topic: the client's errors, named by kind and never by their text.
import { errorText, isObject } from '@millrace/foundation'

/** Why Kafka did not do what was asked. `context.reason` of PublishError and SourceError. */
export const failureReasons = [
  'unreachable',
  'timeout',
  'tls',
  'authentication',
  'authorization',
  'unknown-topic',
  'no-leader',
  'not-enough-replicas',
  'too-large',
  'invalid-topic',
  'invalid-record',
  'invalid-request',
  'unsupported',
  'broker-error',
  'rebalancing',
  'fenced',
  'no-coordinator',
  'offset-out-of-range',
  'undecodable',
  'closed',
  'unknown',
] as const
export type FailureReason = (typeof failureReasons)[number]

export interface KafkaFailure {
  reason: FailureReason
  /** Whether the same call can succeed later without anybody changing anything. */
  retryable: boolean
  /** Kafka's own name of the error, for the log (`NOT_ENOUGH_REPLICAS`), or the system's (`ECONNREFUSED`). */
  type: string
  /** One line for a person. */
  text: string
  /** `host:port` of the broker whose connection failed, where that is known. */
  broker?: string
}

type Verdict = readonly [reason: FailureReason, retryable: boolean]

/** Kafka's error names (protocol guide, Error Codes). What is not here is `unknown`. */
const protocolVerdicts: Readonly<Record<string, Verdict>> = {
  UNKNOWN: ['broker-error', true],
  OFFSET_OUT_OF_RANGE: ['offset-out-of-range', false],
  CORRUPT_MESSAGE: ['invalid-record', true],
  // Somebody has to create the topic, or a new topic has not reached this broker yet: worth another try.
  UNKNOWN_TOPIC_OR_PARTITION: ['unknown-topic', true],
  UNKNOWN_TOPIC_ID: ['unknown-topic', true],
  LEADER_NOT_AVAILABLE: ['no-leader', true],
  NOT_LEADER_FOR_PARTITION: ['no-leader', true],
  REPLICA_NOT_AVAILABLE: ['no-leader', true],
  FENCED_LEADER_EPOCH: ['no-leader', true],
  UNKNOWN_LEADER_EPOCH: ['no-leader', true],
  PREFERRED_LEADER_NOT_AVAILABLE: ['no-leader', true],
  LISTENER_NOT_FOUND: ['no-leader', true],
  REQUEST_TIMED_OUT: ['timeout', true],
  BROKER_NOT_AVAILABLE: ['unreachable', true],
  NETWORK_EXCEPTION: ['unreachable', true],
  NOT_CONTROLLER: ['broker-error', true],
  KAFKA_STORAGE_ERROR: ['broker-error', true],
  THROTTLING_QUOTA_EXCEEDED: ['broker-error', true],
  MESSAGE_TOO_LARGE: ['too-large', false],
  RECORD_LIST_TOO_LARGE: ['too-large', false],
  INVALID_TOPIC_EXCEPTION: ['invalid-topic', false],
  INVALID_MESSAGE: ['invalid-record', false],
  INVALID_TIMESTAMP: ['invalid-record', false],
  INVALID_RECORD: ['invalid-record', false],
  INVALID_REQUEST: ['invalid-request', false],
  INVALID_CONFIG: ['invalid-request', false],
  INVALID_PARTITIONS: ['invalid-request', false],
  INVALID_REPLICATION_FACTOR: ['invalid-request', false],
  POLICY_VIOLATION: ['invalid-request', false],
  INVALID_GROUP_ID: ['invalid-request', false],
  INVALID_SESSION_TIMEOUT: ['invalid-request', false],
  INCONSISTENT_GROUP_PROTOCOL: ['invalid-request', false],
  GROUP_MAX_SIZE_REACHED: ['invalid-request', false],
  UNSUPPORTED_COMPRESSION_TYPE: ['unsupported', false],
  UNSUPPORTED_VERSION: ['unsupported', false],
  UNSUPPORTED_FOR_MESSAGE_FORMAT: ['unsupported', false],
  NOT_ENOUGH_REPLICAS: ['not-enough-replicas', true],
  NOT_ENOUGH_REPLICAS_AFTER_APPEND: ['not-enough-replicas', true],
  TOPIC_AUTHORIZATION_FAILED: ['authorization', false],
  GROUP_AUTHORIZATION_FAILED: ['authorization', false],
  CLUSTER_AUTHORIZATION_FAILED: ['authorization', false],
  SASL_AUTHENTICATION_FAILED: ['authentication', false],
  UNSUPPORTED_SASL_MECHANISM: ['authentication', false],
  ILLEGAL_SASL_STATE: ['authentication', false],
  SECURITY_DISABLED: ['authorization', false],
  GROUP_COORDINATOR_NOT_AVAILABLE: ['no-coordinator', true],
  GROUP_LOAD_IN_PROGRESS: ['no-coordinator', true],
  NOT_COORDINATOR_FOR_GROUP: ['no-coordinator', true],
  REBALANCE_IN_PROGRESS: ['rebalancing', true],
  ILLEGAL_GENERATION: ['fenced', true],
  UNKNOWN_MEMBER_ID: ['fenced', true],
  MEMBER_ID_REQUIRED: ['fenced', true],
  FENCED_INSTANCE_ID: ['fenced', false],
  UNSTABLE_OFFSET_COMMIT: ['broker-error', true],
}

/** The client's own errors, by class name. */
const clientVerdicts: Readonly<Record<string, Verdict>> = {
  KafkaJSSASLAuthenticationError: ['authentication', false],
  KafkaJSRequestTimeoutError: ['timeout', true],
  KafkaJSTimeout: ['timeout', true],
  KafkaJSLockTimeout: ['timeout', true],
  KafkaJSConnectionError: ['unreachable', true],
  KafkaJSConnectionClosedError: ['unreachable', true],
  KafkaJSBrokerNotFound: ['unreachable', true],
  KafkaJSNoBrokerAvailableError: ['unreachable', true],
  KafkaJSGroupCoordinatorNotFound: ['no-coordinator', true],
  KafkaJSMetadataNotLoaded: ['no-leader', true],
  KafkaJSTopicMetadataNotLoaded: ['no-leader', true],
  KafkaJSServerDoesNotSupportApiKey: ['unsupported', false],
  KafkaJSInvariantViolation: ['unknown', true],
  CodecError: ['undecodable', false],
  DeadlineError: ['timeout', true],
  ConnectionsReplacedError: ['unreachable', true],
  LinkClosedError: ['closed', false],
  TlsMaterialError: ['tls', false],
}

/** OpenSSL's and Node's names for a certificate that is not accepted. */
const tlsCode =
  /^(ERR_TLS_|ERR_SSL_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_(GET|VERIFY|DECRYPT)_|HOSTNAME_MISMATCH|INVALID_CA|EPROTO$)/

/** Names anything that was thrown. Never throws itself. */
export function kafkaFailure(thrown: unknown): KafkaFailure {
  let fallback: unknown = thrown
  // The client wraps errors in errors; the innermost one that has a name of its own decides.
  for (let error = thrown, depth = 0; depth < 8; depth++) {
    const verdict = verdictOf(error)
    if (verdict !== undefined) return { ...verdict, text: errorText(error), ...brokerOf(error) }
    if (!isObject(error) || error['cause'] == null) break
    fallback = error
    error = error['cause']
  }
  if (isObject(thrown) && Array.isArray(thrown['errors']) && thrown['errors'].length > 0) {
    return kafkaFailure(thrown['errors'][0])
  }
  return { reason: 'unknown', retryable: true, type: typeOf(fallback), text: errorText(fallback) }
}

function brokerOf(error: unknown): { broker?: string } {
  return isObject(error) && typeof error['broker'] === 'string' ? { broker: error['broker'] } : {}
}

function verdictOf(error: unknown): Omit<KafkaFailure, 'text' | 'broker'> | undefined {
  if (!isObject(error)) return undefined
  const type = typeof error['type'] === 'string' ? error['type'] : ''
  const byType = Object.hasOwn(protocolVerdicts, type) ? protocolVerdicts[type] : undefined
  if (byType !== undefined) return { reason: byType[0], retryable: byType[1], type }
  const code = typeof error['code'] === 'string' ? error['code'] : ''
  if (tlsCode.test(code)) return { reason: 'tls', retryable: false, type: code }
  const name = String(error['name'])
  const byName = Object.hasOwn(clientVerdicts, name) ? clientVerdicts[name] : undefined
  if (byName === undefined) return undefined
  return { reason: byName[0], retryable: byName[1], type: code === '' ? name : code }
}

function typeOf(error: unknown): string {
  if (!isObject(error)) return typeof error
  return typeof error['type'] === 'string' ? error['type'] : String(error['name'])
}

/** Whether Kafka's answer, or the only part of it that failed, has this error name. */
export function isAbout(thrown: unknown, type: string): boolean {
  if (typeof thrown !== 'object' || thrown === null) return false
  const { type: own, errors } = thrown as { type?: unknown; errors?: unknown }
  if (own === type) return true
  return Array.isArray(errors) && errors.length > 0 && errors.every((each) => isAbout(each, type))
}
