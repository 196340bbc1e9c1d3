// Every document of some data streams, page by page, as of one moment; or an error, never a part.
import type { ElasticStore } from '@millrace/elastic'
import { AuditError, BulkRequestError, type Clock } from '@millrace/foundation'

export interface ScanOptions {
  store: Pick<ElasticStore, 'request'>
  clock: Pick<Clock, 'sleep'>
  signal?: AbortSignal
  /** Tries of one page where the answer says that a later one can do; default 5. */
  triesMax?: number
}

export interface ScanRequest {
  /** Data streams, with patterns and exclusions. */
  streams: readonly string[]
  /** Default: every document. */
  query?: object
  /** Which parts of a document come with it. */
  fields?: object
  /** Members of a hit that are answered beside its `sort`. */
  hitMembers: readonly string[]
  /** Documents in one answer; default 10 000, which is as many as Elasticsearch gives. */
  pageSize?: number
}

/** Times that one page may take, and that Elasticsearch keeps the moment for the next one. */
const pageTimeoutMs = 120_000
const keepAlive = '5m'
const retryDelayMs = 500

interface SearchAnswer<Hit> {
  timed_out?: boolean
  _shards?: { failed?: number }
  pit_id?: string
  hits?: { hits?: (Hit & { sort: unknown[] })[] }
}

/**
 * A point in time holds the set of documents still while everything goes on. `_shard_doc` is the order that
 * costs nothing (search API, "Paginate search results").
 * @throws AuditError when a shard failed or ran out of time; BulkRequestError when Elasticsearch does not answer
 */
export async function* scan<Hit>(
  request: ScanRequest,
  options: ScanOptions,
): AsyncGenerator<Hit[], void, undefined> {
  let pit = await openPointInTime(request, options)
  try {
    let after: unknown[] | undefined
    for (;;) {
      const answer = await searchPage<Hit>(request, { pit, after }, options)
      pit = answer.pit_id ?? pit
      const hits = answer.hits?.hits ?? []
      if (hits.length > 0) yield hits
      after = hits.at(-1)?.sort
      if (hits.length === 0 || after === undefined) return
    }
  } finally {
    await closePointInTime(pit, options)
  }
}

async function openPointInTime(request: ScanRequest, options: ScanOptions): Promise<string> {
  const path = `/${request.streams.map(encodeURIComponent).join(',')}/_pit`
  const { body } = await trying(options, () =>
    options.store.request<{ id?: string; _shards?: { failed?: number } }>({
      method: 'POST',
      path,
      querystring: {
        keep_alive: keepAlive,
        ignore_unavailable: true,
        allow_partial_search_results: false,
      },
      timeoutMs: pageTimeoutMs,
      ...(options.signal !== undefined && { signal: options.signal }),
    }),
  )
  if (typeof body.id !== 'string' || (body._shards?.failed ?? 0) > 0)
    throw partlySearched(request.streams)
  return body.id
}

async function searchPage<Hit>(
  request: ScanRequest,
  { pit, after }: { pit: string; after: unknown[] | undefined },
  options: ScanOptions,
): Promise<SearchAnswer<Hit>> {
  const members = [...request.hitMembers, 'sort'].map((name) => `hits.hits.${name}`)
  const { body } = await trying(options, () =>
    options.store.request<SearchAnswer<Hit>>({
      method: 'POST',
      path: '/_search',
      querystring: {
        allow_partial_search_results: false,
        filter_path: ['timed_out', '_shards.failed', 'pit_id', ...members].join(','),
      },
      body: {
        size: request.pageSize ?? 10_000,
        track_total_hits: false,
        pit: { id: pit, keep_alive: keepAlive },
        sort: ['_shard_doc'],
        query: request.query ?? { match_all: {} },
        _source: false,
        ...request.fields,
        ...(after !== undefined && { search_after: after }),
      },
      timeoutMs: pageTimeoutMs,
      ...(options.signal !== undefined && { signal: options.signal }),
    }),
  )
  const isWhole = body.timed_out === false && body._shards?.failed === 0
  if (!isWhole) throw partlySearched(request.streams)
  return body
}

/** Searching changes nothing, so a page that was not answered is asked for again. */
async function trying<Value>(
  { clock, signal, triesMax = 5 }: ScanOptions,
  ask: () => Promise<Value>,
): Promise<Value> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await ask()
    } catch (error) {
      const isOver = attempt >= triesMax || signal?.aborted === true
      if (isOver || !(error instanceof BulkRequestError) || !error.retryable) throw error
      await clock.sleep(retryDelayMs * attempt, signal)
    }
  }
}

async function closePointInTime(id: string, { store }: ScanOptions): Promise<void> {
  try {
    await store.request({ method: 'DELETE', path: '/_pit', body: { id }, timeoutMs: 5_000 })
  } catch {
    // It goes by itself when its time is over.
  }
}

/** What was left out of an answer must not be taken for what is not there. */
export function partlySearched(streams: readonly string[]): AuditError {
  return new AuditError(
    'MILLRACE_AUDIT_INCOMPLETE',
    `Elasticsearch answered for a part of ${streams.join(',')} only (a shard failed or ran out of time), so nothing can be called lost; GET _cluster/health says how it is`,
    { retryable: true },
  )
}
