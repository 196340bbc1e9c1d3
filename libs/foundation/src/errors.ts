// Failure, named: every error that leaves a part of Millrace has one of these codes.

/**
 * The one table of codes. `docs/errors.md` explains each; a test keeps the two equal. A code is never
 * reused for another meaning.
 */
export const errorCodes = [
  'MILLRACE_CONFIG_VALUE',
  'MILLRACE_CONFIG_UNKNOWN',
  'MILLRACE_CONFIG_SECRET_FILE',
  'MILLRACE_PUBLISH_UNREACHABLE',
  'MILLRACE_PUBLISH_REJECTED',
  'MILLRACE_PUBLISH_CLOSED',
  'MILLRACE_SOURCE_UNREACHABLE',
  'MILLRACE_SOURCE_TOPIC_MISSING',
  'MILLRACE_SOURCE_REJECTED',
  'MILLRACE_DECODE_EMPTY',
  'MILLRACE_DECODE_HEADER',
  'MILLRACE_DECODE_LEDGER',
  'MILLRACE_NORMALIZE_FAILED',
  'MILLRACE_BULK_REJECTED',
  'MILLRACE_BULK_FAILURE_STORE',
  'MILLRACE_BULK_UNREACHABLE',
  'MILLRACE_BULK_REFUSED',
  'MILLRACE_TEMPLATE_MISSING',
  'MILLRACE_AUDIT_INCOMPLETE',
  'MILLRACE_KIBANA_UNREACHABLE',
  'MILLRACE_KIBANA_REFUSED',
] as const

export type ErrorCode = (typeof errorCodes)[number]

export interface ErrorDetails {
  /** Whether the same call can succeed later without anybody changing anything. */
  retryable?: boolean
  cause?: unknown
  /** Small, flat facts for the log. Never credentials. */
  context?: Record<string, string | number | boolean>
}

/** The base of every error that Millrace throws on purpose. Branch on `code` and `retryable`, never on text. */
export class MillraceError extends Error {
  readonly code: ErrorCode
  readonly retryable: boolean
  readonly context: Readonly<Record<string, string | number | boolean>>

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(redactCredentials(message), details.cause === undefined ? {} : { cause: details.cause })
    this.name = new.target.name
    this.code = code
    this.retryable = details.retryable ?? false
    this.context = Object.freeze({ ...details.context })
  }
}

/** A setting is wrong; nothing was started. Processes exit with code 78. */
export class ConfigError extends MillraceError {}
/** Kafka could not be read. */
export class SourceError extends MillraceError {}
/** Kafka could not be written. */
export class PublishError extends MillraceError {}
/** Elasticsearch did not take a request as a whole. */
export class BulkRequestError extends MillraceError {}
/** Not everything could be read, so there is no verdict. */
export class AuditError extends MillraceError {}

/** Bad input is a value, not an exception: it becomes a dead letter and a counter. */
export type Result<Value> = { ok: true; value: Value } | Rejection

export interface Rejection {
  ok: false
  code: ErrorCode
  /** One line for a person: what was wrong, with at most 256 bytes of the input. */
  reason: string
}

/** The text of anything that was thrown, in one line, without ever throwing itself. */
export function errorText(thrown: unknown): string {
  if (thrown instanceof AggregateError && thrown.message === '' && thrown.errors.length > 0) {
    return errorText(thrown.errors[0])
  }
  const rows = ownWords(thrown).split('\n')
  return redactCredentials(rows.map((row) => row.trim()).join(' '))
}

function ownWords(thrown: unknown): string {
  try {
    return thrown instanceof Error ? thrown.message || thrown.name : String(thrown)
  } catch {
    return 'something was thrown that has no text'
  }
}

/** `https://user:password@host` and `Authorization` values never leave the process. */
export function redactCredentials(text: string): string {
  return text
    .replaceAll(/(\b[a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/@]{1,512}@/gi, '$1[redacted]@')
    .replaceAll(/\b(Basic|Bearer|ApiKey) [A-Za-z0-9+/=._~-]{6,}/g, '$1 [redacted]')
}
