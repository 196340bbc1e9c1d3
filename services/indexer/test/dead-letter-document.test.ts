import { encodeSourceFacts } from '@millrace/envelope'
import { describe, expect, it } from 'vitest'
import { describeDeadLetter } from '../src/dead-letter.mts'
import { deadLetterDocument, originalBytesMax } from '../src/dead-letter-document.mts'
import { fakeRecord } from './support/fakes.ts'

const id = '01h2xcejqtf2nbrx-0000001z'
const ingestedAtMs = 1_767_323_050_000
const cause = {
  code: 'MILLRACE_BULK_REJECTED',
  reason: 'Elasticsearch answered 400 document_parsing_exception',
  bulk: {
    status: 400,
    type: 'document_parsing_exception',
    reason: 'failed to parse field [client.ip]',
  },
} as const

function documentOf(record: ReturnType<typeof fakeRecord>): Record<string, unknown> {
  const details = { eventId: id, cause, deadLetteredAtMs: 1_767_323_046_000 }
  const event = deadLetterDocument(record, describeDeadLetter(record, details), ingestedAtMs)
  expect(event.id).toBe(`${id}-dead-letter-1`)
  expect(event.dataStream).toBe('logs-millrace.dead_letter-default')
  return JSON.parse(JSON.stringify(event.document)) as Record<string, unknown>
}

describe('the document of a dead letter', () => {
  it('tells why, whose, from where, and shows the line', () => {
    const millrace = encodeSourceFacts({
      format: 'pino',
      'service.name': 'orders',
      'host.name': 'web-1',
      'agent.type': 'millrace',
      dataset: 'shop',
    })
    const record = { ...fakeRecord(2, 7, '{"client":{"ip":"?"}}'), headers: { millrace } }
    expect(documentOf(record)).toEqual({
      '@timestamp': '2026-01-02T03:04:06.000Z',
      message:
        'Dead letter: Elasticsearch answered 400 document_parsing_exception: failed to parse field [client.ip]',
      ecs: { version: expect.any(String) },
      data_stream: { type: 'logs', dataset: 'millrace.dead_letter', namespace: 'default' },
      event: {
        kind: 'pipeline_error',
        id,
        dataset: 'millrace.dead_letter',
        created: '2026-01-02T03:04:04.000Z',
        ingested: '2026-01-02T03:04:10.000Z',
        original: '{"client":{"ip":"?"}}',
      },
      error: {
        code: 'MILLRACE_BULK_REJECTED',
        type: 'document_parsing_exception',
        message: 'failed to parse field [client.ip]',
      },
      service: { name: 'orders' },
      host: { name: 'web-1' },
      agent: { type: 'millrace' },
      millrace: {
        format: 'pino',
        dead_letter: {
          group: 'MILLRACE_BULK_REJECTED document_parsing_exception client.ip',
          topic: 'logs',
          partition: 2,
          offset: 7,
          attempts: 1,
          status: 400,
          dataset: 'shop',
        },
      },
    })
  })

  it('keeps bytes that are no text as base64, and has none for a record without a value', () => {
    const bytes = Buffer.from([0xff, 0x00, 0x80])
    const raw = documentOf({ ...fakeRecord(0, 1, ''), value: bytes })
    expect(raw['event']).not.toHaveProperty('original')
    expect(raw['attributes']).toEqual({ millrace: { original_base64: bytes.toString('base64') } })
    const empty = documentOf({ ...fakeRecord(0, 1, ''), value: null })
    expect(empty['event']).not.toHaveProperty('original')
    expect(empty).not.toHaveProperty('attributes')
  })

  it('is bounded: a long line is cut between two characters, and says how long it was', () => {
    const whole = documentOf(fakeRecord(0, 1, 'x'.repeat(originalBytesMax)))
    expect(whole).not.toHaveProperty('tags')
    const value = `x${'ü'.repeat(originalBytesMax / 2)}`
    const cut = documentOf(fakeRecord(0, 1, value))
    expect(cut).toMatchObject({
      tags: ['_truncated'],
      attributes: { millrace: { original_bytes: originalBytesMax + 1 } },
    })
    const { original } = cut['event'] as { original: string }
    expect(original).toBe(value.slice(0, originalBytesMax / 2))
    const bytes = Buffer.alloc(originalBytesMax + 30, 0xff)
    const raw = documentOf({ ...fakeRecord(0, 1, ''), value: bytes })
    const { original_base64: base64 } = (raw['attributes'] as { millrace: Record<string, string> })
      .millrace
    expect(Buffer.from(base64!, 'base64')).toHaveLength(originalBytesMax)
  })

  it('tells of earlier attempts, and has an id of its own for each', () => {
    const record = fakeRecord(0, 1, 'x')
    const first = describeDeadLetter(record, { eventId: id, cause, deadLetteredAtMs: 1_000 })
    const header = Buffer.from(JSON.stringify({ v: 1, ...first }))
    const again = { ...record, headers: { 'millrace-dead-letter': header } }
    const facts = describeDeadLetter(again, { eventId: id, cause, deadLetteredAtMs: 2_000 })
    const event = deadLetterDocument(again, facts, ingestedAtMs)
    expect(event.id).toBe(`${id}-dead-letter-2`)
    expect(event.document).toMatchObject({
      millrace: {
        dead_letter: {
          attempts: 2,
          history: [{ at: '1970-01-01T00:00:01.000Z', code: cause.code, status: 400 }],
        },
      },
    })
  })
})
