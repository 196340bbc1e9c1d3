import { encodeSourceFacts, hashSource } from '@millrace/envelope'
import { describe, expect, test } from 'vitest'
import { type NormalizeTrace, RecordNormalizer, type SourceRecord } from '../src/index.ts'

const receivedAtMs = Date.parse('2026-01-02T03:04:05.678Z')
const normalizer = new RecordNormalizer({ clusterId: 'cluster' })
const mintedId = '06dfk3a4c0000000-0000000a'

function record(value: string | Uint8Array | null, more: Partial<SourceRecord> = {}): SourceRecord {
  return {
    topic: 'logs',
    partition: 3,
    offset: 42,
    key: null,
    value: typeof value === 'string' ? Buffer.from(value) : value,
    headers: {},
    ...more,
  }
}

interface SeenDocument {
  [name: string]: unknown
  event: { original?: string }
  attributes?: { millrace: { original_base64: string } }
}

function documentOf(value: string | Uint8Array, more: Partial<SourceRecord> = {}): SeenDocument {
  const { events } = normalizer.normalize(record(value, more), receivedAtMs)
  return events[0]!.document as unknown as SeenDocument
}

describe('identity', () => {
  test('a record that its sender marks as sent again is told as such, planned or not', () => {
    const key = Buffer.from(mintedId)
    for (const value of ['x', '{"level":30,"time":1767323044000,"msg":"hello"}']) {
      for (let turn = 0; turn < 20; turn++) {
        const again = { millrace: encodeSourceFacts({ format: 'pino', resent: true }) }
        const first = { millrace: encodeSourceFacts({ format: 'pino' }) }
        const ask = (headers: Record<string, Buffer>): boolean | undefined =>
          normalizer.normalize(record(value, { key, headers }), receivedAtMs).isResent
        expect(ask(again)).toBe(true)
        expect(ask(first)).toBeUndefined()
      }
    }
  })

  test('a minted key is the id, and tells instance and sequence', () => {
    const headers = { millrace: encodeSourceFacts({ 'agent.type': 'millrace' }) }
    const { events } = normalizer.normalize(
      record('x', { key: Buffer.from(mintedId), headers }),
      receivedAtMs,
    )
    expect(events[0]!.id).toBe(mintedId)
    expect(events[0]!.document).toMatchObject({
      event: { id: mintedId, sequence: 10 },
      agent: { type: 'millrace', ephemeral_id: '06dfk3a4c0000000' },
    })
  })

  const offsetId = `k${hashSource('cluster', 'logs')}-3-0000000000000042`

  test.each([
    ['has no header, whatever its key says', { key: Buffer.from(mintedId) }],
    [
      'has a header but a key that is no event id',
      { key: Buffer.from('order-7'), headers: { millrace: encodeSourceFacts({}) } },
    ],
    ['has a header but no key', { headers: { millrace: encodeSourceFacts({}) } }],
  ])('a record that %s gets the id of its offset', (_name, more) => {
    expect(normalizer.normalize(record('x', more), receivedAtMs).events[0]!.id).toBe(offsetId)
  })

  test('a replayed record keeps the id of the place where it was read first', () => {
    const eventId = `k${hashSource('cluster', 'logs')}-1-0000000000000007`
    const place = { topic: 'logs', partition: 1, offset: 7, timestamp: 0 }
    const header = JSON.stringify({ v: 1, code: 'C', reason: 'r', eventId, ...place })
    const headers = { 'millrace-dead-letter': Buffer.from(header) }
    const { events } = normalizer.normalize(record('x', { headers }), receivedAtMs)
    expect(events[0]!.id).toBe(eventId)
  })
})

describe('records that yield no document', () => {
  test('a record without a value is rejected', () => {
    const { events, rejections } = normalizer.normalize(record(null), receivedAtMs)
    expect(events).toEqual([])
    expect(rejections).toMatchObject([{ ok: false, code: 'MILLRACE_DECODE_EMPTY' }])
  })

  test('a control message is rejected where a transport gave it an id, and passed over where nobody did', () => {
    const empty = '{"messageType":"CONTROL_MESSAGE","logEvents":[]}'
    const headers = { millrace: encodeSourceFacts({ format: 'cloudwatch' }) }
    const minted = normalizer.normalize(record(empty, { headers }), receivedAtMs)
    expect(minted).toMatchObject({ events: [], rejections: [{ code: 'MILLRACE_DECODE_EMPTY' }] })
    const foreign = normalizer.normalize(record(empty), receivedAtMs)
    expect(foreign).toEqual({ events: [], rejections: [] })
  })

  test('an unreadable header is a rejection that shows at most 200 characters of it', () => {
    const headers = { millrace: Buffer.from(`\ud800${'x'.repeat(5000)}`) }
    const { rejections } = normalizer.normalize(record('x', { headers }), receivedAtMs)
    expect(rejections[0]!.code).toBe('MILLRACE_DECODE_HEADER')
    expect(rejections[0]!.reason.length).toBeLessThan(300)
  })

  test('a control record yields its kind and no event', () => {
    const headers = { millrace: encodeSourceFacts({ kind: 'ledger' }) }
    const outcome = normalizer.normalize(record(null, { headers }), receivedAtMs)
    expect(outcome).toEqual({ events: [], rejections: [], kind: 'ledger' })
  })
})

test('a record that no client could hand over is rejected, not thrown', () => {
  for (const broken of [record(5 as never), record('x', { headers: undefined as never })]) {
    const { events, rejections } = normalizer.normalize(broken, receivedAtMs)
    expect(events).toEqual([])
    expect(rejections[0]!.code).toBe('MILLRACE_NORMALIZE_FAILED')
  }
})

