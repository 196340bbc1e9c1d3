import { BulkRequestError } from '@millrace/foundation'
import { expect, test } from 'vitest'
import { classifyBulkFailure } from '../src/bulk-failure.mts'

const refusal = (context: Record<string, string | number | boolean>): BulkRequestError =>
  new BulkRequestError('MILLRACE_BULK_REFUSED', 'refused', { context })

test('a 400 in the words of Elasticsearch is about the batch, a 400 of some other server is for a person', () => {
  expect(classifyBulkFailure(refusal({ status: 400 })).kind).toBe('malformed')
  expect(classifyBulkFailure(refusal({ status: 400, needsPerson: true })).kind).toBe('forbidden')
})

test.each([
  [401, 'forbidden'],
  [403, 'forbidden'],
  [413, 'too-large'],
  [429, 'unavailable'],
  [503, 'unavailable'],
])('status %i is %s', (status, kind) => {
  expect(classifyBulkFailure(refusal({ status }))).toMatchObject({ status, kind })
})

test('no answer is unavailable, whatever was thrown', () => {
  const context = { reason: 'tls', needsPerson: true }
  const unreachable = new BulkRequestError('MILLRACE_BULK_UNREACHABLE', 'no TLS', { context })
  expect(classifyBulkFailure(unreachable)).toEqual({ kind: 'unavailable', reason: 'no TLS' })
  expect(classifyBulkFailure(new Error('own')).kind).toBe('unavailable')
})
