// What all programs share: the loggers, as their users set them up, and a thousand lines.
import { createMillraceStream } from '@millrace/transport'
import bunyan from 'bunyan'
import pino from 'pino'
import winston from 'winston'

export const total = 1_000

export function workerLogger(options = {}) {
  return pino({ transport: { target: '@millrace/transport', options } })
}

export function logLines(logger, count = total) {
  for (let number = 1; number <= count; number++) logger.info({ number }, 'order placed')
}

export function pinoInProcess(options = {}) {
  const stream = createMillraceStream({ format: 'pino', ...options })
  return { stream, logger: pino(stream) }
}

export function winstonInProcess(options = {}) {
  const stream = createMillraceStream({ format: 'winston', ...options })
  const logger = winston.createLogger({
    format: winston.format.combine(winston.format.timestamp(), winston.format.json()),
    transports: [new winston.transports.Stream({ stream })],
  })
  return { stream, logger: { info: (fields, message) => logger.info(message, fields) } }
}

export function bunyanInProcess(options = {}) {
  const stream = createMillraceStream({ format: 'bunyan', ...options })
  return { stream, logger: bunyan.createLogger({ name: 'catalogue', streams: [{ stream }] }) }
}
