// The first step of a line's journey, with winston.
import { createMillraceStream } from '@millrace/transport'
import winston from 'winston'

const { combine, errors, json, timestamp } = winston.format

// snippet: the log of payments
export const stream = createMillraceStream({
  format: 'winston',
  service: { name: 'payments', version: '2.0.1' },
})
export const log = winston.createLogger({
  format: combine(timestamp(), errors({ stack: true }), json()),
  transports: [new winston.transports.Stream({ stream })],
})
// end of snippet
