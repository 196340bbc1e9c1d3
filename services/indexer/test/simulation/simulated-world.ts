// One simulated installation: producers, a topic, workers that run the real pipeline, Elasticsearch; and the truth about it.
import {
  encodeSourceFacts,
  formatEventId,
  hashSource,
  headerName,
  isEventId,
  mintInstanceId,
  offsetEventId,
} from '@millrace/envelope'
import { RecordNormalizer } from '@millrace/formats'
import { PublishError, type Random } from '@millrace/foundation'
import type { KafkaRecord, PublishedBatch } from '@millrace/kafka'
import { Books } from '../../src/books.mts'
import { Pipeline } from '../../src/pipeline.mts'
import { testOptions } from '../support/fakes.ts'
import { SimulatedElasticsearch } from './simulated-elasticsearch.ts'
import { Coordinator, SimulatedTopic, topic } from './simulated-kafka.ts'
import { SimulatedMember } from './simulated-member.ts'
import { SimulatedProcess, VirtualTime } from './virtual-time.ts'

export const stream = 'logs-app-default'
const clusterId = 'simulated'
const facts = { format: 'pino', 'service.name': 'shop' }
const header = encodeSourceFacts(facts)
const resentHeader = encodeSourceFacts({ ...facts, resent: true })

export interface Worker {
  process: SimulatedProcess
  pipeline: Pipeline
  books: Books
}

type Fate = 'document' | 'dead letter'

export class SimulatedWorld {
  readonly time = new VirtualTime()
  readonly random: Random
  readonly log: SimulatedTopic
  readonly elasticsearch: SimulatedElasticsearch
  readonly coordinator: Coordinator
  readonly workers = new Set<Worker>()
  readonly problems: string[] = []
  /** Chance that a commit or a dead letter meets trouble. 0 to 1. */
  kafkaTroubleRatio = 0
  /** Offsets by which workers commit more than is settled. */
  commitsAheadBy = 0
  /** What each record is to become, by partition and offset. */
  readonly #fates: { id: string; fate: Fate }[][]
  readonly #letters = new Set<string>()
  readonly #instance: string
  #sequence = 0

  constructor(random: Random, partitions: number) {
    this.random = random
    this.log = new SimulatedTopic(partitions)
    this.#fates = Array.from({ length: partitions }, () => [])
    this.#instance = mintInstanceId({ now: () => this.time.nowMs }, random)
    this.elasticsearch = new SimulatedElasticsearch(this.time, random, (document) =>
      String(document['message']).startsWith('poison'),
    )
    this.coordinator = new Coordinator({
      time: this.time,
      random,
      log: this.log,
      commitsAheadBy: () => this.commitsAheadBy,
      onCommit: (partition, offset) => this.#checkCommit(partition, offset),
      troubleRatio: () => this.kafkaTroubleRatio,
    })
  }

