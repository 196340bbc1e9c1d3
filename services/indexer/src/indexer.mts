// One worker, put together: waits for Kafka and Elasticsearch, lets its crew carry the records, ends it in order.
import { deadLetterTopic } from '@millrace/envelope'
import { createElasticStore } from '@millrace/elastic'
import type { LogFormat } from '@millrace/formats'
import type { Clock, Random } from '@millrace/foundation'
import { createAdministration, kafkaSettings } from '@millrace/kafka'
import { RepeatedErrors, type ServiceLogger, startHealthServer } from '@millrace/service'
import type { IndexerConfig } from './config.mts'
import type { Crew, Totals } from './crew.mts'
import { clientId, Member } from './member.mts'
import { Telling } from './observe.mts'
import { type Condition, conditions, Readiness } from './readiness.mts'
import { StoreWatch } from './store-watch.mts'
import { ThreadCrew } from './threads/thread-crew.mts'
import { ensureDeadLetterTopic, type TopicFacts, untilTopicExists } from './topic-watch.mts'

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
  readonly #readiness = new Readiness()
  readonly #repeated: RepeatedErrors
  readonly #telling: Telling
  readonly #store: ReturnType<typeof createElasticStore>
  readonly #administration: ReturnType<typeof createAdministration>
  readonly #watch: StoreWatch
  readonly #crew: Crew
  #health: Awaited<ReturnType<typeof startHealthServer>> | undefined
  #closing: Promise<void> | undefined

  constructor(config: IndexerConfig, parts: IndexerParts) {
    const { log, clock, random } = parts
    this.#config = config
    this.#parts = parts
    this.#repeated = new RepeatedErrors(clock)
    this.#telling = new Telling(log, this.#repeated)
    const kafka = kafkaSettings.parse({ ...config.kafka.connection, clientId: clientId() })
    this.#store = createElasticStore(config.elasticsearch, { clock })
    this.#administration = createAdministration(kafka, { clock, random })
    this.#crew = this.#createCrew()
    this.#watch = new StoreWatch(
      {
        store: this.#store,
        readiness: {
          met: (condition) => this.#met(condition),
          unmet: (condition, reason) => this.#readiness.unmet(condition, reason),
        },
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
    const reason = (condition: Condition): string | undefined =>
      this.#readiness.reason(condition) ?? this.#crew.reason(condition)
    const { clock } = this.#parts
    this.#health = await startHealthServer({
      ...this.#config.http,
      failure: () => this.#crew.failure(),
      checks: Object.fromEntries(conditions.map((each) => [each, () => reason(each)])),
      metrics: this.#crew.metrics,
      clock,
    })
    const { port, url } = this.#health
    this.#telling.note(`Health and metrics are served at ${url}`, { port, url })
  }

  async begin(): Promise<void> {
    const [topic, isStoreReady] = await Promise.all([
      this.#untilTopicExists(),
      this.#watch.untilReady(),
    ])
    if (topic === undefined || !isStoreReady || this.#abort.signal.aborted) return
    await this.#crew.begin(topic)
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.#abort.abort()
    this.#watch.close()
    let totals: Totals | undefined
    try {
      totals = await this.#crew.close()
    } finally {
      await Promise.all([this.#administration.close(), this.#store.close()])
      this.#repeated.close()
      if (totals !== undefined) {
        const { recordsTaken, events } = totals
        this.#telling.note('Closed', { recordsTaken, ...events })
      }
      await this.#health?.close()
    }
  }

  get #backoff(): { initialMs: number; maxMs: number } {
    const { retryInitialMs: initialMs, retryMaxMs: maxMs } = this.#config.indexer
    return { initialMs, maxMs }
  }

  #createCrew(): Crew {
    const { log, clock, random, formats = [], onFatal } = this.#parts
    const { topic } = this.#config.kafka
    const topics = { topic, deadLetterTopic: deadLetterTopic(topic) }
    const common = {
      telling: this.#telling,
      readiness: this.#readiness,
      clock,
      ensureDeadLetterTopic: () => ensureDeadLetterTopic(topics, this.#administration),
      onFatal,
    }
    if (this.#config.indexer.threads > 1) return new ThreadCrew(this.#config, { ...common, log })
    return new Member(this.#config, { ...common, random, formats, store: this.#store })
  }

  #met(condition: Condition): void {
    this.#readiness.met(condition)
    if (condition === 'elasticsearch') this.#crew.storeReached()
  }

  #untilTopicExists(): Promise<TopicFacts | undefined> {
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
}
