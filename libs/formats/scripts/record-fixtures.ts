// Records fixtures by running what writes the lines: `npm run fixtures [-- name …]`. Times, process and host are fixed.
import { parseArgs } from 'node:util'
import { ecsFormat } from '@elastic/ecs-pino-format'
import { errorText } from '@millrace/foundation'
import bunyan from 'bunyan'
import { pino } from 'pino'
import winston from 'winston'
import { failure, request, response, save, sink } from './fixture-parts.ts'
import { recordGelf, recordWinstonLogstash } from './record-gelf.ts'
import { recordGoText } from './record-go-text.ts'
import { recordJournald } from './record-journald.ts'
import { recordLog4jsText } from './record-log4js-text.ts'
import { recordLog4js } from './record-log4js.ts'
import { recordGoJson, recordJavaJson, recordOtlp, recordPythonJson } from './record-other-json.ts'
import { recordPino } from './record-pino.ts'
import { recordPythonText } from './record-python-text.ts'
import { recordStacks } from './record-stacks.ts'
import { recordSyslog } from './record-syslog.ts'
import { recordWebServers } from './record-web-servers.ts'

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

/** Libraries that are installed here: recorded when nothing is named. */
const libraries: Record<string, () => void | Promise<void>> = {
  pino: recordPino,
  ecs: recordEcs,
  bunyan: recordBunyan,
  winston: recordWinston,
  'winston-logstash': recordWinstonLogstash,
  gelf: recordGelf,
  log4js: recordLog4js,
  'log4js-text': recordLog4jsText,
}
/** Programs in other languages and Debian packages: recorded only by name; SOURCES.md beside the fixtures has their versions. */
const programs: Record<string, () => void | Promise<void>> = {
  web: recordWebServers,
  syslog: recordSyslog,
  journald: recordJournald,
  'python-text': recordPythonText,
  'go-text': recordGoText,
  'go-json': recordGoJson,
  'python-json': recordPythonJson,
  'java-json': recordJavaJson,
  otlp: recordOtlp,
  stacks: recordStacks,
}

const help = `npm run fixtures -- [name ...]

Writes the fixtures anew and prints their paths; read the difference before you keep them.

  without a name  ${Object.keys(libraries).join(', ')}: libraries that are installed here
  by name only    ${Object.keys(programs).join(', ')}: their programs must be installed
`
const wrongUse = 2
const recorders = { ...libraries, ...programs }

/** @throws TypeError for an option or a name that there is not */
function namesAsked(): string[] {
  const { values, positionals } = parseArgs({
    options: { help: { type: 'boolean', short: 'h', default: false } },
    allowPositionals: true,
  })
  if (values.help) {
    process.stdout.write(help)
    return []
  }
  const unknown = positionals.find((name) => !Object.hasOwn(recorders, name))
  if (unknown !== undefined) throw new TypeError(`there is no recorder ${JSON.stringify(unknown)}`)
  return positionals.length === 0 ? Object.keys(libraries) : positionals
}

let names: string[] = []
try {
  names = namesAsked()
} catch (error) {
  process.stderr.write(`millrace: ${errorText(error)}\n\n${help}`)
  process.exitCode = wrongUse
}
for (const name of names) {
  // Not as a method: some loggers write the name of who called them.
  const record = recorders[name]!
  await record()
}
