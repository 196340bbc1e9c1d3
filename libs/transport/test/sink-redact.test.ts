import { expect, test } from 'vitest'
import { createTestSink } from './support/test-sink.ts'

const canary = 'c4n4ry-Zq9'

test('secrets are gone before a line is published, and the books say how many', async () => {
  const { sink, producer, clock, write } = createTestSink()
  producer.answer = 'succeed'
  write(`{"level":30,"password":"${canary}"}`, 'no secret', `login token=${canary}`)
  await clock.advance(50)
  const lines = ['{"level":30,"password":"[redacted]"}', 'no secret', 'login token=[redacted]']
  expect(producer.lines.slice(0, 3)).toEqual(lines)
  expect(sink.counters).toMatchObject({ accepted: 3, published: 3, redacted: 2, truncated: 0 })
})

test('with redaction off the line goes as it is', async () => {
  const { sink, producer, clock, write } = createTestSink({ redact: false })
  producer.answer = 'succeed'
  write(`{"password":"${canary}"}`)
  await clock.advance(50)
  expect(producer.lines[0]).toBe(`{"password":"${canary}"}`)
  expect(sink.counters.redacted).toBe(0)
})

test('a line that is cut because of its length has been redacted before', async () => {
  const { sink, producer, clock, write } = createTestSink({}, { lineMaxBytes: 600 })
  producer.answer = 'succeed'
  write(JSON.stringify({ level: 30, msg: 'm'.repeat(1_000), password: canary.repeat(50) }))
  write(JSON.stringify({ level: 30, msg: 'short', password: canary.repeat(100) }))
  await clock.advance(50)
  expect(producer.lines[0]).toContain('"password":"[redacted]"')
  // Short enough without its secret.
  expect(producer.lines[1]).toBe('{"level":30,"msg":"short","password":"[redacted]"}')
  expect(producer.lines.join('')).not.toContain(canary)
  expect(sink.counters).toMatchObject({ redacted: 2, truncated: 1 })
})

test('a line too long to be held loses its end, and the secret at its cut', async () => {
  const { producer, clock, write } = createTestSink({}, { lineHeldMaxBytes: 100 })
  producer.answer = 'succeed'
  write(JSON.stringify({ level: 30, a: 'a'.repeat(50), password: canary.repeat(50), msg: 'x' }))
  await clock.advance(50)
  expect(producer.lines[0]).toContain('[redacted]')
  expect(producer.lines.join('')).not.toContain(canary.slice(0, 4))
})
