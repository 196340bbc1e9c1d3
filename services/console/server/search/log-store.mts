// The log streams, asked: every search goes through here, with its bounds.
import { deadLetterDataStream } from '@millrace/envelope'
import type { ElasticStore, StoreRequest } from '@millrace/elastic'
import { BulkRequestError, type Clock, isObject, systemClock } from '@millrace/foundation'
import { Problem } from '../http/problem.mts'

const deadLetterStreams = `${deadLetterDataStream.slice(0, deadLetterDataStream.lastIndexOf('-'))}-*`
/** All logs but the documents that tell of dead letters, which have a view of their own. */
export const logStreams = `logs-*-*,-${deadLetterStreams}`
const searchTimeoutMs = 20_000
const triesMax = 20
const retryMs = 250

export interface SearchHit {
  _id: string
  _index: string
  _source?: Record<string, unknown>
  sort?: (string | number | null)[]
  fields?: Record<string, unknown[]>
}

export interface SearchResult {
  took: number
  timed_out?: boolean
  hits: { total?: { value: number; relation: string }; hits: SearchHit[] }
  aggregations?: Record<string, unknown>
}

export interface SearchRequest {
  body: object
  /** Default: the logs. */
  streams?: string
  signal?: AbortSignal
}

export class LogStore {
  readonly #store: Pick<ElasticStore, 'request'>
  readonly #clock: Clock

  constructor(store: Pick<ElasticStore, 'request'>, clock: Clock = systemClock) {
    this.#store = store
    this.#clock = clock
  }

  /** @throws BulkRequestError; Problem `busy` for a search that takes too long. */
  async search(request: SearchRequest): Promise<SearchResult> {
    return await this.#onceStarted(() => this.#searchOnce(request), request.signal)
  }

  /** Asks again while a shard starts, for a bounded time. */
  async #onceStarted<Answer>(ask: () => Promise<Answer>, signal?: AbortSignal): Promise<Answer> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await ask()
      } catch (error) {
        if (!isStarting(error) || attempt >= triesMax || signal?.aborted === true) throw error
        await this.#clock.sleep(retryMs, signal)
      }
    }
  }

  async #searchOnce({ body, streams = logStreams, signal }: SearchRequest): Promise<SearchResult> {
    const { status, body: answer } = await this.#store.request<SearchResult>({
      method: 'POST',
      path: `/${encodeURIComponent(streams)}/_search`,
      querystring: {
        ignore_unavailable: true,
        allow_no_indices: true,
        // A part would look like the whole.
        allow_partial_search_results: false,
      },
      body: { ...body, timeout: `${searchTimeoutMs}ms` },
      timeoutMs: searchTimeoutMs + 5_000,
      acceptStatuses: [400],
      ...(signal !== undefined && { signal }),
    })
    if (status === 400) throw new Problem('filter', refusalText(answer))
    if (!isObject(answer) || !isObject(answer.hits)) {
      throw new Problem(
        'elasticsearch',
        'Elasticsearch answered something that is no search result',
      )
    }
    if (answer.timed_out === true) {
      throw new Problem(
        'busy',
        `Elasticsearch did not finish this search within ${searchTimeoutMs / 1_000} s; a shorter time range or a narrower filter is quicker`,
      )
    }
    return answer
  }

  /**
   * Hits in pages so small that even the longest lines fit into one answer: the size is halved, the rest asked
   * for after the last hit. Needs a `sort` that tells all hits apart.
   */
  async hits(
    body: { size: number; sort: object } & Record<string, unknown>,
  ): Promise<SearchResult> {
    try {
      return await this.search({ body })
    } catch (error) {
      if (!isTooLarge(error) || body.size <= 1) throw error
    }
    const half = Math.ceil(body.size / 2)
    const first = await this.hits({ ...body, size: half })
    const last = first.hits.hits.at(-1)?.sort
    if (first.hits.hits.length < half || last === undefined) return first
    const rest = await this.hits({
      ...body,
      size: body.size - half,
      search_after: last,
      track_total_hits: false,
    })
    return {
      ...first,
      took: first.took + rest.took,
      hits: { ...first.hits, hits: [...first.hits.hits, ...rest.hits.hits] },
    }
  }

  /** Types of all fields, from the mappings of all log streams. */
  async fieldTypes(): Promise<Record<string, Record<string, { aggregatable?: boolean }>>> {
    const request: StoreRequest = {
      method: 'GET',
      path: `/${encodeURIComponent(logStreams)}/_field_caps`,
      querystring: {
        fields: '*',
        ignore_unavailable: true,
        allow_no_indices: true,
        filter_path: 'fields.*.*.aggregatable',
      },
      timeoutMs: searchTimeoutMs,
    }
    const { body } = await this.#onceStarted(() =>
      this.#store.request<{ fields?: Record<string, never> }>(request),
    )
    return body.fields ?? {}
  }
}

/** The shard of a data stream that came into being this moment can't be searched yet. */
function isStarting(error: unknown): boolean {
  return error instanceof BulkRequestError && error.context['status'] === 503
}

/** The answer was larger than the store reads (`responseBytesMax`). */
export function isTooLarge(error: unknown): boolean {
  return error instanceof BulkRequestError && error.context['reason'] === 'answer'
}

/** Elasticsearch's own words for what it can't search: a number that is none, a date that is none. */
function refusalText(answer: unknown): string {
  const error = isObject(answer) ? answer['error'] : undefined
  const causes = isObject(error) ? error['root_cause'] : undefined
  const [cause] = Array.isArray(causes) ? causes : []
  const reason = isObject(cause) ? cause['reason'] : undefined
  return `Elasticsearch can't search for that: ${typeof reason === 'string' ? reason : 'it does not say why'}`
}
