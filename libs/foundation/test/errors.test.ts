import { expect, test } from 'vitest'
import { ConfigError, errorText, MillraceError, redactCredentials } from '../src/errors.ts'

test('credentials in a URL and in an authorization value never reach a message', () => {
  const error = new ConfigError(
    'MILLRACE_CONFIG_VALUE',
    'https://elastic:hunter2@es:9200 refused; sent Authorization: ApiKey bXk6c2VjcmV0a2V5',
  )
  expect(error.message).toBe(
    'https://[redacted]@es:9200 refused; sent Authorization: ApiKey [redacted]',
  )
})

test('an error keeps its code, name and cause, and is not retryable unless said so', () => {
  const cause = new Error('socket closed')
  const error = new ConfigError('MILLRACE_CONFIG_VALUE', 'bad', { cause })
  expect(error).toBeInstanceOf(MillraceError)
  expect([error.name, error.code, error.retryable, error.cause]).toEqual([
    'ConfigError',
    'MILLRACE_CONFIG_VALUE',
    false,
    cause,
  ])
})

test('anything that was thrown has a text in one line', () => {
  expect(errorText(new Error('first\n  second'))).toBe('first second')
  expect(errorText('plain')).toBe('plain')
  expect(errorText(undefined)).toBe('undefined')
  expect(errorText(Object.create(null))).toBe('something was thrown that has no text')
  expect(errorText(new AggregateError([new Error('connect ECONNREFUSED')]))).toBe(
    'connect ECONNREFUSED',
  )
})

test('redaction takes linear time on a megabyte of hostile text', () => {
  const text = `${'a'.repeat(500_000)}://${'b'.repeat(500_000)}`
  expect(redactCredentials(text)).toBe(text)
})
