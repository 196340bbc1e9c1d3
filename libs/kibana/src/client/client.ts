// Kibana, filled: wait until it is there, import the saved objects, look whether they still are what was shipped.
import { type Clock, systemClock } from '@millrace/foundation'
import { FormData } from 'undici'
import {
  type ImportOutcome,
  messageOf,
  type ObjectName,
  parsed,
  readExport,
  readImport,
  readMissing,
} from './answers.ts'
import { firstDifference, objectsOf } from './compare.ts'
import { type KibanaAnswer, KibanaConnection, KibanaError } from './connection.ts'
import { defaults, type KibanaSettings } from './settings.ts'

export interface CheckedObject extends ObjectName {
  state: 'same' | 'missing' | 'different'
  /** The first member that differs. */
  at?: string
}

export interface KibanaClientOptions {
  clock?: Clock
  /** Told once for each new reason why Kibana is not ready yet. */
  onWaiting?: (reason: string) => void
  signal?: AbortSignal
}

/** All methods throw `KibanaError`: no answer, not in time, refused. No text holds a credential. */
export interface KibanaClient {
  /** Resolves with Kibana's version, undefined where it tells that only to those it knows. */
  untilReady(): Promise<string | undefined>
  /** Overwrites what has the same ids. Not all or nothing: read the outcome. */
  importObjects(ndjson: string): Promise<ImportOutcome>
  /** Each object of the NDJSON beside what Kibana has under its id. Changes nothing. */
  checkObjects(ndjson: string): Promise<CheckedObject[]>
  close(): Promise<void>
}

export function createKibanaClient(
  settings: KibanaSettings,
  options: KibanaClientOptions = {},
): KibanaClient {
  return new Client(settings, options)
}

/** Between two looks; a Kibana that says `Retry-After` is asked then. */
const pollMs = 1_000
const retryAfterMaxMs = 30_000

class Client implements KibanaClient {
  readonly #settings: KibanaSettings
  readonly #options: KibanaClientOptions
  readonly #clock: Clock
  readonly #connection: KibanaConnection

  constructor(settings: KibanaSettings, options: KibanaClientOptions) {
    this.#settings = settings
    this.#options = options
    this.#clock = options.clock ?? systemClock
    this.#connection = new KibanaConnection(settings, this.#clock)
  }

