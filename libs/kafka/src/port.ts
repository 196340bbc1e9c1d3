// The topic, as the rest of Millrace sees it: no type of the Kafka client leaves this package.

/** A record as it is written. */
export interface OutgoingRecord {
  key: Uint8Array | string | null
  value: Uint8Array | string | null
  headers?: Readonly<Record<string, Uint8Array | string>>
  /** Epoch milliseconds (CreateTime); the client's own clock when absent. */
  timestampMs?: number
}

/**
 * Records whose parts lie in memory as bytes and are copied from there into the batch, without an object for each.
 * Position by position the arrays are of one record; what they hold must not change until `publish` has resolved.
 */
export interface PackedRecords {
  readonly length: number
  /** What all of them have. */
  readonly headers: Readonly<Record<string, Uint8Array>>
  /** The value of record i is `chunks[i]` from `starts[i]` up to, and without, `ends[i]`. */
  readonly chunks: readonly Uint8Array[]
  readonly starts: readonly number[]
  readonly ends: readonly number[]
  /** All values together. */
  readonly valueBytes: number
  /** Epoch milliseconds (CreateTime), whole ones. */
  readonly timestampsMs: readonly number[]
  /** Every key has so many bytes. */
  readonly keyBytes: number
  /** Writes the key of a record to `target`, from `at`. */
  writeKey(index: number, target: Uint8Array, at: number): void
}

/** A record as it is read. Key, value and place may be made when they are asked for: a copy by spread lacks them. */
export interface KafkaRecord extends Partial<RecordPlaces> {
  readonly topic: string
  readonly partition: number
  /** A safe integer. */
  readonly offset: number
  /** Epoch milliseconds, as the topic's `message.timestamp.type` says. */
  readonly timestampMs: number
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  /** The last value where a name occurs more than once. Records of one batch with the same headers share the object. */
  readonly headers: Readonly<Record<string, Uint8Array | undefined>>
  /**
   * Key and value are not read any more: their memory may hold another record from now on. Safe to call twice, and to
   * leave out, which leaves the memory to the garbage collector.
   */
  release?(): void
}

/** Where a fetched record lies in the bytes of its batch, which it shares with others. */
export interface RecordPlaces {
  readonly batch: RecordBatch
  /** `timestampMs` is so much later than the batch's. */
  readonly timestampDeltaMs: number
  readonly bytes: Uint8Array
  /** -1: no key. */
  readonly keyStart: number
  readonly keyEnd: number
  /** -1: no value. */
  readonly valueStart: number
  readonly valueEnd: number
}

/** What is told of a record of a batch, for whoever wants to keep numbers instead of the record. */
export type RecordFields = Pick<KafkaRecord, 'offset' | 'headers'> &
  Omit<RecordPlaces, 'batch' | 'bytes'>

/** What records that were written together have in common. */
export interface RecordBatch extends TopicPartition {
  readonly bytes: Uint8Array
  /** Epoch ms. */
  readonly baseTimestampMs: number
  /** A record of it, made anew. */
  record(fields: RecordFields): KafkaRecord
  /** As `release` of so many of its records, for whoever has kept none of them. Not safe to call twice. */
  release(count: number): void
}

export interface TopicPartition {
  topic: string
  partition: number
}

/** A partition as it is assigned. */
export interface AssignedPartition extends TopicPartition {
  /** When an offset of it was last committed, by whichever member. Epoch ms; absent where nobody told. */
  committedAtMs?: number
}

export interface PartitionOffset extends TopicPartition {
  offset: number
}

export const compressions = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const
export type Compression = (typeof compressions)[number]

export interface PublishRequest {
  topic: string
  records: readonly OutgoingRecord[]
  compression?: Compression
}

export type PackedPublishRequest = Omit<PublishRequest, 'records'> & { records: PackedRecords }

export interface PublishedBatch extends TopicPartition {
  /** Offset of the first record; -1 where the broker does not tell. */
  baseOffset: number
  /** What the batch took on the wire, compressed. */
  batchBytes: number
}

/** Writes batches, each as a whole to one partition, acknowledged by all in-sync replicas (acks=all). */
export interface Producer {
  /** Resolves with true once a broker has answered; false at the deadline. Publishing connects by itself. */
  connect(options?: { timeoutMs?: number }): Promise<boolean>
  /**
   * One try (with the client's own few quick metadata retries). All records go to one partition that has
   * a leader: the sticky partition, which changes after each batch.
   * @throws PublishError `retryable` says whether the same batch can succeed later; a batch that is too large
   *   for the topic is `MILLRACE_PUBLISH_REJECTED` with context.reason `too-large`.
   */
  publish(request: PublishRequest): Promise<PublishedBatch>
  /** The same for records that are bytes already. */
  publishPacked(request: PackedPublishRequest): Promise<PublishedBatch>
  /** Safe to call twice. */
  close(): Promise<void>
}

