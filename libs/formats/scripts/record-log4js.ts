// Records log4js' events as JSON: its own serializer, and the layout that its documentation shows for JSON.
import log4js, { type LoggingEvent } from 'log4js'
import { failure, save } from './fixture-parts.ts'

const startTime = '2026-01-02T03:04:05.123Z'

export async function recordLog4js(): Promise<void> {
  const lines: string[] = []
  const write = (event: LoggingEvent): void => {
    lines.push(JSON.stringify({ ...JSON.parse(JSON.stringify(event)), startTime, pid: 4242 }))
  }
  log4js.configure({
    appenders: { lines: { type: { configure: () => write } } },
    categories: {
      default: { appenders: ['lines'], level: 'all' },
      'shop.stack': { appenders: ['lines'], level: 'all', enableCallStack: true },
    },
  })
  const logger = log4js.getLogger('shop.orders')
  logger.info('hello')
  logger.info('order %d placed', 17, { total: 12.5 })
  logger.addContext('user', 'ann')
  logger.warn('stock is low', ['a', 'b'], null, true)
  logger.clearContext()
  logger.error('charge failed', failure(new TypeError('card refused')))
  logger.fatal(failure(new Error('no route')))
  logger.trace('low')
  logger.mark('a mark')
  const { length } = lines
  log4js.getLogger('shop.stack').debug('with position')
  for (let index = length; index < lines.length; index++) {
    const event = JSON.parse(lines[index]!) as Record<string, unknown>
    lines[index] = JSON.stringify({
      ...event,
      fileName: '/srv/app/orders.js',
      lineNumber: 12,
      columnNumber: 5,
      callStack: '    at pay (/srv/app/orders.js:12:5)',
    })
  }
  await new Promise((done) => {
    log4js.shutdown(done)
  })
  save('log4js', 'typical', lines.join('\n') + '\n')
}
