// Counting, shown: the indexer's numbers in Prometheus' words. docs/metrics.md explains each.
import {
  createMetrics,
  defineMetrics,
  type Metrics,
  type MetricsSnapshot,
  type MetricsText,
} from '@millrace/service'
import { type Books, fates } from './books.mts'
import type { RequestOutcome } from './dispatch-parts.mts'
import type { PipelineState } from './pipeline-parts.mts'

export const indexerMetrics = defineMetrics({
  indexer_source_records_total: { kind: 'counter', help: 'Records taken from the topic.' },
  indexer_source_bytes_total: {
    kind: 'counter',
    help: 'Bytes of the records taken, with what each costs in memory.',
  },
  indexer_source_unowned_records_total: {
    kind: 'counter',
    help: 'Fetched records left to the next owner of their partition.',
  },
  indexer_source_assigned_partitions: {
    kind: 'gauge',
    help: 'Partitions that this worker owns.',
  },
  indexer_source_paused_partitions: {
    kind: 'gauge',
    help: 'Owned partitions that are paused because too much of them is in flight.',
  },
  indexer_source_pauses_total: { kind: 'counter', help: 'Times that a partition was paused.' },
  indexer_source_rebalances_total: {
    kind: 'counter',
    help: 'Assignments received from the consumer group.',
  },
  indexer_source_lag_records: {
    kind: 'gauge',
    labels: ['partition'],
    // One that goes from thread to thread must not count twice.
    merge: 'max',
    help: 'Records between what is settled and the end of the partition as last fetched.',
  },
  indexer_source_stalled_seconds: {
    kind: 'gauge',
    labels: ['partition'],
    merge: 'max',
    help: 'For how long an owned partition that has something left to do has made no progress.',
  },
  indexer_source_standstill_seconds: {
    kind: 'histogram',
    buckets: [0.25, 0.5, 1, 2.5, 5, 10, 15, 20, 30, 60, 120, 300],
    help: "From the last owner's last commit of a partition, or the writing of what waits there, to the next owner's first progress.",
  },
  indexer_normalize_events_total: {
    kind: 'counter',
    help: 'Events found in the records; a record without any counts as one.',
  },
  indexer_normalize_failed_plans_total: {
    kind: 'counter',
    help: 'Records whose quick way failed, which none should; they were read the patient way.',
  },
  indexer_bulk_requests_total: {
    kind: 'counter',
    labels: ['outcome'],
    help: 'Bulk requests by what came of them: answered, unavailable, forbidden, too-large, malformed, unreadable.',
  },
  indexer_bulk_request_seconds: {
    kind: 'histogram',
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    help: 'Time from sending a bulk request to its whole answer, or to its failure.',
  },
  indexer_bulk_body_bytes_total: { kind: 'counter', help: 'Bytes of bulk bodies sent.' },
  indexer_bulk_items_total: {
    kind: 'counter',
    help: 'Items sent in bulk requests, retries included.',
  },
  indexer_bulk_retried_items_total: {
    kind: 'counter',
    help: 'Items that were answered with 429 or 5xx and sent again.',
  },
  indexer_bulk_in_flight_requests: { kind: 'gauge', help: 'Bulk requests on their way.' },
  indexer_bulk_in_flight_max_requests: {
    kind: 'gauge',
    help: 'Bulk requests that may be on their way at once, as adapted to Elasticsearch.',
  },
  indexer_bulk_waiting_batches: {
    kind: 'gauge',
    help: 'Batches that wait for a free request or for the end of their backoff.',
  },
  indexer_rollover_looked_up_ids_total: {
    kind: 'counter',
    help: 'Ids looked for in an older backing index before their documents were created; once for each index.',
  },
  indexer_rollover_found_ids_total: {
    kind: 'counter',
    help: 'Ids found there: replayed after a rollover, and not indexed a second time.',
  },
  indexer_rollover_removed_copies_total: {
    kind: 'counter',
    help: 'Second copies that came into being while a data stream rolled over, and were deleted.',
  },
  indexer_settle_events_total: {
    kind: 'counter',
    labels: ['fate'],
    help: 'Events by fate: indexed, duplicate, dead_lettered, skipped, given_up.',
  },
  indexer_settle_in_hand_events: {
    kind: 'gauge',
    help: 'Events taken and without fate yet; normalized = all fates + in hand.',
  },
  indexer_settle_in_flight_bytes: {
    kind: 'gauge',
    help: 'Bytes of records and documents in memory, at most MILLRACE_INDEXER_IN_FLIGHT_BYTES_MAX and one record.',
  },
  indexer_settle_delay_seconds: {
    kind: 'histogram',
    buckets: [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800, 7_200, 86_400],
    help: 'Time from an event being written (event.created) to it being indexed.',
  },
  indexer_dead_letter_records_total: {
    kind: 'counter',
    labels: ['code'],
    help: 'Dead letters written, by error code (docs/errors.md).',
  },
  indexer_dead_letter_failures_total: {
    kind: 'counter',
    help: 'Tries to write dead letters that failed; each is followed by another.',
  },
  indexer_dead_letter_untold_records_total: {
    kind: 'counter',
    help: 'Dead letters in the topic whose readable document Elasticsearch refused.',
  },
  indexer_commit_requests_total: {
    kind: 'counter',
    labels: ['outcome'],
    help: 'Offset commits: committed, or failed (also while the group rebalances).',
  },
})

