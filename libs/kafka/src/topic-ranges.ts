// Records, read beside the groups: stretches of a topic from one offset to another, once, and then it ends.
import { backoffDelayMs, SourceError, systemRandom } from '@millrace/foundation'
import { ClusterLink, type ClusterOptions } from './cluster.ts'
import { kafkaFailure } from './failure.ts'
import { fetchRecords } from './group/fetch-request.ts'
import { listOffsets } from './offsets.ts'
import type { KafkaRecord } from './port.ts'
import { RecordSetReader } from './records/decode-batches.ts'
import type { FetchedPartition } from './records/decode-fetch.ts'
import type { KafkaSettings } from './settings.ts'
import { topicPartitions } from './topic-metadata.ts'

/** A stretch of one partition: from the first offset up to, and without, the last. */
export interface TopicRange {
  partition: number
  from: number
  to: number
}

export interface ReadRangesOptions extends ClusterOptions {
  /**
   * Records of one partition, in offset order; the next ones come once it has resolved. Keys and values are
   * views into what was fetched. What it throws ends the reading.
   */
  onRecords: (records: readonly KafkaRecord[]) => Promise<void> | void
  /** Ends the reading at the next hand-over, without an error. */
  signal?: AbortSignal | undefined
  /** Longest time without a record, and most failures in that time, before giving up. Unit: ms; default 30 000. */
  idleTimeoutMs?: number
  /** Largest answer of a broker. Unit: bytes; default 8 MiB. */
  maxBytes?: number
}

export interface RangesRead {
  /** How many records were handed over. */
  records: number
  /** What the topic's retention has deleted before it was read. */
  gone: TopicRange[]
  /** False when the signal ended it. */
  isComplete: boolean
}

/** Kafka's numbers for what can be wrong with one partition of a fetch. */
const offsetOutOfRange = 1
const topicRefused = 29
const maxWaitTimeMs = 500
const backoff = { initialMs: 100, maxMs: 2_000 }
/** Unpacked, as much as is handed over at once. Unit: bytes. */
const handOverBytes = 1024 * 1024

/**
 * Reads the stretches and nothing else: no group, no commit, no partition without a stretch. Resolves when
 * every record of them was handed over or was found to be deleted by retention.
 * @throws SourceError when Kafka can't be read within `idleTimeoutMs`, or holds something unreadable: then
 *   what was handed over is not all of it.
 */
export async function readTopicRanges(
  settings: KafkaSettings,
  { topic, ranges }: { topic: string; ranges: readonly TopicRange[] },
  options: ReadRangesOptions,
): Promise<RangesRead> {
  const link = new ClusterLink(settings, options)
  try {
    return await new RangeReader(link, topic, options).read(ranges)
  } finally {
    link.close()
  }
}

class RangeReader {
  readonly #link: ClusterLink
  readonly #topic: string
  readonly #options: ReadRangesOptions
  readonly #idleTimeoutMs: number
  readonly #result: RangesRead = { records: 0, gone: [], isComplete: true }
  /** What is left to read of each partition. */
  readonly #left = new Map<number, TopicRange>()
  #leaders = new Map<number, number>()
  #turn = 0
  #progressAtMs = 0

  constructor(link: ClusterLink, topic: string, options: ReadRangesOptions) {
    this.#link = link
    this.#topic = topic
    this.#options = options
    this.#idleTimeoutMs = options.idleTimeoutMs ?? 30_000
  }

