import {
  KafkaJSAggregateError,
  KafkaJSConnectionError,
  KafkaJSNonRetriableError,
  KafkaJSNumberOfRetriesExceeded,
  KafkaJSProtocolError,
  KafkaJSRequestTimeoutError,
} from 'kafkajs'
import { describe, expect, it } from 'vitest'
import { kafkaFailure } from '../src/failure.ts'

const protocolError = (type: string) =>
  new KafkaJSProtocolError({ type, code: 1, message: 'something', retriable: false } as never)

describe('kafkaFailure', () => {
  it.each([
    ['MESSAGE_TOO_LARGE', 'too-large', false],
    ['RECORD_LIST_TOO_LARGE', 'too-large', false],
    ['NOT_ENOUGH_REPLICAS', 'not-enough-replicas', true],
    ['NOT_ENOUGH_REPLICAS_AFTER_APPEND', 'not-enough-replicas', true],
    ['UNKNOWN_TOPIC_OR_PARTITION', 'unknown-topic', true],
    ['TOPIC_AUTHORIZATION_FAILED', 'authorization', false],
    ['GROUP_AUTHORIZATION_FAILED', 'authorization', false],
    ['SASL_AUTHENTICATION_FAILED', 'authentication', false],
    ['REQUEST_TIMED_OUT', 'timeout', true],
    ['NOT_LEADER_FOR_PARTITION', 'no-leader', true],
    ['INVALID_RECORD', 'invalid-record', false],
    ['REBALANCE_IN_PROGRESS', 'rebalancing', true],
    ['ILLEGAL_GENERATION', 'fenced', true],
  ])("names Kafka's %s %s", (type, reason, retryable) => {
    expect(kafkaFailure(protocolError(type))).toMatchObject({ reason, retryable, type })
  })

  it('finds the reason inside the errors that the client wraps around it', () => {
    const inner = protocolError('TOPIC_AUTHORIZATION_FAILED')
    const wrapped = new KafkaJSNumberOfRetriesExceeded(
      Object.assign(new KafkaJSNonRetriableError(inner), { cause: inner }),
      { retryCount: 5, retryTime: 1 },
    )
    expect(kafkaFailure(wrapped)).toMatchObject({ reason: 'authorization', retryable: false })
    const many = new KafkaJSAggregateError('several', [inner])
    expect(kafkaFailure(many)).toMatchObject({ reason: 'authorization' })
  })

  it('tells a refused connection, a late answer and an untrusted certificate apart', () => {
    const refused = new KafkaJSConnectionError('Connection error: x', { code: 'ECONNREFUSED' })
    expect(kafkaFailure(refused)).toMatchObject({ reason: 'unreachable', type: 'ECONNREFUSED' })
    expect(kafkaFailure(new KafkaJSRequestTimeoutError('late', {} as never))).toMatchObject({
      reason: 'timeout',
      retryable: true,
    })
    const untrusted = new KafkaJSConnectionError('x', { code: 'SELF_SIGNED_CERT_IN_CHAIN' })
    expect(kafkaFailure(untrusted)).toMatchObject({ reason: 'tls', retryable: false })
  })

  it.each([undefined, null, 'text', 7, {}, new Error('own')])(
    'names anything that can be thrown: %o',
    (thrown) => {
      expect(kafkaFailure(thrown).reason).toBe('unknown')
    },
  )
})
