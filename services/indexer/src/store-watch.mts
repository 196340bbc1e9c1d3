// Elasticsearch, watched: whether it answers and has the templates, before the first record and ever after.
import {
  type BackoffOptions,
  type Clock,
  errorText,
  MillraceError,
  type Random,
  type Timer,
} from '@millrace/foundation'
import type { ElasticStore, TemplateCheck } from '@millrace/elastic'
import type { Readiness } from './readiness.mts'
import { retryUntilDone } from './retry.mts'

export interface StoreWatchParts {
  store: Pick<ElasticStore, 'checkTemplates' | 'installTemplates'>
  readiness: Pick<Readiness, 'met' | 'unmet'>
  clock: Clock
  random: Random
  /** Something is in the way, in one sentence. Called again for each try. */
  onTrouble: (
    condition: 'elasticsearch' | 'templates',
    sentence: string,
    level: 'warn' | 'error',
  ) => void
  /** Worth a word, and not in the way. Called once for each sentence. */
  onNote: (sentence: string) => void
}

export interface StoreWatchOptions {
  /** Install what is missing or outdated (MILLRACE_SETUP=true), or only say so. */
  install: boolean
  backoff: BackoffOptions
  /** Time between two looks while the worker runs. */
  watchIntervalMs: number
}

export class StoreWatch {
  readonly #parts: StoreWatchParts
  readonly #options: StoreWatchOptions
  readonly #abort = new AbortController()
  #timer: Timer | undefined
  #isInstalled = false
  #noted: string | undefined

  constructor(parts: StoreWatchParts, options: StoreWatchOptions) {
    this.#parts = parts
    this.#options = options
  }

  /** Resolves with true once Elasticsearch answers and has the templates; with false when closed before. */
  async untilReady(): Promise<boolean> {
    const { clock, random } = this.#parts
    const isReady = await retryUntilDone(async () => ((await this.#look()) ? true : undefined), {
      backoff: this.#options.backoff,
      clock,
      random,
      signal: this.#abort.signal,
    })
    if (isReady === true) this.#arm()
    return isReady === true
  }

  /** Safe to call twice. */
  close(): void {
    this.#abort.abort()
    this.#timer?.cancel()
  }

  #arm(): void {
    if (this.#abort.signal.aborted) return
    this.#timer = this.#parts.clock.setTimer(
      this.#options.watchIntervalMs,
      () => void this.#look().then(() => this.#arm()),
    )
  }

  async #look(): Promise<boolean> {
    const { readiness, store, onTrouble } = this.#parts
    try {
      if (this.#options.install && !this.#isInstalled) await store.installTemplates()
      this.#isInstalled = true
      const check = await store.checkTemplates()
      readiness.met('elasticsearch')
      return this.#judge(check)
    } catch (error) {
      const sentence = errorText(error)
      readiness.unmet('elasticsearch', sentence)
      const isForPerson =
        error instanceof MillraceError &&
        (error.code === 'MILLRACE_BULK_REFUSED' || error.context['needsPerson'] === true)
      onTrouble('elasticsearch', sentence, isForPerson ? 'error' : 'warn')
      return false
    }
  }

  /**
   * Without its template a data stream would guess types, so missing and foreign ones are waited for.
   * Those of another release do: while a new one is rolled out, both are at work. And a key that may
   * only write cannot read templates, which is no reason to stand still.
   */
  #judge(check: TemplateCheck): boolean {
    const { readiness, onTrouble } = this.#parts
    if (check.missing.length > 0 || check.foreign.length > 0) {
      readiness.unmet('templates', check.summary)
      onTrouble('templates', check.summary, 'error')
      return false
    }
    readiness.met('templates')
    if (!check.ok) this.#note(check.summary)
    return true
  }

  #note(sentence: string): void {
    if (this.#noted === sentence) return
    this.#noted = sentence
    this.#parts.onNote(sentence)
  }
}
