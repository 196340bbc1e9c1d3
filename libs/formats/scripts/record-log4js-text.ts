// Records log4js' basic layouts, with and without colours.
import log4js from 'log4js'
import { failure, save } from './fixture-parts.ts'

export function recordLog4jsText(): void {
  const lines: string[] = []
  const appender = (layout: 'basicLayout' | 'colouredLayout'): log4js.CustomAppender => ({
    type: {
      configure:
        (_config: log4js.Config, layouts?: log4js.LayoutsParam) => (event: log4js.LoggingEvent) => {
          lines.push(layouts![layout](event))
        },
    },
  })
  log4js.configure({
    appenders: { plain: appender('basicLayout'), coloured: appender('colouredLayout') },
    categories: {
      default: { appenders: ['plain'], level: 'all' },
      shop: { appenders: ['coloured'], level: 'all' },
    },
  })
  const stock = log4js.getLogger('stock')
  stock.info('ready')
  stock.warn('stock is %d', 2)
  stock.mark('a mark')
  stock.fatal('down', { left: 0 })
  log4js.getLogger('shop').trace('coloured')
  save('log4js-text', 'typical', fix(`${lines.join('\n')}\n`))
  lines.length = 0
  stock.error('failed', failure(new TypeError('boom')))
  save('log4js-text', 'error', fix(lines.join('\n')), 'bin')
}

function fix(text: string): string {
  return text.replaceAll(/\[\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\]/g, '[2026-01-02T03:04:05.123]')
}
