// One member of the consumer group, put together: its pipeline, with clients of its own.
import { deadLetterTopic } from '@millrace/envelope'
import type { ElasticStore } from '@millrace/elastic'
import { type LogFormat, RecordNormalizer } from '@millrace/formats'
import { type Clock, errorText, type Random } from '@millrace/foundation'
import {
  createConsumerGroup,
  createProducer,
  kafkaSettings,
  type KafkaSettings,
} from '@millrace/kafka'
import { Books } from './books.mts'
import type { IndexerConfig } from './config.mts'
import type { Crew, Totals } from './crew.mts'
import { IndexerMetrics } from './metrics.mts'
import { createObserver, type Telling } from './observe.mts'
import { Pipeline } from './pipeline.mts'
import { pipelineOptions } from './pipeline-options.mts'
import type { Condition, Readiness } from './readiness.mts'
import { Reporter } from './report.mts'
import type { TopicFacts } from './topic-watch.mts'

export interface MemberParts {
  telling: Telling
  clock: Clock
  random: Random
  /** Asked before the built-in ones. */
  formats: readonly LogFormat[]
  /** Closed by whoever made it. */
  store: ElasticStore
  readiness: Readiness
  ensureDeadLetterTopic: () => Promise<void>
  /** The member cannot go on by itself; the process has to end. */
  onFatal: (error: Error) => void
  /** The thread that it works in, where that is one of several. */
  thread?: number
}

export class Member implements Crew {
  readonly metrics: IndexerMetrics
  readonly #config: IndexerConfig
  readonly #parts: MemberParts
  readonly #books = new Books()
  readonly #kafka: KafkaSettings
  readonly #producer: ReturnType<typeof createProducer>
  readonly #reporter: Reporter
  #pipeline: Pipeline | undefined

  constructor(config: IndexerConfig, parts: MemberParts) {
    const { clock, random, store, telling, thread } = parts
    this.#config = config
    this.#parts = parts
    this.metrics = new IndexerMetrics(
      this.#books,
      () => this.#pipeline?.state,
      thread === undefined ? 'process' : 'thread',
    )
    this.#kafka = kafkaSettings.parse({ ...config.kafka.connection, clientId: clientId(thread) })
    this.#producer = createProducer(this.#kafka, { clock, random })
    this.#reporter = new Reporter({
      store,
      books: this.#books,
      clock,
      random,
      place: { topic: config.kafka.topic, group: config.consumer.group },
      onTrouble: (sentence) => telling.trouble('warn', 'report', sentence),
    })
  }

  async begin({ clusterId }: Pick<TopicFacts, 'clusterId'>): Promise<void> {
    this.#pipeline = this.#createPipeline(clusterId)
    await this.#pipeline.start()
    this.#reporter.start(this.#config.indexer.reportIntervalMs)
    const { topic } = this.#config.kafka
    const { group } = this.#config.consumer
    this.#parts.telling.note(`Joining group ${group} for topic ${topic}`, { group, topic })
  }

  reason(condition: Condition): string | undefined {
    return this.#parts.readiness.reason(condition)
  }

  /** Whoever can ask is answered. */
  failure(): undefined {
    return undefined
  }

  storeReached(): void {
    this.#parts.readiness.met('elasticsearch')
  }

  async close(): Promise<Totals> {
    this.#reporter.close()
    await this.#pipeline?.close()
    await this.#producer.close()
    const { recordsTaken, events } = this.#books
    return { recordsTaken, events: { ...events } }
  }

  #createPipeline(clusterId: string): Pipeline {
    const { clock, random, telling, readiness, store, formats, ensureDeadLetterTopic } = this.#parts
    const { topic } = this.#config.kafka
    const { dataset, namespace } = this.#config.dataStream
    const { drainTimeoutMs, timeZone } = this.#config.indexer
    return new Pipeline(
      {
        createGroup: (handlers) =>
          createConsumerGroup(
            this.#kafka,
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
        normalizer: new RecordNormalizer({ clusterId, dataset, namespace, timeZone, formats }),
        target: store,
        producer: this.#producer,
        ensureDeadLetterTopic,
        clock,
        random,
        books: this.#books,
        observer: this.#reporter.watching(
          createObserver({
            telling,
            metrics: this.metrics,
            readiness,
            deadLetterTopic: deadLetterTopic(topic),
          }),
        ),
      },
      pipelineOptions(this.#config, clusterId),
    )
  }

  #onGroupError(error: Error, isFatal: boolean): void {
    const sentence = errorText(error)
    if (!isFatal) return this.#parts.telling.trouble('warn', `group ${error.name}`, sentence)
    this.#parts.readiness.unmet('group', sentence)
    this.#parts.onFatal(error)
  }
}

/** Brokers show it for each member, and quotas may name it. */
export function clientId(thread?: number): string {
  return thread === undefined ? 'millrace-indexer' : `millrace-indexer-${thread}`
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
