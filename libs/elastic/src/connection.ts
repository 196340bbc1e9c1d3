// The store, on the wire: one HTTP request becomes one answer or one typed error. Never retried here.
import { promisify } from 'node:util'
import { gzip as gzipCallback } from 'node:zlib'
import { type Clock } from '@millrace/foundation'
import { Client, type NodeOptions, Transport, type TransportOptions } from './client.ts'
import { cancelled, refusalOf, timedOut, unreachable } from './request-error.ts'
import { type ElasticSettings } from './settings.ts'
import { goodAnswerOf, SparingConnection } from './sparing-connection.ts'

const gzip = promisify(gzipCallback)

export interface StoreRequest {
  method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE'
  path: string
  querystring?: Readonly<Record<string, string | number | boolean>>
  /** An object is sent as JSON; text and bytes are sent as they are, as newline-delimited JSON. */
  body?: object | string | Buffer
  /** Default: the settings' `requestTimeoutMs`. Covers everything up to the last byte of the answer. */
  timeoutMs?: number
  signal?: AbortSignal
  /** Statuses that are answers and not errors, for example 404 when asking whether something exists. */
  acceptStatuses?: readonly number[]
}

export interface StoreResponse<Body = unknown> {
  status: number
  /** Parsed JSON; text where the server sent something else. */
  body: Body
}

/** The client's transport, without its product check (no `x-elastic-product` needed, so proxies may strip it). */
class PlainTransport extends Transport {
  constructor(options: TransportOptions) {
    super({ ...options, productCheck: null, vendoredHeaders: {} } as unknown as TransportOptions)
  }
}

export class Connection {
  readonly #client: Client
  readonly #settings: ElasticSettings
  readonly #clock: Clock
  readonly #inFlight = new Set<AbortController>()
  #closing: Promise<void> | undefined

  constructor(settings: ElasticSettings, clock: Clock) {
    this.#settings = settings
    this.#clock = clock
    this.#client = createClient(settings)
  }

  /** @throws BulkRequestError for no answer, a late one, or a status that is neither 2xx nor accepted. */
  async send<Body = unknown>(request: StoreRequest): Promise<StoreResponse<Body>> {
    const timeoutMs = request.timeoutMs ?? this.#settings.requestTimeoutMs
    const abort = new AbortController()
    const cancel = (): void => abort.abort()
    let isLate = false
    const timer = this.#clock.setTimer(timeoutMs, () => {
      isLate = true
      abort.abort()
    })
    this.#inFlight.add(abort)
    request.signal?.addEventListener('abort', cancel, { once: true })
    if (request.signal?.aborted === true || this.#closing !== undefined) abort.abort()
    try {
      return await this.#sendOnce<Body>(request, abort.signal)
    } catch (error) {
      if (isLate) throw timedOut(request, error, timeoutMs)
      if (abort.signal.aborted) throw cancelled(request)
      throw refusalOf(request, error) ?? unreachable(request, error, this.#settings.nodes)
    } finally {
      timer.cancel()
      this.#inFlight.delete(abort)
      request.signal?.removeEventListener('abort', cancel)
    }
  }

  /** Ends requests in flight. Safe to call twice. */
  close(): Promise<void> {
    this.#closing ??= this.#client.close()
    for (const abort of this.#inFlight) abort.abort()
    return this.#closing
  }

  async #sendOnce<Body>(request: StoreRequest, signal: AbortSignal): Promise<StoreResponse<Body>> {
    const { method, path, querystring, acceptStatuses = [] } = request
    const { payload, headers } = await encodeBody(request.body, this.#settings.compression)
    const answer = await this.#client.transport.request(
      {
        method,
        path,
        ...(querystring === undefined ? {} : { querystring: { ...querystring } }),
        ...(payload === undefined ? {} : { bulkBody: payload as string }),
      },
      {
        meta: true,
        signal,
        headers,
        ignore: [...acceptStatuses],
        maxResponseSize: this.#settings.responseBytesMax,
      },
    )
    const { statusCode, meta } = answer
    const body = goodAnswerOf(answer.headers ?? {}) ?? answer.body
    const status = statusCode ?? 0
    if (!acceptStatuses.includes(status) && (status < 200 || status > 299)) {
      throw new UnexpectedStatus(status, { body, meta })
    }
    return { status, body: body as Body }
  }
}

/** A status that the client takes for success and that is none here: a redirect to some other server. */
class UnexpectedStatus extends Error {
  readonly statusCode: number
  readonly body: unknown
  /** Placed as in the client's own errors. */
  readonly meta: { meta: unknown }
  constructor(statusCode: number, answer: { body: unknown; meta: unknown }) {
    super(`status ${statusCode}`)
    this.statusCode = statusCode
    this.body = answer.body
    this.meta = answer
  }
}

function createClient(settings: ElasticSettings): Client {
  // The whole of a request is timed by `Connection`, so the client's own two time limits are off: they
  // would fire abort events on a signal that may belong to somebody else.
  const agent = {
    connections: settings.connectionsMax,
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: 30_000,
    connect: {
      timeout: settings.connectTimeoutMs,
      ...(settings.ca === undefined ? {} : { ca: settings.ca }),
    },
  }
  const { apiKey, username, password } = settings
  const auth =
    apiKey !== undefined
      ? { apiKey }
      : username !== undefined && password !== undefined
        ? { username, password }
        : undefined
  return new Client({
    nodes: settings.nodes.map((url): NodeOptions => ({ url: new URL(url) })),
    ...(auth === undefined ? {} : { auth }),
    agent: agent as never,
    Transport: PlainTransport,
    Connection: SparingConnection,
    maxRetries: 0,
    sniffOnStart: false,
    sniffInterval: false,
    compression: false,
    enableMetaHeader: false,
    // The client's errors do not leave this file, so nothing in them needs to be hidden; hiding would copy
    // the body of a failed bulk request byte by byte, at about a hundred bytes of memory for each.
    redaction: { type: 'off' },
  })
}

async function encodeBody(
  body: StoreRequest['body'],
  compression: ElasticSettings['compression'],
): Promise<{ payload?: string | Buffer; headers: Record<string, string> }> {
  const accept = 'application/json'
  if (body === undefined) return { headers: { accept, 'content-type': 'application/json' } }
  const isPrepared = typeof body === 'string' || Buffer.isBuffer(body)
  const type = isPrepared ? 'application/x-ndjson' : 'application/json'
  const payload = isPrepared ? body : JSON.stringify(body)
  const headers = { accept, 'content-type': type }
  if (compression === 'none') return { payload, headers }
  // Level 1: logs shrink to nearly the same size as at 6, at a third of the time.
  const zipped = await gzip(payload, { level: 1 })
  return { payload: zipped, headers: { ...headers, 'content-encoding': 'gzip' } }
}
