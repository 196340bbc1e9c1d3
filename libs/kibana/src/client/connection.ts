// Kibana, on the wire: one HTTP request becomes one answer or one typed error. Never retried here.
import { type Clock, errorText, MillraceError } from '@millrace/foundation'
import { Agent, fetch, FormData, type Response } from 'undici'
import { defaults, type KibanaSettings } from './settings.ts'

/** Kibana did not answer, or refused. `retryable` is true while it may be starting. */
export class KibanaError extends MillraceError {}

export interface KibanaAnswer {
  status: number
  headers: Response['headers']
  text: string
}

export interface KibanaRequest {
  method: 'GET' | 'POST'
  /** Behind the base path, and the space where `inSpace` says so. */
  path: string
  inSpace?: boolean
  body?: FormData | object
  signal?: AbortSignal
}

/** Causes that time does not mend. */
const lasting = /certificate|self[- ]signed|altname|UNABLE_TO|ERR_TLS|ERR_SSL|EPROTO|wrong version/i

export class KibanaConnection {
  readonly #settings: KibanaSettings
  readonly #clock: Clock
  readonly #agent: Agent
  readonly #requestTimeoutMs: number
  readonly #answerBytesMax: number

  constructor(settings: KibanaSettings, clock: Clock) {
    this.#settings = settings
    this.#clock = clock
    this.#requestTimeoutMs = settings.requestTimeoutMs ?? defaults.requestTimeoutMs
    this.#answerBytesMax = settings.answerBytesMax ?? defaults.answerBytesMax
    // The whole of a request is timed below.
    const connect = settings.ca === undefined ? {} : { ca: settings.ca }
    this.#agent = new Agent({ connect, headersTimeout: 0, bodyTimeout: 0 })
  }

  /** Shown to people: no user, no password, no query. */
  get address(): string {
    const { origin, pathname } = new URL(this.#settings.url)
    return `${origin}${pathname}`.replace(/\/+$/, '')
  }

  /** @throws KibanaError where no answer came, or a late or too large one. Any status is an answer. */
  async send(request: KibanaRequest): Promise<KibanaAnswer> {
    const abort = new AbortController()
    let isLate = false
    const timer = this.#clock.setTimer(this.#requestTimeoutMs, () => {
      isLate = true
      abort.abort()
    })
    const cancel = (): void => abort.abort()
    request.signal?.addEventListener('abort', cancel, { once: true })
    if (request.signal?.aborted === true) abort.abort()
    try {
      return await this.#sendOnce(request, abort.signal)
    } catch (error) {
      if (error instanceof KibanaError) throw error
      throw this.#failure(error, isLate)
    } finally {
      timer.cancel()
      request.signal?.removeEventListener('abort', cancel)
    }
  }

  async close(): Promise<void> {
    await this.#agent.destroy()
  }

  async #sendOnce(
    { method, path, inSpace = false, body }: KibanaRequest,
    signal: AbortSignal,
  ): Promise<KibanaAnswer> {
    const { space = 'default' } = this.#settings
    const prefix = inSpace && space !== 'default' ? `/s/${space}` : ''
    const isForm = body instanceof FormData
    const response = await fetch(`${this.address}${prefix}${path}`, {
      method,
      dispatcher: this.#agent,
      redirect: 'manual',
      signal,
      headers: {
        ...authorization(this.#settings),
        ...(method !== 'GET' && { 'kbn-xsrf': 'millrace' }),
        ...(body !== undefined && !isForm && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: isForm ? body : JSON.stringify(body) }),
    })
    return {
      status: response.status,
      headers: response.headers,
      text: await this.#textOf(response),
    }
  }

  async #textOf(response: Response): Promise<string> {
    const chunks: Uint8Array[] = []
    let bytes = 0
    for await (const chunk of response.body ?? []) {
      bytes += (chunk as Uint8Array).length
      if (bytes > this.#answerBytesMax) {
        const text = `Kibana (${this.address}) answered with more than ${this.#answerBytesMax} bytes`
        throw new KibanaError('MILLRACE_KIBANA_REFUSED', text)
      }
      chunks.push(chunk as Uint8Array)
    }
    return Buffer.concat(chunks).toString('utf8')
  }

  #failure(error: unknown, isLate: boolean): KibanaError {
    const { cause } = error as { cause?: unknown }
    const code = (cause as { code?: unknown } | undefined)?.code
    const words = errorText(cause ?? error)
    const reason = isLate
      ? `no answer within ${this.#requestTimeoutMs / 1_000} s`
      : typeof code === 'string' && !words.includes(code)
        ? `${words} (${code})`
        : words
    const hint = /certificate|self[- ]signed|issuer/i.test(reason)
      ? '; MILLRACE_KIBANA_CA names the authorities to trust'
      : ''
    const text = `Kibana (${this.address}) can't be reached: ${reason}${hint}`
    const retryable = isLate || !lasting.test(`${reason} ${String(code)}`)
    return new KibanaError('MILLRACE_KIBANA_UNREACHABLE', text, { retryable, cause: error })
  }
}

function authorization({ apiKey, username, password }: KibanaSettings): Record<string, string> {
  if (apiKey !== undefined) return { authorization: `ApiKey ${apiKey}` }
  if (username === undefined) return {}
  const pair = Buffer.from(`${username}:${password ?? ''}`).toString('base64')
  return { authorization: `Basic ${pair}` }
}
