// Bulk response: the answer of Elasticsearch becomes one verdict for each item that was sent.
import { errorText, isObject } from '@millrace/foundation'
import type { ErrorCode } from '@millrace/foundation'
import { indexOfGoodAnswer, type SentItem } from './good-answer.mts'

/** Why an item was not indexed. */
export interface ItemCause {
  code: ErrorCode
  status: number
  /** Elasticsearch's `error.type`, for example `document_parsing_exception`. */
  type: string
  /** Elasticsearch's words, with the deepest cause appended; at most `reasonLengthMax` characters. */
  reason: string
}

/** The fate of one bulk item. */
export type ItemVerdict =
  | { verdict: 'indexed' }
  | { verdict: 'duplicate' }
  | { verdict: 'retry'; status: number; reason: string }
  | { verdict: 'rejected'; cause: ItemCause }

export type BulkReading =
  | {
      answered: true
      verdicts: ItemVerdict[]
      /** The backing index that each item names. */
      indices: (string | undefined)[]
    }
  /** The response does not match the request, so nothing is known of any item. */
  | { answered: false; reason: string }

const reasonLengthMax = 512
const indexed: ItemVerdict = { verdict: 'indexed' }
const duplicate: ItemVerdict = { verdict: 'duplicate' }

/**
 * One verdict per item, by the item's own status:
 *
 * | status | verdict |
 * |---|---|
 * | 2xx, failure store not used | indexed |
 * | 409 with a version conflict | duplicate: the id is ours, so the document is there already |
 * | 429, 5xx | retry |
 * | 2xx with `failure_store: used` | rejected: Elasticsearch says success, but the document is not in the stream |
 * | anything else | rejected |
 *
 * An answer with another number of items, an item without status, or an item that names another id
 * than the one sent counts as not answered at all: positions can't be trusted then.
 */
export function readBulkResponse(sent: readonly SentItem[], answer: unknown): BulkReading {
  if (!isObject(answer)) return unanswered('the answer is not a JSON object')
  const indexOfThem = indexOfAll(sent, answer)
  if (indexOfThem !== undefined) return allIndexed(sent, indexOfThem)
  let items: unknown
  try {
    items = answer['items']
  } catch (error) {
    return unanswered(`the answer is no JSON: ${errorText(error)}`)
  }
  if (!Array.isArray(items)) return unanswered('the answer has no items')
  if (items.length !== sent.length) {
    return unanswered(`the answer has ${items.length} items for ${sent.length} that were sent`)
  }
  const verdicts: ItemVerdict[] = []
  const indices: (string | undefined)[] = []
  for (let position = 0; position < sent.length; position++) {
    const item: unknown = items[position]
    const result = isObject(item) ? (item['create'] ?? item['index']) : undefined
    if (!isObject(result)) return unanswered(`item ${position} is not the answer to a create`)
    const status = result['status']
    if (typeof status !== 'number' || status < 200 || status > 599) {
      return unanswered(`item ${position} has no status from 200 to 599`)
    }
    const id = result['_id']
    // A document in the failure store has an id of its own there.
    const isRedirected = result['failure_store'] === 'used'
    if (id !== undefined && id !== sent[position]!.id && !isRedirected) {
      return unanswered(`item ${position} answers for another id than the one that was sent`)
    }
    verdicts.push(judge(status, result))
    const index = result['_index']
    indices.push(typeof index === 'string' ? index : undefined)
  }
  return { answered: true, verdicts, indices }
}

/** The backing index that all items were created in, where the answer is the usual one; see `indexOfGoodAnswer`. */
export function indexOfAll(sent: readonly SentItem[], answer: unknown): string | undefined {
  const { bytes } = Object(answer) as { bytes?: unknown }
  return Buffer.isBuffer(bytes) ? indexOfGoodAnswer(sent, bytes) : undefined
}

function allIndexed(sent: readonly object[], index: string): BulkReading {
  return { answered: true, verdicts: sent.map(() => indexed), indices: sent.map(() => index) }
}

function judge(status: number, result: Record<string, unknown>): ItemVerdict {
  const error = result['error']
  const type = errorType(error)
  if (status < 300) {
    if (error !== undefined && error !== null) {
      return { verdict: 'retry', status, reason: 'success and an error at once' }
    }
    if (result['failure_store'] !== 'used') return indexed
    return rejected('MILLRACE_BULK_FAILURE_STORE', status, {
      type: 'failure_store',
      reason: 'Elasticsearch put the document into the failure store, not into the data stream',
    })
  }
  if (status === 409 && (type === '' || type === 'version_conflict_engine_exception'))
    return duplicate
  if (isRetryableItemStatus(status)) {
    return { verdict: 'retry', status, reason: errorReason(error) }
  }
  return rejected('MILLRACE_BULK_REJECTED', status, { type, reason: errorReason(error) })
}

/** 429 (queue full, disk watermark, circuit breaker) and every 5xx can go well later. */
export function isRetryableItemStatus(status: number): boolean {
  return status === 429 || status >= 500
}

function rejected(
  code: ErrorCode,
  status: number,
  error: { type: string; reason: string },
): ItemVerdict {
  return { verdict: 'rejected', cause: { code, status, ...error } }
}

function errorType(error: unknown): string {
  return isObject(error) && typeof error['type'] === 'string' ? error['type'] : ''
}

function errorReason(error: unknown): string {
  if (typeof error === 'string') return error.slice(0, reasonLengthMax)
  if (!isObject(error)) return ''
  const reasons: string[] = []
  let cause: unknown = error
  for (let depth = 0; depth < 5 && isObject(cause); depth++) {
    const reason = cause['reason']
    if (typeof reason === 'string' && reason !== '' && reasons.at(-1) !== reason) {
      reasons.push(reason)
    }
    cause = cause['caused_by']
  }
  const text =
    reasons.length <= 1 ? (reasons[0] ?? '') : `${reasons[0]}; caused by: ${reasons.at(-1)}`
  return text.slice(0, reasonLengthMax)
}

function unanswered(reason: string): BulkReading {
  return { answered: false, reason }
}
