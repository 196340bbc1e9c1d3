import { describe, expect, test } from 'vitest'
import { RecordNormalizer } from '../src/index.ts'

const normalizer = new RecordNormalizer({ clusterId: 'placement' })

/** The document of a JSON line with these members, without what every document has. */
function place(members: object): Record<string, unknown> {
  const value = Buffer.from(JSON.stringify(members))
  const record = { topic: 'logs', partition: 0, offset: 0, key: null, value, headers: {} }
  const document = normalizer.normalize(record, 1_767_323_045_678).events[0]!.document as Record<
    string,
    unknown
  >
  const {
    '@timestamp': _time,
    ecs: _ecs,
    agent: _agent,
    data_stream: _stream,
    millrace: _millrace,
    ...rest
  } = document
  const {
    created: _created,
    ingested: _ingested,
    id: _id,
    dataset: _dataset,
    ...event
  } = rest['event'] as Record<string, unknown>
  return { ...rest, event }
}

describe('a request target', () => {
  test.each([
    ['/a?b#c', { path: '/a', query: 'b', fragment: 'c' }],
    ['/a?', { path: '/a', query: '' }],
    ['/a#c?d', { path: '/a', fragment: 'c?d' }],
    ['*', { path: '*' }],
    ['?x', { query: 'x' }],
    ['/%zz', { path: '/%zz' }],
    [
      'https://ex.example:8443/p?q',
      {
        full: 'https://ex.example:8443/p?q',
        scheme: 'https',
        domain: 'ex.example',
        port: 8443,
        path: '/p',
        query: 'q',
      },
    ],
    [
      'http://[2001:db8::1]:80/',
      {
        full: 'http://[2001:db8::1]:80/',
        scheme: 'http',
        domain: '[2001:db8::1]',
        port: 80,
        path: '/',
      },
    ],
    ['http://[', { full: 'http://[', scheme: 'http' }],
  ])('%s is cut by hand', (url, parts) => {
    expect(place({ req: { url } })['url']).toEqual({ original: url, ...parts })
  })
})

test.each([
  ['192.0.2.1', { address: '192.0.2.1', ip: '192.0.2.1' }],
  ['::ffff:192.0.2.1', { address: '::ffff:192.0.2.1', ip: '::ffff:192.0.2.1' }],
  ['unknown', { address: 'unknown' }],
  ['unix:', { address: 'unix:' }],
  ['1.2.3.4:80', { address: '1.2.3.4:80' }],
  ['-', undefined],
])('the client %s', (remoteAddress, client) => {
  expect(place({ req: { remoteAddress } })['client']).toEqual(client)
})

test('headers that carry credentials are masked, the others are kept', () => {
  const headers = { Authorization: 'Basic x', COOKIE: 'a=b', 'x-api-key': 'k', accept: 'text/html' }
  expect(
    place({ req: { headers }, res: { headers: { 'set-cookie': ['a=b'] } } })['attributes'],
  ).toEqual({
    req: {
      headers: {
        Authorization: '[masked]',
        COOKIE: '[masked]',
        'x-api-key': '[masked]',
        accept: 'text/html',
      },
    },
    res: { headers: { 'set-cookie': '[masked]' } },
  })
})

test.each([
  [12.75, 12_750_000],
  [0, 0],
  [0.000_000_4, 0],
])('a response time of %d ms is %d ns', (responseTime, duration) => {
  expect(place({ responseTime })['event']).toEqual({ duration })
})

test.each([-1, '12', null, 1e300])('a response time of %j is left over', (responseTime) => {
  expect(place({ responseTime })['attributes']).toEqual({ responseTime })
})

describe('an error', () => {
  const stack = 'TypeError: boom\n    at f (a.js:1:1)'

  test.each(['err', 'error', 'exception', 'thrown', 'throwable', 'anything'])(
    'under %s is found',
    (key) => {
      expect(place({ [key]: { type: 'TypeError', message: 'boom', stack } })['error']).toEqual({
        type: 'TypeError',
        message: 'boom',
        stack_trace: stack,
      })
    },
  )

  test('at the root is read from its stack', () => {
    expect(place({ stack })['error']).toEqual({
      type: 'TypeError',
      message: 'boom',
      stack_trace: stack,
    })
  })

  test('as text is its message, as a stack in text it is taken apart', () => {
    expect(place({ error: 'no route' })).toMatchObject({
      error: { message: 'no route' },
      message: 'no route',
      log: { level: 'error' },
    })
    expect(place({ err: stack })['error']).toEqual({
      type: 'TypeError',
      message: 'boom',
      stack_trace: stack,
    })
  })

  test('keeps its causes and own properties in attributes.error, never below error', () => {
    const { error, attributes } = place({
      err: { message: 'm', code: 5, errno: -2, cause: { message: 'inner' } },
    })
    expect(error).toEqual({ message: 'm', code: '5' })
    expect(attributes).toEqual({ error: { errno: -2, cause: { message: 'inner' } } })
  })

  test('that comes second is left over whole', () => {
    expect(place({ err: { message: 'a' }, error: { message: 'b' } })).toMatchObject({
      error: { message: 'a' },
      attributes: { error: { message: 'b' } },
    })
  })

  test.each([null, false, 5, [], {}])('that is %j is none', (err) => {
    const { error, attributes, log } = place({ err })
    expect({ error, attributes, log }).toEqual({
      error: undefined,
      attributes: { err },
      log: { level: 'info' },
    })
  })
})

