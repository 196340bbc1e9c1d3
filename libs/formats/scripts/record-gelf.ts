// Records GELF as gelf-pro makes it: the text of each message, before it is compressed and cut for UDP; and winston's logstash().
import { setImmediate as nextTurn } from 'node:timers/promises'
import gelf from 'gelf-pro'
import winston from 'winston'
import { failure, save, sink } from './fixture-parts.ts'

type Log = (message: string, extra?: object) => void
type Methods = Record<'info' | 'error' | 'warning' | 'emergency' | 'debug', Log> & {
  adapter: Adapter
}

interface Adapter {
  send(message: string): void
}

export async function recordGelf(): Promise<void> {
  const lines: string[] = []
  gelf.setConfig({ fields: { facility: 'shop.orders', host: 'web-1' } })
  // Where the sender of packets would be made at the first message.
  const made = gelf as unknown as Methods
  made.adapter = {
    send: (message) => {
      lines.push(message.replace(/"timestamp":"?[\d.]+"?/, '"timestamp":1767323045.123'))
    },
  }
  made.info('hello')
  made.info('order placed', { orderId: 17, total: 12.5, user: { id: 'u-5', plan: 'gold' } })
  made.error('charge failed', failure(new TypeError('card refused')))
  made.warning('stock is low')
  made.emergency('all is lost')
  made.debug('low')
  // Messages are sent in a later turn of the event loop.
  await nextTurn()
  save('gelf', 'typical', lines.join('\n') + '\n')
}

export function recordWinstonLogstash(): void {
  const out = sink()
  const { combine, logstash, timestamp } = winston.format
  const logger = winston.createLogger({
    level: 'silly',
    format: combine(timestamp({ format: () => '2026-01-02T03:04:05.123Z' }), logstash()),
    transports: [new winston.transports.Stream({ stream: out.stream })],
  })
  logger.info('hello')
  logger.warn('stock is low', { sku: 'A-1', left: 2 })
  logger.error('failed', failure(new RangeError('too far')))
  save('logstash', 'winston', out.text())
}
