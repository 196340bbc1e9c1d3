// The worker, told to whoever looks at the pipeline: a small document now and then of how it goes with it.
import { hostname } from 'node:os'
import { ecsVersion, formatEpochMs } from '@millrace/ecs'
import { indexerDataStream, mintInstanceId } from '@millrace/envelope'
import type { ElasticStore } from '@millrace/elastic'
import { type Clock, errorText, type Random, type Timer } from '@millrace/foundation'
import type { Books } from './books.mts'
import type { PipelineObserver } from './pipeline-parts.mts'

export interface ReporterParts {
  store: Pick<ElasticStore, 'request'>
  books: Books
  clock: Clock
  random: Random
  /** What the worker does. */
  place: { topic: string; group: string }
  onTrouble: (sentence: string) => void
}

/** Further kinds of errors share one name. */
const kindsMax = 50
const requestTimeoutMs = 5_000

/**
 * Writes `metrics-millrace.indexer-default` by single requests, beside the bulk requests and in nobody's way: one that
 * fails is left out, since the next one holds the same counts.
 */
export class Reporter {
  readonly #parts: ReporterParts
  readonly #instance: string
  readonly #startedAt: number
  readonly #errors = new Map<string, number>()
  #bulkRequests = 0
  #number = 0
  #timer: Timer | undefined
  #isTroubled = false
  #isClosed = false

  constructor(parts: ReporterParts) {
    this.#parts = parts
    this.#instance = mintInstanceId(parts.clock, parts.random)
    this.#startedAt = parts.clock.now()
  }

  /** Counts what the pipeline tells, and hands it on. */
  watching(observer: PipelineObserver): PipelineObserver {
    return {
      ...observer,
      requestEnded: (request) => {
        this.#bulkRequests += 1
        observer.requestEnded(request)
      },
      requestFailed: (failure) => {
        this.#count(failure.status === undefined ? failure.kind : String(failure.status))
        observer.requestFailed(failure)
      },
      deadLettered: (cause, record) => {
        if (cause.bulk !== undefined) this.#count(cause.bulk.type)
        observer.deadLettered(cause, record)
      },
    }
  }

  /** 0: never. */
  start(intervalMs: number): void {
    if (intervalMs === 0 || this.#isClosed) return
    this.#timer = this.#parts.clock.setTimer(
      intervalMs,
      () => void this.#report().finally(() => this.start(intervalMs)),
      { unref: true },
    )
  }

  close(): void {
    this.#isClosed = true
    this.#timer?.cancel()
  }

  async #report(): Promise<void> {
    const { store } = this.#parts
    const id = `${this.#instance}-report-${String((this.#number += 1)).padStart(8, '0')}`
    try {
      await store.request({
        method: 'PUT',
        path: `/${indexerDataStream}/_create/${id}`,
        querystring: { filter_path: 'result' },
        body: this.#document(id),
        timeoutMs: requestTimeoutMs,
        // An earlier try arrived after all.
        acceptStatuses: [409],
      })
      this.#isTroubled = false
    } catch (error) {
      if (this.#isTroubled || this.#isClosed) return
      this.#isTroubled = true
      this.#parts.onTrouble(
        `The report of this worker can't be written to ${indexerDataStream}, nothing else suffers: ${errorText(error)}`,
      )
    }
  }

  #document(id: string): object {
    const { clock, books, place } = this.#parts
    const [type, dataset, namespace] = indexerDataStream.split('-')
    const now = formatEpochMs(clock.now())
    const retried = books.itemsRetried > 0 ? { 'item-retried': books.itemsRetried } : {}
    return {
      '@timestamp': now,
      ecs: { version: ecsVersion },
      data_stream: { type, dataset, namespace },
      event: { kind: 'metric', id, dataset, created: now, ingested: now },
      agent: { type: 'millrace-indexer', ephemeral_id: this.#instance },
      service: { name: 'millrace-indexer' },
      host: { name: hostname() },
      millrace: {
        ...place,
        indexer: {
          startedAt: this.#startedAt,
          recordsTaken: books.recordsTaken,
          bulkRequests: this.#bulkRequests,
          itemsRetried: books.itemsRetried,
          events: { ...books.events },
          bulkErrors: { ...Object.fromEntries(this.#errors), ...retried },
          deadLetters: Object.fromEntries(books.deadLetters),
        },
      },
    }
  }

  #count(kind: string): void {
    const known = this.#errors.has(kind) || this.#errors.size < kindsMax ? kind : 'other'
    this.#errors.set(known, (this.#errors.get(known) ?? 0) + 1)
  }
}
