// The journey, what it is made of: everything that the pipeline is given, and what it shows of itself.
import type { Clock, Random } from '@millrace/foundation'
import type {
  ConsumerGroup,
  ConsumerGroupOptions,
  KafkaRecord,
  Producer,
  TopicPartition,
} from '@millrace/kafka'
import type { AdmissionOptions } from './admission.mts'
import type { BatchLimits } from './batch.mts'
import type { Books } from './books.mts'
import type { ItemCause } from './bulk-response.mts'
import type { ConcurrencyOptions } from './concurrency.mts'
import type { DeadLetterCause } from './dead-letter.mts'
import type { DeadLetterOptions } from './dead-letter-writer.mts'
import type {
  BulkTarget,
  DispatchOptions,
  RequestFailure,
  RequestOutcome,
} from './dispatch-parts.mts'
import type { Normalizer } from './intake.mts'
import type { CopyTarget } from './older-copies.mts'
import type { OwnedPartition } from './ownership.mts'
import type { PartitionsOptions } from './partitions.mts'
import type { WentOn } from './progress-watch.mts'

export interface PipelineOptions
  extends BatchLimits, ConcurrencyOptions, AdmissionOptions, PartitionsOptions, DispatchOptions {
  clusterId: string
  deadLetters: DeadLetterOptions
  commitIntervalMs: number
  /** Longest that a revocation or a shutdown waits for what is in flight. */
  drainTimeoutMs: number
}

/** What the pipeline lets others know; nothing comes back. */
export interface PipelineObserver {
  indexed(delayMs: number): void
  requestEnded(request: {
    outcome: RequestOutcome
    latencyMs: number
    bytes: number
    items: number
  }): void
  requestFailed(failure: RequestFailure): void
  bulkBytesLowered(bulkBytes: number): void
  deadLettered(cause: DeadLetterCause, record: KafkaRecord): void
  deadLetterFailed(error: unknown): void
  /** The dead letter is in the topic, but its readable document was refused. */
  deadLetterUntold(cause: ItemCause): void
  commitEnded(commit: { isCommitted: boolean; error?: unknown }): void
  assigned(partitions: readonly TopicPartition[]): void
  /** The first progress of a partition after it was assigned, with how long it had stood still. */
  progressed(standstillMs: number): void
  /** What waited while the group shared out its partitions goes on. */
  wentOn(told: WentOn): void
  revoked(partitions: readonly TopicPartition[], unsettledRecords: number): void
}

export interface PipelineState {
  inFlightBytes: number
  requestsInFlight: number
  concurrencyLimit: number
  batchesQueued: number
  partitions: readonly OwnedPartition[]
  highWatermarks: ReadonlyMap<number, number>
  /** For how long a partition that has something to do has made no progress. */
  stalledMs: (owner: OwnedPartition) => number
}

export type GroupHandlers = Pick<ConsumerGroupOptions, 'onRecords' | 'onAssigned' | 'onRevoked'>

/** Records that are handed over together are taken at one time: asking for it is not free. */
export interface Moment {
  /** Epoch ms. */
  nowMs: number
  monotonicMs: number
}

export interface PipelineParts {
  createGroup: (handlers: GroupHandlers) => ConsumerGroup
  normalizer: Normalizer
  target: BulkTarget & CopyTarget
  producer: Pick<Producer, 'publish'>
  ensureDeadLetterTopic: () => Promise<void>
  clock: Clock
  random: Random
  books: Books
  observer: PipelineObserver
}