describe('correlation ids', () => {
  const trace = '4bf92f3577b34da6a3ce929d0e0e4736'
  const span = '00f067aa0ba902b7'

  test.each(['trace_id', 'traceId', 'trace.id', '@tr', 'TraceId', 'otelTraceID'])(
    '%s is the trace',
    (key) => {
      expect(place({ [key]: trace.toUpperCase() })['trace']).toEqual({ id: trace })
    },
  )

  test.each(['span_id', 'spanId', 'span.id', '@sp', 'otelSpanID'])('%s is the span', (key) => {
    expect(place({ [key]: span })['span']).toEqual({ id: span })
  })

  test('a traceparent is both, and its flags are kept', () => {
    const traceparent = `00-${trace}-${span}-01`
    expect(place({ traceparent })).toMatchObject({
      trace: { id: trace },
      span: { id: span },
      attributes: { traceparent },
    })
  })

  test.each([
    { trace_id: '0'.repeat(32) },
    { trace_id: '' },
    { trace_id: 5 },
    { trace_id: '1234567890123456789' },
    { trace_id: '1-5759e988-bd862e3fe1be46a994272793' },
    { 'dd.trace_id': '123' },
    { traceparent: `00-${'0'.repeat(32)}-${'0'.repeat(16)}-00` },
  ])('%j is none', (members) => {
    expect(place(members)).toMatchObject({ attributes: members })
    expect(place(members)['trace']).toBeUndefined()
  })
})

describe('ECS names', () => {
  test('are placed dotted, nested and half of each', () => {
    expect(
      place({
        'url.path': '/a',
        http: { request: { method: 'GET' }, 'response.status_code': 200 },
        'log.origin': { file: { line: 3 } },
      }),
    ).toMatchObject({
      url: { path: '/a' },
      http: { request: { method: 'GET' }, response: { status_code: 200 } },
      log: { origin: { file: { line: 3 } } },
    })
  })

  test('that come twice keep the first usable value, and the other under its own spelling', () => {
    expect(place({ 'service.name': 5, service: { name: 'b' } })).toMatchObject({
      service: { name: '5' },
      attributes: { service: { name: 'b' } },
    })
    expect(place({ 'client.port': 'x', client: { port: 80 } })).toMatchObject({
      client: { port: 80 },
      attributes: { 'client.port': 'x' },
    })
  })

  test('with a scalar where ECS has an object become the name, or are left over', () => {
    expect(
      place({ service: 'shop', host: 'web-1', tls: true, file: 'a.txt', os: 'linux', user: 5 }),
    ).toMatchObject({
      service: { name: 'shop' },
      host: { name: 'web-1' },
      attributes: { tls: true, file: 'a.txt', os: 'linux', user: 5 },
    })
  })

  test('that only Millrace writes are left over', () => {
    const own = {
      event: { id: 'x', dataset: 'y', created: '2020-01-01', ingested: '2020-01-01' },
      data_stream: { type: 'metrics' },
    }
    expect(place(own)['attributes']).toEqual(own)
  })

  test('labels are flat text, whatever their keys', () => {
    expect(
      place({
        labels: { 'a.b': 1, 'c*d': true, e: { f: 1 }, g: null },
        'labels.h': 'i',
        'labels.a.b': 'again',
      }),
    ).toMatchObject({
      labels: { a_b: '1', c_d: 'true', h: 'i' },
      attributes: { labels: { e: { f: 1 }, g: null, 'a.b': 'again' } },
    })
  })
})

describe('a level', () => {
  test.each([
    [{ level: 30 }, 'info', { level: 30 }],
    [{ level: 'critical' }, 'fatal', { level: 'critical' }],
    [{ level: 'WARNING' }, 'warn', undefined],
    [{ severity: 'ERROR' }, 'error', undefined],
    [{ level: {} }, 'info', { level: {} }],
    [{ level: true }, 'info', { level: true }],
    [{ lvl: 'loud' }, 'info', { level: 'loud' }],
  ])('%j is %s', (members, level, attributes) => {
    const placed = place(members)
    expect([placed['log'], placed['attributes']]).toEqual([{ level }, attributes])
  })
})
