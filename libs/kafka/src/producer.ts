// A batch, published: encoded, sent to one partition, acknowledged by all in-sync replicas.
import { type Clock, PublishError, type Random, systemRandom } from '@millrace/foundation'
import { ClusterLink, type ClusterOptions, LinkClosedError } from './cluster.ts'
import { type FailureReason, type KafkaFailure, kafkaFailure } from './failure.ts'
import type { KafkaCluster } from './kafkajs-types.ts'
import { StickyPartitioner } from './partitioner.ts'
import type { PackedPublishRequest, Producer, PublishedBatch, PublishRequest } from './port.ts'
import { produceBatch } from './produce-request.ts'
import { BatchBuffers, type EncodedBatch } from './records/batch-buffers.ts'
import { encodeBatch } from './records/encode-batch.ts'
import { closedConnectionHint, securityText } from './security-text.ts'
import type { KafkaSettings } from './settings.ts'
import { isStaleMetadata, topicPartitions } from './topic-metadata.ts'

export interface ProducerOptions extends ClusterOptions {
  clock?: Clock
  random?: Random
  /**
   * Longest time that one `publish` may take, quick retries included. Unit: ms; default: connectionTimeoutMs
   * + requestTimeoutMs of the settings (35 000). At the limit the connections are opened afresh and the call
   * fails with reason `timeout`; whether the batch was written is then not known.
   */
  publishTimeoutMs?: number
  /** Tries within one `publish`, each with fresh metadata and another partition. Default 3, at least 1. */
  triesMax?: number
  /**
   * Whether a batch whose connection was lost before the answer is sent again within the same `publish`. False where the caller wants
   * to mark what may be there twice: the call then fails with reason `unreachable`. Default true.
   */
  retriesUnanswered?: boolean
  /** Largest request. Unit: bytes; default 64 MiB. Brokers close the connection at 100 MiB without a word. */
  requestBytesMax?: number
}

/** A producer for the given brokers. Nothing is connected before the first call. */
export function createProducer(settings: KafkaSettings, options: ProducerOptions = {}): Producer {
  return new KafkaProducer(settings, options)
}

const retryDelayMs = 100

class KafkaProducer implements Producer {
  readonly #link: ClusterLink
  readonly #partitioner: StickyPartitioner
  readonly #publishTimeoutMs: number
  readonly #triesMax: number
  readonly #retriesUnanswered: boolean
  readonly #requestBytesMax: number
  readonly #buffers = new BatchBuffers()

  constructor(settings: KafkaSettings, options: ProducerOptions) {
    this.#link = new ClusterLink(settings, options)
    this.#partitioner = new StickyPartitioner(options.random ?? systemRandom)
    this.#publishTimeoutMs = options.publishTimeoutMs ?? this.#link.callTimeoutMs
    this.#triesMax = Math.max(1, options.triesMax ?? 3)
    this.#retriesUnanswered = options.retriesUnanswered ?? true
    this.#requestBytesMax = options.requestBytesMax ?? 64 * 1024 * 1024
  }