test('a time zone that does not exist is refused at once', () => {
  expect(() => new RecordNormalizer({ clusterId: 'c', timeZone: 'Nowhere/Atlantis' })).toThrow(
    /timeZone must be UTC, an IANA name .* got "Nowhere\/Atlantis"/,
  )
})

describe('times', () => {
  test('event.created is the record time, and @timestamp falls back to it', () => {
    const document = documentOf('hello', { timestampMs: receivedAtMs - 1000 })
    expect(document['@timestamp']).toBe('2026-01-02T03:04:04.678Z')
    expect(document['event']).toMatchObject({
      created: '2026-01-02T03:04:04.678Z',
      ingested: '2026-01-02T03:04:05.678Z',
    })
  })

  test.each([receivedAtMs + 1, 0, -1, Number.NaN])(
    'a record time of %s is not believed',
    (timestampMs) => {
      expect(documentOf('hello', { timestampMs })['event']).toMatchObject({
        created: '2026-01-02T03:04:05.678Z',
      })
    },
  )

  test('a time exactly a day ahead is believed, a millisecond more is not', () => {
    const day = 86_400_000
    const at = (time: number) => documentOf(JSON.stringify({ level: 30, time, msg: 'x' }))
    expect(at(receivedAtMs + day)['@timestamp']).toBe('2026-01-03T03:04:05.678Z')
    const ahead = at(receivedAtMs + day + 1)
    expect(ahead['@timestamp']).toBe('2026-01-02T03:04:05.678Z')
    expect(ahead['tags']).toEqual(['_future_timestamp'])
    expect(ahead['attributes']).toEqual({
      millrace: { claimed_timestamp: '2026-01-03T03:04:05.679Z' },
    })
  })

  test('a time without a zone is read in the configured zone, which event.timezone then names', () => {
    const local = new RecordNormalizer({ clusterId: 'c', timeZone: 'Europe/Berlin' })
    const { document } = local.normalize(record('2026-01-02 03:04:05 hello'), receivedAtMs)
      .events[0]!
    expect(document).toMatchObject({
      '@timestamp': '2026-01-02T02:04:05.000Z',
      event: { timezone: 'Europe/Berlin' },
    })
  })
})

describe('bytes', () => {
  test('bytes that are no UTF-8 can be had back from the document', () => {
    const bytes = Buffer.from([0x7b, 0xff, 0xfe, 0x00, 0x7d])
    const document = documentOf(bytes)
    expect(Buffer.from(document.attributes!.millrace.original_base64, 'base64')).toEqual(bytes)
  })

  test('at most originalBase64BytesMax of them are kept', () => {
    const small = new RecordNormalizer({ clusterId: 'c', originalBase64BytesMax: 3 })
    const at = (length: number) =>
      small.normalize(record(Buffer.alloc(length, 0xff)), receivedAtMs).events[0]!.document[
        'attributes'
      ]
    expect(at(3)).toEqual({ millrace: { original_base64: '////' } })
    expect(at(4)).toEqual({ millrace: { original_base64: '////' } })
  })

  test.each([
    ['a byte order mark', '\ufeffx'],
    ['a final \\n', 'x\n'],
    ['a final \\r\\n', 'x\r\n'],
  ])('%s is no part of the line', (_name, line) => {
    expect(documentOf(line)['message']).toBe('x')
  })

  test('U+FFFD that the writer itself wrote is valid UTF-8', () => {
    expect(documentOf('a \ufffd b')['attributes']).toBeUndefined()
  })

  test('a line that is its own message is not repeated in event.original past a million characters', () => {
    const length = 1 << 20
    const original = (line: string) => documentOf(line).event.original
    expect(original('x'.repeat(length))).toHaveLength(length)
    expect(original('x'.repeat(length + 1))).toBeUndefined()
  })
})

describe('the format', () => {
  const plain = (format: string) => ({ headers: { format: Buffer.from(format) } })

  test('one that the header names is used even where the signature is missing', () => {
    expect(documentOf('{"level":40,"text":"x"}', plain('pino'))['log']).toEqual({ level: 'warn' })
  })

  test('one that cannot read the line gives way to detection, and the document says so', () => {
    expect(documentOf('plain words', plain('pino'))).toMatchObject({
      millrace: { format: 'text' },
      attributes: { millrace: { declared_format: 'pino' } },
    })
  })

  test('an unknown name is kept', () => {
    expect(documentOf('{"msg":"x"}', plain('klingon'))).toMatchObject({
      millrace: { format: 'json' },
      attributes: { millrace: { declared_format: 'klingon' } },
    })
  })

  test('an alias of the format that was used needs no remark', () => {
    const document = documentOf('x', plain('plain-text'))
    expect(document['attributes']).toBeUndefined()
  })
})

test('a trace tells the format, why it was chosen, and which key each field came from', () => {
  const trace: NormalizeTrace = {}
  normalizer.normalize(
    record('{"level":30,"time":1767323045123,"pid":7,"msg":"x","a":1}'),
    receivedAtMs,
    trace,
  )
  expect(trace).toMatchObject({ format: 'pino', by: 'signature', layers: ['pino'] })
  const [origins] = trace.origins!
  expect(trace.origins).toHaveLength(1)
  expect(origins).toContainEqual({ path: '@timestamp', from: 'time', by: 'line' })
  expect(origins).toContainEqual({ path: 'process.pid', from: 'pid', by: 'line' })
  expect(origins).toContainEqual({ path: 'attributes.a', from: 'a', by: 'line' })
  expect(origins).toContainEqual({ path: 'event.ingested', from: '', by: 'record' })
})
