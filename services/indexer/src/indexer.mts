// One worker, put together: waits for Kafka and Elasticsearch, runs the pipeline, ends it in order.
import { deadLetterTopic } from '@millrace/envelope'
import { createElasticStore } from '@millrace/elastic'
import { type LogFormat, RecordNormalizer } from '@millrace/formats'
import { type Clock, errorText, type Random } from '@millrace/foundation'
import {
  createAdministration,
  createConsumerGroup,
  createProducer,
  kafkaSettings,
} from '@millrace/kafka'
import { RepeatedErrors, type ServiceLogger, startHealthServer } from '@millrace/service'
import { Books } from './books.mts'
import type { IndexerConfig } from './config.mts'
import { IndexerMetrics } from './metrics.mts'
import { createObserver, Telling } from './observe.mts'
import { Pipeline } from './pipeline.mts'
import { pipelineOptions } from './pipeline-options.mts'
import { conditions, Readiness } from './readiness.mts'
import { Reporter } from './report.mts'
import { StoreWatch } from './store-watch.mts'
import { ensureDeadLetterTopic, untilTopicExists } from './topic-watch.mts'

export interface IndexerParts {
  log: ServiceLogger
  clock: Clock
  random: Random
  /** Asked before the built-in ones. Default: none. */
  formats?: readonly LogFormat[]
  /** The worker cannot go on by itself; the process has to end. */
  onFatal: (error: Error) => void
}

export interface Indexer {
  /** `http://host:port` of health and metrics. */
  readonly url: string
  /** Drains, commits, leaves. Safe to call twice. */
  close(): Promise<void>
}

/**
 * Resolves as soon as health is served; the rest begins when Kafka, the topic, Elasticsearch and its
 * templates are there, in whatever order they come.
 *
 * @throws ConfigError when the HTTP address can't be listened on.
 */
export async function startIndexer(config: IndexerConfig, parts: IndexerParts): Promise<Indexer> {
  const worker = new Worker(config, parts)
  await worker.listen()
  void worker.begin().catch(parts.onFatal)
  return worker
}

/** How far the watched things may be from the truth of /readyz. */
const watchIntervalMs = 10_000

class Worker implements Indexer {
  readonly #config: IndexerConfig
  readonly #parts: IndexerParts
  readonly #abort = new AbortController()
  readonly #books = new Books()
  readonly #readiness = new Readiness()
  readonly #repeated: RepeatedErrors
  readonly #telling: Telling
  readonly #metrics: IndexerMetrics
  readonly #store: ReturnType<typeof createElasticStore>
  readonly #administration: ReturnType<typeof createAdministration>
  readonly #producer: ReturnType<typeof createProducer>
  readonly #watch: StoreWatch
  readonly #reporter: Reporter
  #health: Awaited<ReturnType<typeof startHealthServer>> | undefined
  #pipeline: Pipeline | undefined
  #closing: Promise<void> | undefined

