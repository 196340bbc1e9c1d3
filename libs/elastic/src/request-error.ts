// The store's refusals: what a failed request means, in words for a person and as facts for the indexer.
import { BulkRequestError, errorText, isObject } from '@millrace/foundation'
import { errors } from './client.ts'
import { type StoreRequest } from './connection.ts'
import { tlsText } from './tls-text.ts'

/**
 * What becomes of a request as a whole, by status. Items of a bulk request have verdicts of their own.
 *
 * | status | code | retryable | context |
 * |---|---|---|---|
 * | none (refused, reset, cut off, unreadable answer) | MILLRACE_BULK_UNREACHABLE | yes | reason `connection`, `answer` |
 * | none, since TLS fails | MILLRACE_BULK_UNREACHABLE | yes | reason `tls`, needsPerson |
 * | none in time | MILLRACE_BULK_UNREACHABLE | yes | reason `timeout` |
 * | none, since the caller gave up | MILLRACE_BULK_UNREACHABLE | yes | reason `cancelled` |
 * | 408, 429, 5xx | MILLRACE_BULK_UNREACHABLE | yes | status, retryAfterMs where the server named one |
 * | 401, 403, 405, 3xx, a 400 or 404 that is not Elasticsearch's | MILLRACE_BULK_REFUSED | no | status, needsPerson |
 * | 400, 413, other 4xx | MILLRACE_BULK_REFUSED | no | status |
 */
export function isRetryableRequestStatus(status: number): boolean {
  return status === 408 || status === 429 || status >= 500
}

/** The longest wait that a `Retry-After` can ask for. Unit: ms. */
const retryAfterMaxMs = 300_000

export function timedOut(
  request: StoreRequest,
  error: unknown,
  timeoutMs: number,
): BulkRequestError {
  return new BulkRequestError(
    'MILLRACE_BULK_UNREACHABLE',
    `Elasticsearch${nodeOf(error)} did not answer ${nameOf(request)} within ${timeoutMs} ms`,
    { retryable: true, context: { reason: 'timeout', timeoutMs } },
  )
}

export function cancelled(request: StoreRequest): BulkRequestError {
  return new BulkRequestError('MILLRACE_BULK_UNREACHABLE', `${nameOf(request)} was cancelled`, {
    retryable: true,
    context: { reason: 'cancelled' },
  })
}

/** For an error without a status: nothing is known of what the server did. */
export function unreachable(
  request: StoreRequest,
  error: unknown,
  nodes: readonly string[],
): BulkRequestError {
  const where = nodeOf(error) || ` at ${nodes.join(', ')}`
  if (error instanceof errors.ConnectionError) {
    const trouble = tlsText(error.message)
    if (trouble !== undefined) {
      return new BulkRequestError(
        'MILLRACE_BULK_UNREACHABLE',
        `No TLS with Elasticsearch${where}: ${trouble}`,
        { retryable: true, context: { reason: 'tls', needsPerson: true } },
      )
    }
    const text = `Elasticsearch${where} did not answer ${nameOf(request)}: ${errorText(error)}`
    return new BulkRequestError('MILLRACE_BULK_UNREACHABLE', text, {
      retryable: true,
      context: { reason: 'connection' },
    })
  }
  const text = `The answer of Elasticsearch${where} to ${nameOf(request)} can't be read: ${errorText(error)}`
  return new BulkRequestError('MILLRACE_BULK_UNREACHABLE', text.slice(0, 512), {
    retryable: true,
    context: { reason: 'answer' },
  })
}

/** For an answer with a status that is no success; undefined when there was none. */
export function refusalOf(request: StoreRequest, error: unknown): BulkRequestError | undefined {
  const status = (error as { statusCode?: unknown }).statusCode
  if (typeof status !== 'number' || status < 300) return undefined
  const isRetryable = isRetryableRequestStatus(status)
  const cause = causeOf(error)
  const hint = hintFor(status, cause)
  const retryAfterMs = isRetryable ? retryAfterOf(error) : undefined
  return new BulkRequestError(
    isRetryable ? 'MILLRACE_BULK_UNREACHABLE' : 'MILLRACE_BULK_REFUSED',
    `Elasticsearch${nodeOf(error)} answered ${nameOf(request)} with ${status}${cause}${hint}`,
    {
      retryable: isRetryable,
      context: {
        status,
        ...(hint === '' ? {} : { needsPerson: true }),
        ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      },
    },
  )
}

/** For a part of an answer that is an error of its own, as in a multi get: what its type says. */
export function refusedWord(request: string, error: unknown): BulkRequestError {
  const cause = causeOf({ body: { error } })
  const isForbidden = cause.startsWith(': security_exception')
  const hint = isForbidden ? hintFor(403, cause) : ''
  return new BulkRequestError(
    isForbidden ? 'MILLRACE_BULK_REFUSED' : 'MILLRACE_BULK_UNREACHABLE',
    `Elasticsearch answered a part of ${request} with an error${cause}${hint}`,
    {
      retryable: !isForbidden,
      context: isForbidden ? { status: 403, needsPerson: true } : { reason: 'answer' },
    },
  )
}

function hintFor(status: number, cause: string): string {
  if (status === 401) {
    return '. Set MILLRACE_ELASTICSEARCH_API_KEY, or MILLRACE_ELASTICSEARCH_USERNAME and MILLRACE_ELASTICSEARCH_PASSWORD, to credentials that it knows'
  }
  if (status === 403) {
    return '. The API key or user of MILLRACE_ELASTICSEARCH_API_KEY or MILLRACE_ELASTICSEARCH_USERNAME lacks a privilege: indexing needs create_doc, auto_configure, read, view_index_metadata and delete on logs-*-* and metrics-millrace.*-*, setup needs manage_index_templates'
  }
  // nginx and others say so of plain HTTP at their TLS port; Elasticsearch never gives 400 without a reason.
  if (status === 400 && cause === '') {
    return '. That is no answer of Elasticsearch: MILLRACE_ELASTICSEARCH_URL must be its address, and must begin with https where TLS is spoken'
  }
  // A 404 with Elasticsearch's own words is about an index; without them it is some other server's.
  if ((status === 404 && cause === '') || status === 405 || status < 400) {
    return '. MILLRACE_ELASTICSEARCH_URL must be the address of Elasticsearch itself, with its path if it has one'
  }
  return ''
}

/** `: type: reason` of the server's own words, at most 256 characters; they name what it did not like. */
function causeOf(error: unknown): string {
  const body = (error as { body?: unknown }).body
  const cause = isObject(body) ? body['error'] : undefined
  if (typeof cause === 'string') return `: ${inOneLine(cause)}`
  if (!isObject(cause)) return ''
  const parts = [cause['type'], cause['reason']].filter((part) => typeof part === 'string')
  return parts.length === 0 ? '' : `: ${inOneLine(parts.join(': '))}`
}

function inOneLine(text: string): string {
  return text.slice(0, 256).replaceAll(/\s+/g, ' ')
}

function nodeOf(error: unknown): string {
  const { meta } = error as { meta?: { meta?: { connection?: { url?: unknown } | null } } }
  const url = String(meta?.meta?.connection?.url)
  return URL.canParse(url) ? ` at ${new URL(url).origin}` : ''
}

function retryAfterOf(error: unknown): number | undefined {
  const headers = (error as { headers?: Record<string, unknown> | null }).headers
  const seconds = Number(headers?.['retry-after'] ?? Number.NaN)
  return seconds >= 0 ? Math.min(seconds * 1000, retryAfterMaxMs) : undefined
}

function nameOf(request: StoreRequest): string {
  return `${request.method} ${request.path}`
}
