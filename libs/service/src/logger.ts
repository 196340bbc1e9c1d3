// The service's own log: JSON lines about what the service does, never lines that travel through it.
import { errorText, MillraceError, redactCredentials } from '@millrace/foundation'
import { pino, type DestinationStream, type Logger } from 'pino'
import { type LogLevel } from './settings/service.ts'

export type ServiceLogger = Logger

export interface ServiceLoggerOptions {
  /** The service's name, for example `millrace-indexer`; becomes `name` in each line. */
  name: string
  level: LogLevel
  /** Default: standard output, written at once, so that an exit loses no line. */
  destination?: 'stdout' | 'stderr' | DestinationStream
}

/**
 * A pino logger. Errors under `err` or `error` are written with code, context and stack, credentials
 * redacted; levels mean what the house style says (warn: odd, nothing lost; error: lost, or needs a person).
 */
export function createServiceLogger(options: ServiceLoggerOptions): ServiceLogger {
  const { destination = 'stdout' } = options
  const stream =
    typeof destination === 'string'
      ? pino.destination({ dest: destination === 'stdout' ? 1 : 2, sync: true })
      : destination
  const serializers = { err: serializeError, error: serializeError }
  return pino({ name: options.name, level: options.level, serializers }, stream)
}

function serializeError(thrown: unknown): unknown {
  if (!(thrown instanceof Error)) return thrown
  const facts =
    thrown instanceof MillraceError
      ? { code: thrown.code, retryable: thrown.retryable, context: thrown.context }
      : {}
  const cause = thrown.cause === undefined ? {} : { cause: errorText(thrown.cause) }
  const stack = redactCredentials(thrown.stack ?? '')
  return { type: thrown.name, message: errorText(thrown), ...facts, ...cause, stack }
}