  constructor(config: IndexerConfig, parts: IndexerParts) {
    const { log, clock, random } = parts
    this.#config = config
    this.#parts = parts
    this.#repeated = new RepeatedErrors(clock)
    this.#telling = new Telling(log, this.#repeated)
    this.#metrics = new IndexerMetrics(this.#books, () => this.#pipeline?.state)
    const kafka = kafkaSettings.parse({ ...config.kafka.connection, clientId: 'millrace-indexer' })
    this.#store = createElasticStore(config.elasticsearch, { clock })
    this.#administration = createAdministration(kafka, { clock, random })
    this.#producer = createProducer(kafka, { clock, random })
    this.#reporter = new Reporter({
      store: this.#store,
      books: this.#books,
      clock,
      random,
      place: { topic: config.kafka.topic, group: config.consumer.group },
      onTrouble: (sentence) => this.#telling.trouble('warn', 'report', sentence),
    })
    this.#watch = new StoreWatch(
      {
        store: this.#store,
        readiness: this.#readiness,
        clock,
        random,
        onTrouble: (condition, sentence, level) =>
          this.#telling.trouble(level, `store ${condition}`, sentence),
        onNote: (sentence) => this.#telling.note(sentence),
      },
      { install: config.setup.install, backoff: this.#backoff, watchIntervalMs },
    )
  }

  get url(): string {
    return this.#health?.url ?? ''
  }

  async listen(): Promise<void> {
    const checks = Object.fromEntries(
      conditions.map((condition) => [condition, () => this.#readiness.reason(condition)]),
    )
    const { clock } = this.#parts
    this.#health = await startHealthServer({
      ...this.#config.http,
      checks,
      metrics: this.#metrics,
      clock,
    })
    const { port, url } = this.#health
    this.#telling.note(`Health and metrics are served at ${url}`, { port, url })
  }

  async begin(): Promise<void> {
    const [clusterId, isStoreReady] = await Promise.all([
      this.#untilTopicExists(),
      this.#watch.untilReady(),
    ])
    if (clusterId === undefined || !isStoreReady || this.#abort.signal.aborted) return
    this.#pipeline = this.#createPipeline(clusterId)
    await this.#pipeline.start()
    this.#reporter.start(this.#config.indexer.reportIntervalMs)
    const { topic } = this.#config.kafka
    const { group } = this.#config.consumer
    this.#telling.note(`Joining group ${group} for topic ${topic}`, { group, topic })
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.#abort.abort()
    this.#watch.close()
    this.#reporter.close()
    await this.#pipeline?.close()
    await Promise.all([this.#producer.close(), this.#administration.close(), this.#store.close()])
    this.#repeated.close()
    const { events, recordsTaken } = this.#books
    this.#telling.note('Closed', { recordsTaken, ...events })
    await this.#health?.close()
  }

  get #backoff(): { initialMs: number; maxMs: number } {
    const { retryInitialMs: initialMs, retryMaxMs: maxMs } = this.#config.indexer
    return { initialMs, maxMs }
  }

  #untilTopicExists(): Promise<string | undefined> {
    return untilTopicExists(
      this.#config.kafka.topic,
      {
        administration: this.#administration,
        readiness: this.#readiness,
        clock: this.#parts.clock,
        random: this.#parts.random,
        onTrouble: (sentence, level) => this.#telling.trouble(level, `topic ${level}`, sentence),
      },
      { backoff: this.#backoff, signal: this.#abort.signal },
    )
  }

  #createPipeline(clusterId: string): Pipeline {
    const { clock, random } = this.#parts
    const { topic, connection } = this.#config.kafka
    const { dataset, namespace } = this.#config.dataStream
    const { drainTimeoutMs, timeZone } = this.#config.indexer
    const topics = { topic, deadLetterTopic: deadLetterTopic(topic) }
    return new Pipeline(
      {
        createGroup: (handlers) =>
          createConsumerGroup(
            kafkaSettings.parse({ ...connection, clientId: 'millrace-indexer' }),
            {
              topic,
              ...this.#config.consumer,
              ...groupTimes(drainTimeoutMs),
              ...fetchSizes,
              ...handlers,
              onError: (error, { fatal }) => this.#onGroupError(error, fatal),
            },
            { clock, random },
          ),
        normalizer: new RecordNormalizer({
          clusterId,
          dataset,
          namespace,
          timeZone,
          formats: this.#parts.formats ?? [],
        }),
        target: this.#store,
        producer: this.#producer,
        ensureDeadLetterTopic: () => ensureDeadLetterTopic(topics, this.#administration),
        clock,
        random,
        books: this.#books,
        observer: this.#reporter.watching(
          createObserver({
            telling: this.#telling,
            metrics: this.#metrics,
            readiness: this.#readiness,
            deadLetterTopic: topics.deadLetterTopic,
          }),
        ),
      },
      pipelineOptions(this.#config, clusterId),
    )
  }

  #onGroupError(error: Error, isFatal: boolean): void {
    const sentence = errorText(error)
    if (!isFatal) return this.#telling.trouble('warn', `group ${error.name}`, sentence)
    this.#readiness.unmet('group', sentence)
    this.#parts.onFatal(error)
  }
}

/**
 * What is fetched and not taken yet is outside the bound of MILLRACE_INDEXER_IN_FLIGHT_BYTES_MAX, once
 * for each partition, and several times larger once it is uncompressed; so it is kept small.
 */
const fetchSizes = { maxBytesPerPartition: 256 * 1024, maxBytes: 2 * 1024 * 1024 }

/**
 * The group waits for a drain and its last commit, and a little longer for the others. A missing topic
 * or refused credentials are waited for as well: somebody may be about to put them right.
 */
function groupTimes(drainTimeoutMs: number) {
  const revokeTimeoutMs = drainTimeoutMs + 15_000
  return {
    revokeTimeoutMs,
    rebalanceTimeoutMs: Math.max(60_000, revokeTimeoutMs + 15_000),
    topicMissingTimeoutMs: 86_400_000,
    refusedTimeoutMs: 86_400_000,
  }
}
