import { expect, test } from 'vitest'
import { isSevereLine } from '../src/line-severity.ts'

test.each([
  '{"level":50,"time":1,"msg":"x"}',
  '{"level":60,"time":1,"msg":"x"}',
  '{"name":"bunyan","hostname":"h","pid":1,"level":50,"msg":"x"}',
  '{"level":"error","message":"x"}',
  '{"message":"a long text","level":"FATAL"}',
  '{"log.level": "error","@timestamp":"2026-01-02T03:04:05Z"}',
  '{"severity":"CRITICAL","message":"x"}',
  '2026-01-02 03:04:05 ERROR payment failed',
  'ts=1 level=error msg="payment failed"',
])('an error or worse outlives others: %s', (line) => {
  expect(isSevereLine(Buffer.from(line))).toBe(true)
})

test.each([
  '{"level":30,"time":1,"msg":"an error, in words"}',
  '{"level":40,"time":1}',
  '{"level":"info","message":"error"}',
  '{"level":"errorless","message":"x"}',
  '{"level":{"value":50}}',
  '{"level":"',
  '{"level":',
  'all is well',
  '{}',
  '',
])('any other line is dropped first: %s', (line) => {
  expect(isSevereLine(Buffer.from(line))).toBe(false)
})