  /** A line is published: one that is minted here, one that is foreign, one that nobody can index. */
  publish(): void {
    const chance = this.random.next()
    const partition = this.#anyPartition()
    const timestampMs = Math.floor(this.time.nowMs)
    if (chance < 0.1) {
      const value = Buffer.from(`{"message":"foreign ${timestampMs}"}`)
      this.#append(partition, { timestampMs, key: null, value, headers: {} }, 'document')
      return
    }
    const key = Buffer.from(formatEventId(this.#instance, ++this.#sequence))
    const isBroken = chance > 0.97
    const isPoison = chance > 0.94
    const text = `${isPoison ? 'poison' : 'line'} ${this.#sequence}`
    // Most are alike, and so go by plan; some never are.
    const more = chance > 0.9 ? { [`n${this.#sequence}`]: chance } : {}
    const line = { level: 30, time: timestampMs, pid: 7, hostname: 'shop-1', ...more, msg: text }
    const value = Buffer.from(JSON.stringify(line))
    const record = {
      timestampMs,
      key,
      value,
      headers: { [headerName]: isBroken ? Buffer.from('{') : header },
    }
    this.#append(partition, record, isPoison ? 'dead letter' : 'document')
    // The answer got lost, or the spool was sent again: the same id, elsewhere, later.
    if (isBroken || this.random.next() > 0.15) return
    const again = { ...record, headers: { [headerName]: resentHeader } }
    this.time.schedule(this.random.next() * 60_000, () => {
      this.#append(this.#anyPartition(), again, isPoison ? 'dead letter' : 'document')
    })
  }

  startWorker(): Worker {
    const process = new SimulatedProcess(this.time)
    const books = new Books()
    const { clock } = process
    const pipeline = new Pipeline(
      {
        createGroup: (handlers) => new SimulatedMember(this.coordinator, process, handlers),
        normalizer: new RecordNormalizer({ clusterId }),
        target: this.elasticsearch.target(process),
        producer: { publish: (request) => this.#publishLetters(process, request.records) },
        ensureDeadLetterTopic: () => Promise.resolve(),
        clock,
        random: this.random,
        books,
        observer: {
          indexed: () => {},
          requestEnded: () => {},
          requestFailed: () => {},
          bulkBytesLowered: () => {},
          deadLettered: () => {},
          deadLetterFailed: () => {},
          deadLetterUntold: () => {},
          commitEnded: () => {},
          assigned: () => {},
          progressed: () => {},
          wentOn: () => {},
          revoked: () => {},
        },
      },
      {
        ...testOptions,
        clusterId,
        bulkCount: 1 + Math.floor(this.random.next() * 20),
        inFlightBytesMax: 20_000 + this.random.next() * 100_000,
        unsettledRecordsMax: 20 + Math.floor(this.random.next() * 100),
        requestTimeoutMs: 10_000,
        commitIntervalMs: 200 + this.random.next() * 3_000,
      },
    )
    const worker = { process, pipeline, books }
    this.workers.add(worker)
    void pipeline.start()
    return worker
  }

  /** SIGKILL. */
  killWorker(worker: Worker): void {
    worker.process.kill()
    this.workers.delete(worker)
  }

  /** SIGTERM; one that is stopped gets it later. */
  closeWorker(worker: Worker): void {
    this.workers.delete(worker)
    worker.process.enter(() => void worker.pipeline.close())
  }

  /** An operator puts the group back; only possible while it has no members, as in Kafka. */
  resetGroup(): void {
    if (this.coordinator.hasMembers) return
    for (const [partition, offset] of this.coordinator.committed) {
      this.coordinator.committed.set(partition, Math.floor(offset * this.random.next()))
    }
  }

  get isAllCommitted(): boolean {
    return this.log.partitions.every(
      (records, partition) => (this.coordinator.committed.get(partition) ?? 0) === records.length,
    )
  }

  /** Looks at every record: exactly one document, or a dead letter and no document. */
  judge(): void {
    for (const fates of this.#fates) {
      for (const { id, fate } of fates) {
        const copies = this.elasticsearch.copies(stream, id)
        if (fate === 'document' && copies !== 1) this.problems.push(`${id}: ${copies} documents`)
        if (fate === 'dead letter' && copies > 0) this.problems.push(`${id}: poison was indexed`)
        if (fate === 'dead letter' && !this.#letters.has(id)) {
          this.problems.push(`${id}: no dead letter`)
        }
      }
    }
    for (const { books, process } of this.workers) {
      if (process.isRunning && !books.isBalanced) this.problems.push('books do not balance')
    }
  }

  #append(
    partition: number,
    record: Omit<KafkaRecord, 'topic' | 'partition' | 'offset'>,
    fate: Fate,
  ): void {
    const { offset } = this.log.append(partition, record)
    const isMinted = record.headers[headerName] !== undefined && record.key !== null
    const key = isMinted ? Buffer.from(record.key).toString() : ''
    const id = isEventId(key) ? key : offsetEventId(hashSource(clusterId, topic), partition, offset)
    this.#fates[partition]!.push({ id, fate })
  }

  /** What is below a committed offset must be terminal, whoever commits it. */
  #checkCommit(partition: number, offset: number): void {
    for (const { id, fate } of this.#fates[partition]!.slice(0, offset)) {
      const isThere =
        fate === 'document' ? this.elasticsearch.copies(stream, id) > 0 : this.#letters.has(id)
      if (!isThere) this.problems.push(`${id}: committed (${partition} to ${offset}), no ${fate}`)
    }
  }

  #publishLetters(
    process: SimulatedProcess,
    records: readonly { key: Uint8Array | string | null }[],
  ) {
    const trouble = this.random.next()
    const ratio = this.kafkaTroubleRatio
    return process.answer<PublishedBatch>((resolve, reject) => {
      this.time.schedule(2 + this.random.next() * 20, () => {
        const failure = new PublishError('MILLRACE_PUBLISH_UNREACHABLE', 'no answer')
        if (trouble < ratio / 2) return reject(failure)
        for (const { key } of records) this.#letters.add(String(key))
        if (trouble < ratio) return reject(failure)
        resolve({ topic: `${topic}.dead-letter`, partition: 0, baseOffset: 0, batchBytes: 0 })
      })
    })
  }

  #anyPartition(): number {
    return Math.floor(this.random.next() * this.log.partitions.length)
  }
}
