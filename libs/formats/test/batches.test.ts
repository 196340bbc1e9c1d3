import { expect, test } from 'vitest'
import { cloudwatchEventsMax } from '../src/formats/cloudwatch.ts'
import { otlpLimits } from '../src/formats/otlp.ts'
import { renderTemplate } from '../src/message-template.ts'
import { RecordNormalizer } from '../src/record-normalizer.ts'

const normalizer = new RecordNormalizer({ clusterId: 'batches' })

interface Seen {
  attributes: { millrace: { unsplit: number } }
  event: { original?: string }
  message: string
  millrace: { format: string }
}

function documents(line: unknown): Seen[] {
  const value = Buffer.from(typeof line === 'string' ? line : JSON.stringify(line))
  const record = { topic: 'logs', partition: 0, offset: 0, key: null, value, headers: {} }
  const { events } = normalizer.normalize(record, Date.parse('2026-01-02T03:04:05.678Z'))
  return events.map(({ document }) => JSON.parse(JSON.stringify(document)) as Seen)
}

function otlp(count: number, resource: object = {}): object {
  const logRecords = Array.from({ length: count }, (_, index) => ({
    body: { stringValue: `event ${index}` },
  }))
  return { resourceLogs: [{ resource, scopeLogs: [{ logRecords }] }] }
}

function cloudwatch(...messages: string[]): object {
  const logEvents = messages.map((message, index) => ({ id: `${index}`, timestamp: 0, message }))
  return { messageType: 'DATA_MESSAGE', owner: '1', logEvents }
}

test('an OTLP batch of the most events is split, one more is kept whole', () => {
  expect(documents(otlp(otlpLimits.events))).toHaveLength(otlpLimits.events)
  const whole = documents(otlp(otlpLimits.events + 1))
  expect(whole).toHaveLength(1)
  expect(whole[0]!.attributes.millrace.unsplit).toBe(otlpLimits.events + 1)
  expect(JSON.parse(whole[0]!.event.original ?? '')).toEqual(otlp(otlpLimits.events + 1))
})

test('an OTLP batch whose events would each get a copy of a huge resource is kept whole', () => {
  const value = { stringValue: 'x'.repeat(otlpLimits.sharedLength / 100) }
  const whole = documents(otlp(101, { attributes: [{ key: 'k', value }] }))
  expect(whole).toHaveLength(1)
  expect(whole[0]!.attributes.millrace.unsplit).toBe(101)
})

test('a CloudWatch batch of more events than the most is kept whole', () => {
  const many = Array.from({ length: cloudwatchEventsMax + 1 }, () => 'x')
  const whole = documents(cloudwatch(...many))
  expect(whole).toHaveLength(1)
  expect(whole[0]!.attributes.millrace.unsplit).toBe(many.length)
})

test('each event of a batch names its own format and keeps its own part of the record', () => {
  const batch = documents(cloudwatch('plain words', '{"level":30,"time":1767323045123,"msg":"m"}'))
  expect(batch.map(({ millrace }) => millrace.format)).toEqual(['text', 'pino'])
  expect(batch.map(({ event }) => event.original)).toEqual(['plain words', undefined])
})

test('a control message yields no event', () => {
  expect(documents({ messageType: 'CONTROL_MESSAGE', logEvents: [] })).toEqual([])
})

test('a template that asks for a big value again and again is filled up to a bound', () => {
  const text = renderTemplate('{A}'.repeat(100_000), () => 'x'.repeat(1000), undefined)
  expect(text.length).toBeLessThan(2_000_000)
  expect(text).toMatch(/^x+(\{A\})+$/)
})

test('a template never reads what every object has', () => {
  const [document] = documents('{"@t":"2026-01-02T03:04:05Z","@mt":"{constructor} {toString}"}')
  expect(document!.message).toBe('{constructor} {toString}')
})
