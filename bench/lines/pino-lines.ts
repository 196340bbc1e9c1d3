// Lines as services write them with pino: seeded, so that the same seed makes the same bytes everywhere.
import { seededRandom } from '@millrace/foundation'
import pino, { type Logger } from 'pino'

export interface PinoLine {
  /** Name of the service that wrote it. */
  service: string
  line: string
}

/** Each has a logger of its own, as each would be a process of its own. */
export const services = ['orders', 'payments', 'catalogue'] as const

const firstLineAtMs = 1_767_323_045_678

/**
 * Endless lines, written by pino itself: finished requests, business events, warnings and errors with stack traces, in the
 * proportions of a busy service.
 */
export function* pinoLines(seed: number): Generator<PinoLine, never, undefined> {
  const random = seededRandom(seed)
  let atMs = firstLineAtMs
  let written = ''
  const loggers = services.map((name, place) =>
    pino(
      {
        name,
        base: { pid: 1201 + place, hostname: `${name}-7c9d5b6f48-x2x7k` },
        timestamp: () => `,"time":${atMs}`,
      },
      { write: (text: string) => (written = text) },
    ),
  )
  for (let number = 0; ; number++) {
    const place = Math.floor(random.next() * loggers.length)
    atMs += Math.floor(random.next() * 3)
    writeOne(loggers[place]!, { number, share: random.next(), dice: () => random.next() })
    yield { service: services[place]!, line: written.trimEnd() }
  }
}

interface Event {
  number: number
  /** Decides which shape the line has. */
  share: number
  dice: () => number
}

/** Of 1: what is below the figure and not below the one before. */
const shares = { request: 0.55, trace: 0.8, plain: 0.94, warning: 0.97 }

function writeOne(logger: Logger, { number, share, dice }: Event): void {
  if (share < shares.request) {
    const slow = dice() < 0.02
    logger.info(
      {
        ...request(number, dice),
        res: response(dice),
        responseTime: whole(dice, slow ? 3000 : 90),
      },
      'request completed',
    )
  } else if (share < shares.trace) {
    logger.info(
      {
        ...trace(dice),
        orderId: `A-${1000 + whole(dice, 9000)}`,
        amountCents: whole(dice, 90_000),
      },
      pick(dice, ['order placed', 'payment captured', 'stock reserved for the order']),
    )
  } else if (share < shares.plain) {
    logger.info(pick(dice, sentences))
  } else if (share < shares.warning) {
    logger.warn(
      {
        ...trace(dice),
        sku: `sku-${whole(dice, 500)}`,
        left: whole(dice, 5),
        warehouse: 'north-2',
      },
      'stock is low, the supplier has been told',
    )
  } else {
    logger.error({ ...request(number, dice), err: failure(dice) }, 'request failed')
  }
}

const sentences = [
  'cache refreshed',
  'the connection to the database is back after three tries and all waiting queries were sent again',
  'nightly totals are written; the next run starts at midnight, as the schedule of this service says it should',
]

const agents = ['okhttp/4.12.0', 'curl/8.5.0', 'Mozilla/5.0']

function request(number: number, dice: () => number): Record<string, unknown> {
  const id = whole(dice, 9000)
  return {
    ...(dice() < 0.5 ? trace(dice) : {}),
    req: {
      id: `req-${number.toString(36)}`,
      method: pick(dice, ['GET', 'GET', 'GET', 'POST', 'PUT']),
      url: pick(dice, [`/orders/${id}?page=${whole(dice, 9)}`, `/items/${id}`, '/health']),
      remoteAddress: `192.0.2.${whole(dice, 255)}`,
      remotePort: 40_000 + whole(dice, 20_000),
      headers: { host: 'shop.test', 'user-agent': pick(dice, agents) },
    },
  }
}

function response(dice: () => number): { statusCode: number } {
  return { statusCode: pick(dice, [200, 200, 200, 200, 201, 204, 304, 404]) }
}

function trace(dice: () => number): { trace_id: string; span_id: string } {
  return { trace_id: hex(dice, 32), span_id: hex(dice, 16) }
}

/** Its stack is of no machine in particular: the same on every one. */
function failure(dice: () => number): Error {
  const error = new TypeError(`item ${whole(dice, 900)} has no price`)
  error.stack = [
    `TypeError: ${error.message}`,
    '    at priceOf (/srv/app/src/prices.js:41:11)',
    '    at async total (/srv/app/src/basket.js:88:5)',
    '    at async Object.handler (/srv/app/src/routes/orders.js:132:19)',
  ].join('\n')
  return error
}

function whole(dice: () => number, below: number): number {
  return Math.floor(dice() * below)
}

function hex(dice: () => number, digits: number): string {
  let text = ''
  while (text.length < digits)
    text += Math.floor(dice() * 2 ** 32)
      .toString(16)
      .padStart(8, '0')
  return text.slice(0, digits)
}

function pick<T>(dice: () => number, values: readonly T[]): T {
  return values[Math.floor(dice() * values.length)]!
}
