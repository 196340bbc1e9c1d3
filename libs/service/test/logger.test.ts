import { BulkRequestError } from '@millrace/foundation'
import { expect, test } from 'vitest'
import { createServiceLogger } from '../src/index.ts'

function logTo(lines: string[], level: 'info' | 'warn' = 'info') {
  const destination = { write: (line: string) => void lines.push(line) }
  return createServiceLogger({ name: 'millrace-test', level, destination })
}

test('a line is JSON with the name of the service, from the level on that was set', () => {
  const lines: string[] = []
  const log = logTo(lines, 'warn')
  log.info('too small')
  log.warn({ partitions: 3 }, 'odd')
  expect(lines).toHaveLength(1)
  expect(JSON.parse(lines[0]!)).toMatchObject({
    level: 40,
    name: 'millrace-test',
    partitions: 3,
    msg: 'odd',
  })
})

test('an error is written with code, context and cause, and without credentials', () => {
  const lines: string[] = []
  const cause = new Error('Authorization: ApiKey c2VjcmV0a2V5')
  const error = new BulkRequestError('MILLRACE_BULK_UNREACHABLE', 'https://u:secret@es refused', {
    retryable: true,
    cause,
    context: { status: 503 },
  })
  logTo(lines).error({ err: error }, 'bulk request failed')
  expect(JSON.parse(lines[0]!)).toMatchObject({
    err: {
      type: 'BulkRequestError',
      code: 'MILLRACE_BULK_UNREACHABLE',
      retryable: true,
      context: { status: 503 },
      message: 'https://[redacted]@es refused',
      cause: 'Authorization: ApiKey [redacted]',
    },
  })
  expect(lines[0]).not.toContain('secret')
  expect(lines[0]).not.toContain('c2VjcmV0a2V5')
})

test('what is thrown and is no error is written as it is', () => {
  const lines: string[] = []
  logTo(lines).error({ err: 'just text' }, 'odd')
  expect(JSON.parse(lines[0]!)).toMatchObject({ err: 'just text' })
})
