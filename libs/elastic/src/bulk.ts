// Bulk, on the wire: a prepared body goes out, the answer comes back item by item.
import { BulkRequestError } from '@millrace/foundation'
import { type Connection, type StoreRequest } from './connection.ts'
import { GoodBulkAnswer } from './good-bulk-answer.ts'
import { bulkPath } from './sparing-connection.ts'

export interface BulkItemAnswer {
  _id?: string
  /** The backing index. */
  _index?: string
  status?: number
  error?: unknown
  failure_store?: string
}

/** What the server said; whether it fits the request is for the reader of the items to judge. */
export interface BulkAnswer {
  errors?: boolean
  /** One member per item, in the order that was sent, each under the name of its action. */
  items: Record<string, BulkItemAnswer>[]
  /** The answer as it came, where that says that no item has failed; `items` are then read only when asked for. */
  bytes?: Buffer
  /** Whoever is done with such an answer says so: the memory of `bytes` is used again. To forget it costs only memory. */
  release?(): void
}

export interface BulkOptions {
  signal?: AbortSignal
  /** Default: the settings' `requestTimeoutMs`. */
  timeoutMs?: number
}

/**
 * Only what a verdict needs: a status for each item, so that items can be counted and never vanish when all
 * went well; the id, so that a shifted answer shows. Nothing that differs between two good answers to the same
 * items, such as the time they took, so that a good answer can be told from its bytes.
 */
const filterPath =
  'errors,items.*._id,items.*._index,items.*.status,items.*.error,items.*.failure_store'

/**
 * `require_data_stream` (since 8.13): where the index template is missing, an item fails with 404, and no
 * plain index with guessed types comes into being in the data stream's place.
 */
const querystring = { filter_path: filterPath, require_data_stream: true } as const

/**
 * How long the server waits for a shard that is not there (its default is a minute, longer than we wait for
 * the whole answer). Its items then fail with 503, and those of other data streams in the request succeed.
 */
const shardWaitMaxMs = 5_000

/**
 * Sends one bulk request, once.
 * @param body newline-delimited JSON as the bulk API takes it, ending in a newline
 * @throws BulkRequestError when the request as a whole was not taken; see `request-error.ts` for the table
 */
export async function sendBulk(
  connection: Connection,
  body: Buffer | string,
  options: BulkOptions,
): Promise<BulkAnswer> {
  const shardWaitMs = Math.min(shardWaitMaxMs, Math.ceil((options.timeoutMs ?? 60_000) / 2))
  const request: StoreRequest = {
    method: 'POST',
    path: bulkPath,
    querystring: { ...querystring, timeout: `${shardWaitMs}ms` },
    body,
    ...options,
  }
  const { body: answer } = await connection.send(request)
  if (hasItems(answer)) return answer
  throw new BulkRequestError(
    'MILLRACE_BULK_UNREACHABLE',
    'The answer of Elasticsearch to POST /_bulk has no items; what was indexed is not known',
    { retryable: true, context: { reason: 'answer' } },
  )
}

function hasItems(answer: unknown): answer is BulkAnswer {
  if (answer instanceof GoodBulkAnswer) return true
  return typeof answer === 'object' && answer !== null && 'items' in answer
    ? Array.isArray(answer.items)
    : false
}