  async connect(options: { timeoutMs?: number } = {}): Promise<boolean> {
    const { clock } = this.#link
    const deadlineMs = clock.monotonicMs() + (options.timeoutMs ?? this.#link.callTimeoutMs)
    for (;;) {
      const leftMs = deadlineMs - clock.monotonicMs()
      if (leftMs <= 0 || this.#link.isClosed) return false
      try {
        await this.#link.use('connecting', leftMs, () => Promise.resolve())
        return true
      } catch {
        await clock.sleep(Math.min(retryDelayMs, Math.max(0, deadlineMs - clock.monotonicMs())))
      }
    }
  }

  publish(request: PublishRequest): Promise<PublishedBatch> {
    return this.#publish(request)
  }

  publishPacked(request: PackedPublishRequest): Promise<PublishedBatch> {
    return this.#publish(request)
  }

  async #publish(request: AnyRequest): Promise<PublishedBatch> {
    if (this.#link.isClosed) throw closedError(request)
    if (request.records.length === 0) throw refusal(request, 'invalid-record', 'it has no records')
    const { clock } = this.#link
    const startedAt = clock.monotonicMs()
    let work: PublishWork | undefined
    try {
      const { topic, records, compression = 'none' } = request
      const batch = await encodeBatch(records, compression, clock.now(), this.#buffers)
      work = { topic, batch, isGivenUp: false, sent: 0 }
      if (batch.length > this.#requestBytesMax) {
        const found = `it has ${batch.length} bytes, at most ${this.#requestBytesMax} are sent`
        throw refusal(request, 'too-large', found)
      }
      const published = await this.#tryWithin(work)
      // Answered, so read.
      if (work.sent === 1) batch.release()
      return published
    } catch (thrown) {
      if (work?.sent === 0) {
        // No connection has seen the batch, and none will. Otherwise one may hold its buffer still, and nothing else gets that.
        work.isGivenUp = true
        work.batch.release()
      }
      if (thrown instanceof PublishError) throw thrown
      throw this.#publishError(request, thrown, clock.monotonicMs() - startedAt)
    }
  }

  close(): Promise<void> {
    this.#link.close()
    return Promise.resolve()
  }

  #tryWithin(work: PublishWork): Promise<PublishedBatch> {
    return this.#link.use('publishing', this.#publishTimeoutMs, (cluster) =>
      this.#publishWithin(cluster, work),
    )
  }

  async #publishWithin(cluster: KafkaCluster, work: PublishWork): Promise<PublishedBatch> {
    const { topic } = work
    const replicaTimeoutMs = Math.floor(this.#link.settings.requestTimeoutMs * 0.9)
    for (let attempt = 1; ; attempt++) {
      let isSent = false
      try {
        const partitions = await topicPartitions(cluster, topic, { refresh: attempt > 1 })
        const partition = this.#partitioner.next(topic, partitions)
        if (partition === undefined) throw new NoLeaderError(topic)
        const leader = partitions.find((each) => each.partitionId === partition)!.leader
        const broker = await cluster.findBroker({ nodeId: leader })
        if (work.isGivenUp) throw new LinkClosedError()
        isSent = true
        // An earlier connection may still read the buffer that it was given.
        const batch = work.sent++ === 0 ? work.batch : work.batch.copy()
        const baseOffset = await produceBatch(broker, { topic, partition, batch, replicaTimeoutMs })
        return { topic, partition, baseOffset, batchBytes: batch.length }
      } catch (thrown) {
        if (attempt >= this.#triesMax || !isStaleMetadata(thrown)) throw thrown
        if (isSent && !this.#retriesUnanswered && kafkaFailure(thrown).reason === 'unreachable') {
          // Whoever publishes next must not trust what is known of the leaders.
          cluster.brokerPool.metadataExpireAt = null
          throw thrown
        }
        // 1. The leader has moved, or its connection was lost; 2. metadata are asked for again above;
        // 3. the next try goes to the next partition, which may well have a leader that answers. Where the
        // lost answer was to a batch already written, the records are there twice, with the same keys.
        await this.#link.clock.sleep(retryDelayMs * attempt)
        if (!cluster.isConnected()) await cluster.connect()
      }
    }
  }

  #publishError(request: AnyRequest, thrown: unknown, tookMs: number): PublishError {
    if (this.#link.isClosed) return closedError(request)
    const failure = kafkaFailure(thrown)
    // A connection that did not answer in time is not trusted with the next batch.
    if (failure.reason === 'timeout') this.#link.reset()
    const unreachable = failure.reason === 'unreachable' || failure.reason === 'timeout'
    return new PublishError(
      unreachable ? 'MILLRACE_PUBLISH_UNREACHABLE' : 'MILLRACE_PUBLISH_REJECTED',
      this.#describe(request, failure, tookMs),
      {
        retryable: failure.retryable,
        cause: thrown,
        context: { ...contextOf(request), reason: failure.reason, type: failure.type },
      },
    )
  }

  #describe(request: AnyRequest, failure: KafkaFailure, tookMs: number): string {
    const { reason, text } = failure
    const { settings } = this.#link
    const took = `after ${(tookMs / 1_000).toFixed(1)} s`
    if (reason === 'unreachable' || reason === 'timeout') {
      const brokers = settings.brokers.join(', ')
      const hint = closedConnectionHint(failure, settings)
      return `Kafka (${brokers}) did not take a batch for topic ${request.topic} ${took}: ${text}${hint}`
    }
    if (reason === 'unknown-topic') {
      return `Kafka has no topic ${request.topic}; create it with: millrace topic create ${request.topic}`
    }
    return (
      securityText(failure, settings, `to publish to topic ${request.topic}`) ??
      `Kafka refused ${request.records.length} records for topic ${request.topic}: ${text}`
    )
  }
}

type AnyRequest = PublishRequest | PackedPublishRequest

interface PublishWork {
  topic: string
  batch: EncodedBatch
  /** Tries that have handed the batch to a connection. */
  sent: number
  /** The batch's buffer belongs to others. */
  isGivenUp: boolean
}

class NoLeaderError extends Error {
  readonly type = 'LEADER_NOT_AVAILABLE'
  constructor(topic: string) {
    super(`no partition of topic ${topic} has a leader`)
    this.name = 'NoLeaderError'
  }
}

function contextOf(request: AnyRequest): { topic: string; records: number } {
  return { topic: request.topic, records: request.records.length }
}

function refusal(request: AnyRequest, reason: FailureReason, found: string): PublishError {
  const message = `A batch for topic ${request.topic} cannot be published: ${found}`
  const context = { ...contextOf(request), reason }
  return new PublishError('MILLRACE_PUBLISH_REJECTED', message, { context })
}

function closedError(request: AnyRequest): PublishError {
  const message = `The producer is closed; a batch for topic ${request.topic} was not published`
  const context = { ...contextOf(request), reason: 'closed' }
  return new PublishError('MILLRACE_PUBLISH_CLOSED', message, { context })
}