  async read(ranges: readonly TopicRange[]): Promise<RangesRead> {
    for (const range of ranges) if (range.to > range.from) this.#left.set(range.partition, range)
    const { clock } = this.#link
    const random = this.#options.random ?? systemRandom
    this.#progressAtMs = clock.monotonicMs()
    let failures = 0
    while (this.#left.size > 0) {
      if (this.#isAborted) return { ...this.#result, isComplete: false }
      let problem: unknown
      try {
        problem = await this.#readOnce()
      } catch (thrown) {
        if (thrown instanceof HandOverError) throw thrown.cause
        if (thrown instanceof SourceError) throw thrown
        problem = thrown
      }
      failures = problem === undefined ? 0 : failures + 1
      if (clock.monotonicMs() - this.#progressAtMs > this.#idleTimeoutMs) throw this.#idle(problem)
      if (problem === undefined) continue
      this.#leaders.clear()
      const waitMs = backoffDelayMs(failures, backoff, random)
      await clock.sleep(waitMs, this.#options.signal)
    }
    return this.#result
  }

  get #isAborted(): boolean {
    return this.#options.signal?.aborted === true
  }

  /** One fetch from one leader. @returns what went wrong and can be tried again. */
  async #readOnce(): Promise<unknown> {
    if (this.#leaders.size === 0) await this.#lookUpLeaders()
    const wanted = [...this.#left.values()]
    // Another partition is first each time: the answer is filled in the order of the request.
    const first = wanted[this.#turn++ % wanted.length]!
    const leader = this.#leaders.get(first.partition)
    if (leader === undefined || leader < 0) {
      return new Error(`partition ${first.partition} has no leader`)
    }
    const others = wanted.filter(
      (each) => each !== first && this.#leaders.get(each.partition) === leader,
    )
    const maxBytes = this.#options.maxBytes ?? 8 * 1024 * 1024
    const request = {
      topic: this.#topic,
      partitions: [first, ...others].map(({ partition, from }) => ({ partition, offset: from })),
      maxWaitTimeMs,
      maxBytes,
      maxBytesPerPartition: Math.ceil(maxBytes / 4),
    }
    const timeoutMs = maxWaitTimeMs + this.#link.callTimeoutMs
    const answer = await this.#link.use('fetching', timeoutMs, async (cluster) =>
      fetchRecords(await cluster.findBroker({ nodeId: leader }), request),
    )
    let problem: unknown
    for (const fetched of answer.partitions) {
      if (this.#isAborted) return undefined
      problem ??= await this.#take(fetched)
    }
    return problem
  }

  async #lookUpLeaders(): Promise<void> {
    const partitions = await this.#link.use('looking up the topic', this.#link.callTimeoutMs, (c) =>
      topicPartitions(c, this.#topic, { refresh: true }),
    )
    this.#leaders = new Map(partitions.map(({ partitionId, leader }) => [partitionId, leader]))
  }

  async #take(fetched: FetchedPartition): Promise<unknown> {
    const range = this.#left.get(fetched.partition)
    if (range === undefined) return undefined
    if (fetched.errorCode === offsetOutOfRange) return this.#skipDeleted(range)
    if (fetched.errorCode === topicRefused) {
      throw this.#refused('Kafka says TOPIC_AUTHORIZATION_FAILED')
    }
    if (fetched.errorCode !== 0) {
      return new Error(`partition ${range.partition}: Kafka answered error ${fetched.errorCode}`)
    }
    const reader = new RecordSetReader({
      topic: this.#topic,
      partition: range.partition,
      fromOffset: range.from,
      bytes: fetched.recordSet,
      aborted: fetched.aborted,
    })
    for (let isLast = false; !isLast && !this.#isAborted && this.#left.has(range.partition);) {
      const read = await reader.next(handOverBytes)
      await this.#handOver(read.records.filter(({ offset }) => offset < range.to))
      this.#advance(range, read.nextOffset)
      isLast = read.isLast
      if (read.damage !== undefined && read.nextOffset < range.to) {
        const { offset, reason } = read.damage
        const place = `partition ${range.partition}, offset ${offset}`
        throw this.#refused(`the batch at ${place} cannot be read: ${reason}`)
      }
    }
    return undefined
  }

  async #handOver(records: readonly KafkaRecord[]): Promise<void> {
    if (records.length === 0 || this.#isAborted) return
    try {
      await this.#options.onRecords(records)
    } catch (cause) {
      throw new HandOverError('handing over failed', { cause })
    }
    this.#result.records += records.length
  }

  #advance({ partition, to }: TopicRange, from: number): void {
    const before = this.#left.get(partition)?.from ?? from
    if (from > before) this.#progressAtMs = this.#link.clock.monotonicMs()
    if (from >= to) this.#left.delete(partition)
    else this.#left.set(partition, { partition, from, to })
  }

  /** What lies before the first record that there is was deleted by retention; beyond the end there is nothing. */
  async #skipDeleted(range: TopicRange): Promise<unknown> {
    const low = await this.#link.use('looking up offsets', this.#link.callTimeoutMs, async (c) => {
      const all = await topicPartitions(c, this.#topic)
      const partitions = all.filter((each) => each.partitionId === range.partition)
      const offsets = await listOffsets(c, this.#topic, { partitions, mark: 'earliest' })
      return offsets.get(range.partition)
    })
    if (low === undefined || low <= range.from) {
      return new Error(`partition ${range.partition} has no offset ${range.from}`)
    }
    this.#result.gone.push({ ...range, to: Math.min(low, range.to) })
    this.#advance(range, low)
    return undefined
  }

  #idle(problem: unknown): SourceError {
    const failure = problem === undefined ? undefined : kafkaFailure(problem)
    const [range] = this.#left.values()
    const place = `partition ${range?.partition} at offset ${range?.from}`
    const why =
      failure === undefined ? 'no record came, perhaps behind an open transaction' : failure.text
    const message = `Topic ${this.#topic} could not be read to its end within ${this.#idleTimeoutMs / 1_000} s, ${place}: ${why}`
    return new SourceError('MILLRACE_SOURCE_UNREACHABLE', message, {
      retryable: true,
      cause: problem,
      context: { reason: failure?.reason ?? 'idle', topic: this.#topic },
    })
  }

  #refused(why: string): SourceError {
    const message = `Topic ${this.#topic} could not be read to its end: ${why}`
    return new SourceError('MILLRACE_SOURCE_REJECTED', message, { context: { topic: this.#topic } })
  }
}

/** Keeps what the caller throws apart from what Kafka fails with. */
class HandOverError extends Error {}
