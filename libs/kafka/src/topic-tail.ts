// Records as they arrive, read beside the groups: from the ends of all partitions on, until nobody looks any more.
import { backoffDelayMs, errorText, SourceError, systemRandom } from '@millrace/foundation'
import { ClusterLink, type ClusterOptions } from './cluster.ts'
import { kafkaFailure } from './failure.ts'
import { fetchRecords } from './group/fetch-request.ts'
import { listOffsets } from './offsets.ts'
import type { KafkaRecord } from './port.ts'
import { RecordSetReader } from './records/decode-batches.ts'
import type { FetchedPartition } from './records/decode-fetch.ts'
import type { KafkaSettings } from './settings.ts'
import { topicPartitions } from './topic-metadata.ts'

export interface TailOptions extends ClusterOptions {
  /** Records of one partition, in offset order; views into what was fetched. Must not throw. */
  onRecords: (records: readonly KafkaRecord[]) => Promise<void> | void
  /** Reading begins, or goes on after trouble, at the ends of so many partitions. */
  onReady?: (partitions: number) => void
  /** Records that were passed over: too far behind the end, or not readable. */
  onSkipped?: (records: number) => void
  /** Something failed and is tried again, with growing waits, for as long as the tail runs. */
  onTrouble?: (error: SourceError) => void
  /** A partition that is so far behind its end goes on at the end. Unit: records; default 20 000. */
  behindMax?: number
}

const maxWaitTimeMs = 250
const maxBytes = 8 * 1024 * 1024
const maxBytesPerPartition = 1024 * 1024
/** Partitions that are added later are found so soon. Unit: ms. */
const lookAgainMs = 30_000
const handOverBytes = 1024 * 1024
const backoff = { initialMs: 200, maxMs: 5_000 }
const offsetOutOfRange = 1

/** Reads until the signal is aborted; then it resolves. No group, no commit. */
export async function tailTopic(
  settings: KafkaSettings,
  topic: string,
  options: TailOptions & { signal: AbortSignal },
): Promise<void> {
  const link = new ClusterLink(settings, options)
  const close = (): void => link.close()
  options.signal.addEventListener('abort', close, { once: true })
  try {
    await new TopicTail(link, topic, options).run()
  } finally {
    options.signal.removeEventListener('abort', close)
    link.close()
  }
}

class TopicTail {
  readonly #link: ClusterLink
  readonly #topic: string
  readonly #options: TailOptions & { signal: AbortSignal }
  /** Next offset to read, by partition. */
  readonly #next = new Map<number, number>()
  #byLeader = new Map<number, number[]>()
  #lookedAtMs = 0

  constructor(link: ClusterLink, topic: string, options: TailOptions & { signal: AbortSignal }) {
    this.#link = link
    this.#topic = topic
    this.#options = options
  }

  async run(): Promise<void> {
    const { signal, random = systemRandom } = this.#options
    for (let failures = 0; !signal.aborted;) {
      try {
        await this.#readOn()
        failures = 0
      } catch (thrown) {
        if (signal.aborted) return
        failures += 1
        this.#next.clear()
        this.#options.onTrouble?.(this.#trouble(thrown))
        await this.#link.clock.sleep(backoffDelayMs(failures, backoff, random), signal)
      }
    }
  }

  /** Looks up where to read, then one fetch of every leader at a time, until the next look. */
  async #readOn(): Promise<void> {
    const { clock } = this.#link
    await this.#lookUp()
    while (!this.#options.signal.aborted && clock.monotonicMs() - this.#lookedAtMs < lookAgainMs) {
      await Promise.all([...this.#byLeader].map((each) => this.#fetch(each)))
    }
  }

  async #lookUp(): Promise<void> {
    const isStart = this.#next.size === 0
    const { partitions, ends } = await this.#use('looking up the topic', async (cluster) => {
      const found = await topicPartitions(cluster, this.#topic, { refresh: true })
      return {
        partitions: found,
        ends: await listOffsets(cluster, this.#topic, {
          partitions: found,
          mark: 'latest',
          committedOnly: true,
        }),
      }
    })
    this.#byLeader = new Map()
    for (const { partitionId, leader } of partitions) {
      const end = ends.get(partitionId)
      if (end === undefined) continue
      // What is written to a partition that came later is read from its first record.
      if (!this.#next.has(partitionId)) this.#next.set(partitionId, isStart ? end : 0)
      this.#byLeader.set(leader, [...(this.#byLeader.get(leader) ?? []), partitionId])
    }
    if (this.#byLeader.size === 0) throw new Error(`no partition of ${this.#topic} has a leader`)
    this.#lookedAtMs = this.#link.clock.monotonicMs()
    if (isStart) this.#options.onReady?.(partitions.length)
  }

  async #fetch([leader, partitions]: [number, number[]]): Promise<void> {
    const request = {
      topic: this.#topic,
      partitions: rotated(partitions).map((partition) => ({
        partition,
        offset: this.#next.get(partition)!,
      })),
      maxWaitTimeMs,
      maxBytes,
      maxBytesPerPartition,
    }
    this.#byLeader.set(leader, rotated(partitions))
    const answer = await this.#use('fetching', async (cluster) =>
      fetchRecords(await cluster.findBroker({ nodeId: leader }), request),
    )
    for (const fetched of answer.partitions) await this.#take(fetched)
  }

  async #take(fetched: FetchedPartition): Promise<void> {
    const { partition, errorCode, highWatermark } = fetched
    const from = this.#next.get(partition)!
    // Retention was faster, or the topic was made anew: look where its end is now.
    if (errorCode === offsetOutOfRange) this.#next.delete(partition)
    if (errorCode !== 0)
      throw new Error(`partition ${partition}: Kafka answered error ${errorCode}`)
    if (highWatermark - from > (this.#options.behindMax ?? 20_000)) {
      this.#next.set(partition, highWatermark)
      this.#options.onSkipped?.(highWatermark - from)
      return
    }
    const reader = new RecordSetReader({
      topic: this.#topic,
      partition,
      fromOffset: from,
      bytes: fetched.recordSet,
      aborted: fetched.aborted,
    })
    for (let isLast = false; !isLast && !this.#options.signal.aborted;) {
      const read = await reader.next(handOverBytes)
      if (read.records.length > 0) await this.#options.onRecords(read.records)
      this.#next.set(partition, read.nextOffset)
      isLast = read.isLast
      if (read.damage === undefined) continue
      // The indexers stop there and say so; who only looks on goes on.
      this.#options.onSkipped?.(highWatermark - read.nextOffset)
      this.#next.set(partition, highWatermark)
    }
  }

  #use<Value>(
    what: string,
    operation: Parameters<typeof ClusterLink.prototype.use<Value>>[2],
  ): Promise<Value> {
    return this.#link.use(what, maxWaitTimeMs + this.#link.callTimeoutMs, operation)
  }

  #trouble(thrown: unknown): SourceError {
    const failure = kafkaFailure(thrown)
    const text = failure.text === '' ? errorText(thrown) : failure.text
    const message = `Topic ${this.#topic} can't be read at the moment: ${text}`
    return new SourceError('MILLRACE_SOURCE_UNREACHABLE', message, {
      retryable: true,
      cause: thrown,
      context: { reason: failure.reason, topic: this.#topic },
    })
  }
}

/** Another partition is first each time: an answer is filled in the order of its request. */
function rotated(partitions: readonly number[]): number[] {
  const [first, ...others] = partitions
  return first === undefined ? [] : [...others, first]
}
