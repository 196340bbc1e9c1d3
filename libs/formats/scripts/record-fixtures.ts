// Records the fixtures of formats whose library is installed, by running the library. Times, process and host are fixed.
import { mkdirSync, writeFileSync } from 'node:fs'
import { Writable } from 'node:stream'
import { ecsFormat } from '@elastic/ecs-pino-format'
import bunyan from 'bunyan'
import { pino } from 'pino'
import winston from 'winston'

const root = new URL('../../../test/fixtures/formats/', import.meta.url)
const timeMs = 1_767_323_045_123
const base = { pid: 4242, hostname: 'web-1' }

/** A sink that keeps what a logger writes. */
function sink(): { stream: Writable; text(): string } {
  let written = ''
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      written += chunk.toString()
      done()
    },
  })
  return { stream, text: () => written }
}

function save(format: string, name: string, text: string): void {
  mkdirSync(new URL(`${format}/`, root), { recursive: true })
  writeFileSync(new URL(`${format}/${name}.log`, root), text)
}

/** An error whose stack is the same on every machine. */
function failure<Kind extends Error>(error: Kind): Kind {
  error.stack = `${error.name}: ${error.message}\n    at charge (/srv/app/payments.js:41:11)\n    at async pay (/srv/app/orders.js:12:5)`
  return error
}

const request = {
  id: 'req-7',
  method: 'POST',
  url: '/orders?from=cart#top',
  headers: {
    host: 'shop.example.com:8443',
    'user-agent': 'curl/8.5.0',
    referer: 'https://shop.example.com/',
    authorization: 'Bearer abcdef',
    cookie: 'session=1',
    accept: '*/*',
  },
  socket: { remoteAddress: '192.0.2.7', remotePort: 50_112 },
}
const response = {
  statusCode: 201,
  headersSent: true,
  getHeaders: () => ({ 'content-type': 'application/json', 'content-length': '512' }),
}

function recordPino(): void {
  const out = sink()
  const timestamp = (): string => `,"time":${timeMs}`
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

  recordPinoOptions()
  recordPinoLimits()
}

function recordPinoOptions(): void {
  const out = sink()
  const timestamp = (): string => `,"time":${timeMs}`
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
  const logger = pino({ base, timestamp: () => `,"time":${timeMs}` }, out.stream)
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

function recordEcs(): void {
  const out = sink()
  const logger = pino(
    { ...ecsFormat({ serviceName: 'catalogue', serviceVersion: '3.0.0' }) },
    out.stream,
  )
  logger.info('hello')
  logger.info({ req: request, res: response }, 'served')
  logger.error(failure(new TypeError('boom')), 'failed')
  logger.warn({ sku: 'A-1', 'labels.team': 'blue' }, 'custom keys')
  const fixed = out
    .text()
    .replaceAll(/"@timestamp":"[^"]+"/g, '"@timestamp":"2026-01-02T03:04:05.123Z"')
    .replaceAll(/"process\.pid":\d+/g, '"process.pid":4242')
    .replaceAll(/"host\.hostname":"[^"]*"/g, '"host.hostname":"web-1"')
  save('ecs', 'typical', fixed)
}

function recordBunyan(): void {
  const out = sink()
  const logger = bunyan.createLogger({
    name: 'payments',
    hostname: 'web-1',
    serializers: { err: bunyan.stdSerializers.err },
    streams: [{ type: 'stream', level: 'trace', stream: out.stream }],
  })
  logger.info('hello')
  logger.info({ invoice: 12, lines: [1, 2] }, 'invoice %s', 'sent')
  logger.error({ err: Object.assign(failure(new TypeError('boom')), { code: 'E_CARD' }) }, 'failed')
  logger.child({ component: 'ledger' }).warn('odd')
  logger.info({ src: { file: '/srv/app/pay.js', line: 9, func: 'pay' }, latency: 4 }, 'positions')
  logger.info(
    {
      req: {
        method: 'GET',
        url: '/',
        headers: { host: 'a.example' },
        remoteAddress: '192.0.2.1',
        remotePort: 9,
      },
      res: { statusCode: 200, header: 'HTTP/1.1 200 OK\r\n' },
    },
    'served',
  )
  logger.trace('low')
  const fixed = out
    .text()
    .replaceAll(/"time":"[^"]+"/g, '"time":"2026-01-02T03:04:05.123Z"')
    .replaceAll(/"pid":\d+/g, '"pid":4242')
  save('bunyan', 'typical', fixed)
}

function recordWinston(): void {
  const out = sink()
  const { combine, errors, json, timestamp, colorize } = winston.format
  const transports = [new winston.transports.Stream({ stream: out.stream })]
  const plain = winston.createLogger({
    level: 'silly',
    format: combine(
      errors({ stack: true }),
      timestamp({ format: () => '2026-01-02T03:04:05.123Z' }),
      json(),
    ),
    transports,
  })
  plain.info('hello')
  plain.warn('stock is low', { sku: 'A-1', left: 2, big: 12_345_678_901_234_567_890n })
  plain.error(failure(new TypeError('boom')))
  plain.error('failed', failure(new RangeError('too far')))
  plain.verbose('chatty')
  plain.http('served')
  plain.silly('low')
  const zoneless = winston.createLogger({
    format: combine(timestamp({ format: () => '2026-01-02 03:04:05' }), json()),
    transports,
  })
  zoneless.info('no zone', { service: 'catalogue', version: '1.2.3', environment: 'test' })
  const coloured = winston.createLogger({
    format: combine(colorize({ all: true }), json()),
    transports,
  })
  coloured.error('red')
  winston
    .createLogger({ levels: winston.config.syslog.levels, format: json(), transports })
    .log('crit', 'syslog levels')
  save('winston', 'typical', out.text())
}

recordPino()
recordEcs()
recordBunyan()
recordWinston()