  async untilReady(): Promise<string | undefined> {
    const waitMs = this.#settings.waitMs ?? defaults.waitMs
    const startedAt = this.#clock.monotonicMs()
    let told: string | undefined
    for (;;) {
      const look = await this.#look()
      if (look.isReady) return look.version
      if (look.reason !== told) this.#options.onWaiting?.(look.reason)
      told = look.reason
      const leftMs = waitMs - (this.#clock.monotonicMs() - startedAt)
      if (leftMs <= 0 || this.#options.signal?.aborted === true) {
        const text = `${look.reason}; waited ${Math.round(waitMs / 1_000)} s (MILLRACE_KIBANA_WAIT_MS)`
        throw new KibanaError('MILLRACE_KIBANA_UNREACHABLE', text, { retryable: true })
      }
      await this.#clock.sleep(Math.min(look.afterMs, leftMs), this.#options.signal)
    }
  }

  async importObjects(ndjson: string): Promise<ImportOutcome> {
    const form = new FormData()
    form.set('file', new Blob([ndjson], { type: 'application/ndjson' }), 'millrace.ndjson')
    const path = '/api/saved_objects/_import?overwrite=true'
    const answer = await this.#post(path, form)
    if (answer.status !== 200) throw this.#refused('the import', answer)
    const outcome = readImport(answer.text)
    if (outcome === undefined) throw this.#unreadable('the import', answer)
    return outcome
  }

  async checkObjects(ndjson: string): Promise<CheckedObject[]> {
    const shipped = objectsOf(ndjson)
    const names = shipped.map((object) => ({
      type: String(object['type']),
      id: String(object['id']),
    }))
    const found = await this.#export(names)
    return shipped.map((object, index) => {
      const { type, id } = names[index]!
      const stored = found.find((each) => each['type'] === type && each['id'] === id)
      if (stored === undefined) return { type, id, state: 'missing' }
      const at = firstDifference(object, stored)
      return at === undefined ? { type, id, state: 'same' } : { type, id, state: 'different', at }
    })
  }

  close(): Promise<void> {
    return this.#connection.close()
  }

  async #look(): Promise<
    | { isReady: true; version: string | undefined }
    | { isReady: false; reason: string; afterMs: number }
  > {
    const where = `Kibana (${this.#connection.address})`
    let answer: KibanaAnswer
    try {
      answer = await this.#connection.send({
        method: 'GET',
        path: '/api/status',
        ...this.#signal(),
      })
    } catch (error) {
      if (
        error instanceof KibanaError &&
        error.retryable &&
        this.#options.signal?.aborted !== true
      ) {
        return { isReady: false, reason: error.message, afterMs: pollMs }
      }
      throw error
    }
    const body = parsed(answer.text)
    const level = readLevel(body)
    if (answer.status === 200 && level === 'available') {
      const version = (body?.['version'] as { number?: unknown } | undefined)?.number
      return { isReady: true, version: typeof version === 'string' ? version : undefined }
    }
    if (answer.status !== 503 && !(answer.status === 200 && level !== undefined)) {
      throw this.#refused('its status', answer)
    }
    const reason = level === undefined ? messageOf(answer.text) : `its status is ${level}`
    const afterSeconds = Number(answer.headers.get('retry-after') ?? Number.NaN)
    const afterMs = afterSeconds > 0 ? Math.min(afterSeconds * 1_000, retryAfterMaxMs) : pollMs
    return { isReady: false, reason: `${where} is not ready: ${reason}`, afterMs }
  }

  /** An export of something that is not there names it and exports nothing: the rest is asked for again. */
  async #export(names: readonly ObjectName[]): Promise<Record<string, unknown>[]> {
    let wanted = [...names]
    while (wanted.length > 0) {
      const body = { objects: wanted, includeReferencesDeep: false, excludeExportDetails: true }
      const answer = await this.#post('/api/saved_objects/_export', body)
      if (answer.status === 200) {
        const objects = readExport(answer.text)
        if (objects === undefined) throw this.#unreadable('the export', answer)
        return objects
      }
      const missing = answer.status === 400 ? readMissing(answer.text) : undefined
      if (missing === undefined) throw this.#refused('the export', answer)
      const isMissing = ({ type, id }: ObjectName): boolean =>
        missing.some((each) => each.type === type && each.id === id)
      const left = wanted.filter((each) => !isMissing(each))
      if (left.length === wanted.length) throw this.#refused('the export', answer)
      wanted = left
    }
    return []
  }

  #post(path: string, body: FormData | object): Promise<KibanaAnswer> {
    return this.#connection.send({ method: 'POST', path, inSpace: true, body, ...this.#signal() })
  }

  #signal(): { signal?: AbortSignal } {
    const { signal } = this.#options
    return signal === undefined ? {} : { signal }
  }

  #refused(what: string, { status, text, headers }: KibanaAnswer): KibanaError {
    const hint = hintOf(status, this.#settings)
    const location =
      status >= 300 && status < 400 ? `, and points to ${headers.get('location')}` : ''
    const said = location === '' ? `: ${messageOf(text)}` : location
    const message = `Kibana (${this.#connection.address}) answered ${what} with ${status}${said}${hint}`
    return new KibanaError('MILLRACE_KIBANA_REFUSED', message, { retryable: status === 503 })
  }

  #unreadable(what: string, { text }: KibanaAnswer): KibanaError {
    const message = `Kibana (${this.#connection.address}) answered ${what} with something else: ${messageOf(text)}`
    return new KibanaError('MILLRACE_KIBANA_REFUSED', message)
  }
}

function readLevel(body: Record<string, unknown> | undefined): string | undefined {
  const status = body?.['status'] as { overall?: { level?: unknown } } | undefined
  const level = status?.overall?.level
  return typeof level === 'string' ? level : undefined
}

function hintOf(status: number, { space }: KibanaSettings): string {
  switch (status) {
    case 401:
      return '; see MILLRACE_KIBANA_API_KEY, or _USERNAME and _PASSWORD'
    case 403:
      return '; the account needs All on Saved Objects Management in this space'
    case 404:
      return space === undefined
        ? '; is the path in MILLRACE_KIBANA_URL the one of server.basePath?'
        : `; is there a space ${space}, and is the path in MILLRACE_KIBANA_URL the one of server.basePath?`
    case 422:
      return '; Millrace needs Kibana 8.19 or newer'
    default:
      return ''
  }
}