export interface ConsumerGroupOptions {
  topic: string
  group: string
  /**
   * Where a group without any committed offset of the topic starts. A group that has some reads partitions
   * that were added later from their beginning, so that nothing written meanwhile is passed over.
   */
  from: 'earliest' | 'latest'
  /**
   * Called with records of one partition, in offset order, never twice at a time for one partition. Must hand
   * them over quickly; while it waits, that partition is not fetched and the others go on. Offsets may have
   * gaps (transactions, compaction). When it throws, the same records come again after a while.
   */
  onRecords(records: readonly KafkaRecord[]): Promise<void>
  /**
   * Partitions are owned now, each from its committed offset, none of them paused. A new assignment always
   * starts with this; no record of an earlier assignment comes after it.
   */
  onAssigned(partitions: readonly AssignedPartition[]): void
  /**
   * Called before the group is re-joined or left, and when the membership was lost: finish and commit what is
   * in flight. No new record comes once it is called. Past `revokeTimeoutMs` the group goes on without waiting.
   */
  onRevoked(partitions: readonly TopicPartition[]): Promise<void>
  /** Something failed; the consumer goes on by itself unless `fatal`, after which it has stopped. */
  onError(error: Error, details: { fatal: boolean }): void
}

/** A member of a consumer group. Heartbeats go on while records are in flight and while partitions are paused. */
export interface ConsumerGroup {
  /** Begins to join and resolves at once; `onAssigned` tells when the member is in. */
  start(): Promise<void>
  /** Partitions that are not owned are passed over. A new assignment begins with nothing paused. */
  pause(partitions: readonly TopicPartition[]): void
  resume(partitions: readonly TopicPartition[]): void
  /**
   * Commits next-to-read offsets of partitions that this member owns; offsets of others, and offsets before the
   * place where this assignment started, are left out.
   * @returns false when the group is rebalancing or the member is no longer part of it, or when nothing was left
   *   to commit: nothing was committed.
   * @throws SourceError when the group's coordinator could not be reached within `commitTimeoutMs`, or refused.
   */
  commit(offsets: readonly PartitionOffset[]): Promise<boolean>
  assignment(): readonly TopicPartition[]
  /** The newest seen high watermark (next offset to be written) of each owned partition that was fetched. */
  highWatermarks(): ReadonlyMap<number, number>
  /**
   * Whether the group has heard this member within a session timeout. While it has not (the process was frozen,
   * the network cut), others may own the partitions already, and no record is handed over.
   */
  isHeard(): boolean
  /** Leaves the group after `onRevoked`. Safe to call twice. */
  close(): Promise<void>
}

export interface TopicDescription {
  topic: string
  partitions: {
    partition: number
    /** Broker id, or -1 when the partition has no leader. */
    leader: number
    replicas: number[]
    inSyncReplicas: number[]
  }[]
  configuration: Record<string, string>
}

export interface Administration {
  clusterId(): Promise<string>
  brokers(): Promise<{ id: number; host: string; port: number; controller: boolean }[]>
  listTopics(): Promise<string[]>
  /** False when the topic was there already. */
  createTopic(options: {
    topic: string
    partitions: number
    replicationFactor?: number
    configuration?: Record<string, string>
  }): Promise<boolean>
  /** Undefined for a topic that does not exist. */
  describeTopic(topic: string): Promise<TopicDescription | undefined>
  /** First (`low`) and next (`high`) offset of each partition. */
  topicOffsets(topic: string): Promise<{ partition: number; low: number; high: number }[]>
  /** The first offset whose record is not older than `timestampMs`; -1 where there is none. */
  offsetsAt(topic: string, timestampMs: number): Promise<{ partition: number; offset: number }[]>
  /** Committed offsets; -1 where the group has none. */
  groupOffsets(group: string, topic: string): Promise<PartitionOffset[]>
  /** Where the group goes on. False, and nothing changed, while it has members: they would not notice. */
  setGroupOffsets(
    group: string,
    topic: string,
    offsets: readonly Pick<PartitionOffset, 'partition' | 'offset'>[],
  ): Promise<boolean>
  groups(): Promise<string[]>
  groupMembers(group: string): Promise<{
    state: string
    members: { memberId: string; clientId: string; host: string; partitions: number[] }[]
  }>
  deleteTopics(topics: readonly string[]): Promise<void>
  /** Forgets a group and its offsets. False when it has members still, or is not there. */
  deleteGroup(group: string): Promise<boolean>
  close(): Promise<void>
}