/** Counts in the books become counters when somebody reads them; histograms are fed as things happen. */
export class IndexerMetrics implements MetricsText {
  readonly #books: Books
  readonly #registry: Metrics<typeof indexerMetrics>
  readonly #counted = new Map<string, number>()

  /**
   * @param state what the pipeline shows of itself; undefined before it is there
   * @param scope what Node's own metrics are of: those of the process stand beside them in one registry only
   */
  constructor(
    books: Books,
    state: () => PipelineState | undefined,
    scope: 'process' | 'thread' = 'process',
  ) {
    this.#books = books
    this.#registry = createMetrics(indexerMetrics, {
      processMetrics: scope === 'thread' ? 'thread' : true,
      collect: () => {
        this.#countBooks()
        const now = state()
        if (now !== undefined) this.#showState(now)
      },
    })
  }

  get contentType(): string {
    return this.#registry.contentType
  }

  text(): Promise<string> {
    return this.#registry.text()
  }

  snapshot(): Promise<MetricsSnapshot> {
    return this.#registry.snapshot()
  }

  requestEnded(request: {
    outcome: RequestOutcome
    latencyMs: number
    bytes: number
    items: number
  }): void {
    const { metrics } = this.#registry
    // All of it was there already; nothing was sent.
    if (request.items === 0 && request.outcome === 'answered') return
    metrics.indexer_bulk_requests_total.add(1, { outcome: request.outcome })
    metrics.indexer_bulk_request_seconds.observe(request.latencyMs / 1_000)
    metrics.indexer_bulk_body_bytes_total.add(request.bytes)
    metrics.indexer_bulk_items_total.add(request.items)
  }

  progressed(standstillMs: number): void {
    this.#registry.metrics.indexer_source_standstill_seconds.observe(standstillMs / 1_000)
  }

  indexed(delayMs: number): void {
    this.#registry.metrics.indexer_settle_delay_seconds.observe(Math.max(0, delayMs) / 1_000)
  }

  #countBooks(): void {
    const { metrics } = this.#registry
    const books = this.#books
    const totals = {
      indexer_source_records_total: books.recordsTaken,
      indexer_source_bytes_total: books.recordBytesTaken,
      indexer_source_unowned_records_total: books.recordsUnowned,
      indexer_source_pauses_total: books.partitionPauses,
      indexer_source_rebalances_total: books.rebalances,
      indexer_normalize_events_total: books.eventsTaken,
      indexer_normalize_failed_plans_total: books.plansFailed,
      indexer_bulk_retried_items_total: books.itemsRetried,
      indexer_rollover_looked_up_ids_total: books.idsLookedUp,
      indexer_rollover_found_ids_total: books.copiesFound,
      indexer_rollover_removed_copies_total: books.copiesRemoved,
      indexer_dead_letter_failures_total: books.deadLetterFailures,
      indexer_dead_letter_untold_records_total: books.deadLettersUntold,
    } as const
    for (const name of Object.keys(totals) as (keyof typeof totals)[]) {
      metrics[name].add(this.#since(name, totals[name]))
    }
    for (const fate of fates) {
      const amount = this.#since(`fate ${fate}`, books.events[fate])
      metrics.indexer_settle_events_total.add(amount, { fate })
    }
    for (const [code, total] of books.deadLetters) {
      const amount = this.#since(`code ${code}`, total)
      metrics.indexer_dead_letter_records_total.add(amount, { code })
    }
    const commits = { committed: books.commits, failed: books.commitFailures }
    for (const [outcome, total] of Object.entries(commits)) {
      const amount = this.#since(`commit ${outcome}`, total)
      metrics.indexer_commit_requests_total.add(amount, { outcome })
    }
    metrics.indexer_settle_in_hand_events.set(books.eventsInHand)
  }

  /** How much a total of the books has grown since it was last asked for. */
  #since(name: string, total: number): number {
    const before = this.#counted.get(name) ?? 0
    this.#counted.set(name, total)
    return total - before
  }

  #showState(now: PipelineState): void {
    const { metrics } = this.#registry
    const paused = now.partitions.filter((partition) => partition.isPaused).length
    metrics.indexer_source_assigned_partitions.set(now.partitions.length)
    metrics.indexer_source_paused_partitions.set(paused)
    metrics.indexer_bulk_in_flight_requests.set(now.requestsInFlight)
    metrics.indexer_bulk_in_flight_max_requests.set(now.concurrencyLimit)
    metrics.indexer_bulk_waiting_batches.set(now.batchesQueued)
    metrics.indexer_settle_in_flight_bytes.set(now.inFlightBytes)
    metrics.indexer_source_lag_records.clear()
    metrics.indexer_source_stalled_seconds.clear()
    for (const owner of now.partitions) {
      const { partition, settlement } = owner
      metrics.indexer_source_stalled_seconds.set(now.stalledMs(owner) / 1_000, { partition })
      const end = now.highWatermarks.get(partition)
      const settled = settlement.committableOffset
      if (end === undefined || settled === undefined) continue
      metrics.indexer_source_lag_records.set(Math.max(0, end - settled), { partition })
    }
  }
}
