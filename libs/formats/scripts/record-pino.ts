// Records pino's fixtures: each option that changes the shape of a line.
import { pino } from 'pino'
import { base, failure, request, response, save, sink, timestamp } from './fixture-parts.ts'

export function recordPino(): void {
  const out = sink()
  const typical = pino({ base, timestamp, name: 'orders' }, out.stream)
  typical.info('hello')
  typical.info({ orderId: 17, total: 12.5, paid: true, lines: ['a', 'b'] }, 'order %d placed', 17)
  typical.child({ module: 'stock' }).child({ module: 'shelf' }).warn('low')
  typical.error(failure(new TypeError('card refused')))
  typical.error(
    { err: failure(new RangeError('too far', { cause: failure(new Error('inner')) })) },
    'failed',
  )
  typical.error(
    failure(new AggregateError([failure(new Error('one')), failure(new Error('two'))], 'both')),
  )
  typical.fatal({
    err: Object.assign(failure(new Error('no route')), { code: 'EHOSTUNREACH', errno: -113 }),
  })
  typical.info(
    {
      trace_id: '4bf92f3577b34da6a3ce929d0e0e4736',
      span_id: '00f067aa0ba902b7',
      trace_flags: '01',
    },
    'traced',
  )
  typical.info(
    {
      service: { name: 'billing', version: '2.1.0' },
      user: { id: 5, plan: 'gold' },
      'event.action': 'login',
    },
    'ecs names',
  )
  save('pino', 'typical', out.text())

  recordPinoHttp()
  recordPinoOptions()
  recordPinoLimits()
}

function recordPinoHttp(): void {
  const http = sink()
  const serializers = pino.stdSerializers
  const logger = pino(
    {
      base,
      timestamp,
      serializers: { req: serializers.req, res: serializers.res, err: serializers.err },
    },
    http.stream,
  )
  logger.info({ req: request, res: response, responseTime: 12.75 }, 'request completed')
  logger.child({ reqId: 'req-8' }).info(
    {
      req: {
        method: 'GET',
        url: '/health',
        host: 'localhost:3000',
        remoteAddress: '::1',
        remotePort: 4,
      },
    },
    'incoming request',
  )
  logger.error(
    {
      req: request,
      res: { ...response, statusCode: 500 },
      responseTime: 3,
      err: failure(new Error('boom')),
    },
    'request errored',
  )
  save('pino', 'http', http.text())
}

function recordPinoOptions(): void {
  const out = sink()
  const common = { base, timestamp }
  pino({ ...common, messageKey: 'message' }, out.stream).info('message key')
  pino({ ...common, messageKey: 'text' }, out.stream).info('unknown message key stays left over')
  pino({ ...common, errorKey: 'error' }, out.stream).error(failure(new Error('under error')))
  pino({ ...common, errorKey: 'problem' }, out.stream).error(failure(new Error('under problem')))
  pino({ ...common, nestedKey: 'payload' }, out.stream).info(
    { time: 1, level: 'x', msg: 'inner' },
    'nested',
  )
  pino({ base, timestamp: false }, out.stream).info('no time')
  pino({ base, timestamp: () => ',"time":"2026-01-02T03:04:05.123Z"' }, out.stream).info('isoTime')
  pino({ base, timestamp: () => ',"time":"2026-01-02T03:04:05.123456789Z"' }, out.stream).info(
    'isoTimeNano',
  )
  pino({ base, timestamp: () => ',"time":1767323045' }, out.stream).info('unixTime')
  pino({ base, timestamp: () => ',"timestamp":"2026-01-02T03:04:05.123Z"' }, out.stream).info(
    'own key',
  )
  pino({ ...common, formatters: { level: (label) => ({ level: label }) } }, out.stream).warn(
    'label',
  )
  pino(
    { ...common, formatters: { level: (label) => ({ level: label.toUpperCase() }) } },
    out.stream,
  ).warn('LABEL')
  pino({ ...common, formatters: { level: (label) => ({ severity: label }) } }, out.stream).error(
    'severity',
  )
  pino({ ...common, base: null }, out.stream).info('no base')
  pino({ ...common, customLevels: { notice: 35 }, level: 'notice' }, out.stream).notice(
    'custom level',
  )
  pino({ ...common, mixin: () => ({ tenant: 'acme' }) }, out.stream).info('mixin')
  pino({ ...common, redact: ['password'] }, out.stream).info({ password: 'x' }, 'redact')
  pino({ ...common, crlf: true }, out.stream).info('crlf')
  pino({ ...common, serializers: { err: pino.stdSerializers.errWithCause } }, out.stream).error(
    failure(new Error('outer', { cause: failure(new RangeError('inner')) })),
  )
  save('pino', 'options', out.text())
}

function recordPinoLimits(): void {
  const out = sink()
  const logger = pino({ base, timestamp }, out.stream)
  logger.info(
    {
      big: 12_345_678_901_234_567_890n,
      low: -9_007_199_254_740_993n,
      nan: Number.NaN,
      far: Infinity,
    },
    'numbers',
  )
  logger.info(
    { time: 'yesterday', level: 'loud', pid: 'x', hostname: 7, msg: 'first' },
    'repeated keys',
  )
  logger.info(
    { 'a.b': 1, a: { b: 2 }, '': 3, '..': 4, 'x..y': 5, ' ': 6, 'nul\0key': 7 },
    'odd keys',
  )
  logger.info(
    JSON.parse('{"__proto__":{"polluted":true},"constructor":1,"prototype":2}'),
    'prototypes',
  )
  logger.info({ [`long-${'k'.repeat(600)}`]: 'value' }, 'long key')
  logger.info({ deep: nest(30) }, 'deep')
  logger.info(
    {
      tls: true,
      file: 'a.txt',
      url: 'https://example.com',
      user: 'ann',
      http: 5,
      log: 'x',
      process: 'y',
      trace: [1],
    },
    'scalars where ECS has objects',
  )
  logger.info(
    { attributes: { own: 1 }, millrace: { original_bytes: 5 }, _id: 'x', event: { id: 'mine' } },
    'our names',
  )
  logger.info('lone \ud800 surrogate, \u0000 nul, \u001b[31mred\u001b[39m')
  logger.info(
    {
      'host.ip': 'nowhere',
      'client.port': 'http',
      labels: 'x',
      tags: [{}],
      'url.port': 1e20,
      'event.start': 'soon',
    },
    'wrong types',
  )
  save('pino', 'limits', out.text())
}

function nest(depth: number): unknown {
  let value: unknown = 'bottom'
  for (let level = 0; level < depth; level++) value = { in: value }
  return value
}
