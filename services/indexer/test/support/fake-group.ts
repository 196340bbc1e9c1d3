// A consumer group that does what a test tells it to.
import type { ConsumerGroup, KafkaRecord, PartitionOffset, TopicPartition } from '@millrace/kafka'
import type { GroupHandlers } from '../../src/pipeline-parts.mts'

export const topic = 'logs'

export class FakeGroup implements ConsumerGroup {
  handlers!: GroupHandlers
  readonly paused = new Set<number>()
  readonly committed = new Map<number, number>()
  readonly commits: PartitionOffset[][] = []
  /** What the next commits answer. */
  commitAnswer: () => Promise<boolean> = () => Promise.resolve(true)
  #assigned: TopicPartition[] = []

  start(): Promise<void> {
    return Promise.resolve()
  }

  assign(...partitions: number[]): void {
    this.paused.clear()
    this.#assigned = partitions.map((partition) => ({ topic, partition }))
    this.handlers.onAssigned(this.#assigned)
  }

  /** As after a change of owners: somebody committed at this time. */
  assignAfter(committedAtMs: number, ...partitions: number[]): void {
    this.#assigned = partitions.map((partition) => ({ topic, partition }))
    this.handlers.onAssigned(this.#assigned.map((each) => ({ ...each, committedAtMs })))
  }

  revoke(): Promise<void> {
    const revoked = this.#assigned
    this.#assigned = []
    return this.handlers.onRevoked(revoked)
  }

  /** Hands records over; resolves when the pipeline has taken (or refused) all of them. */
  deliver(partition: number, from: number, values: readonly string[]): Promise<void> {
    return this.handlers.onRecords(
      values.map((value, index) => fakeRecord(partition, from + index, value)),
    )
  }

  /** The same, written at a time. */
  deliverAt(
    timestampMs: number,
    partition: number,
    from: number,
    values: readonly string[],
  ): Promise<void> {
    return this.handlers.onRecords(
      values.map((value, index) => ({
        ...fakeRecord(partition, from + index, value),
        timestampMs,
      })),
    )
  }

  pause(partitions: readonly TopicPartition[]): void {
    for (const { partition } of partitions) this.paused.add(partition)
  }

  resume(partitions: readonly TopicPartition[]): void {
    for (const { partition } of partitions) this.paused.delete(partition)
  }

  async commit(offsets: readonly PartitionOffset[]): Promise<boolean> {
    const isCommitted = await this.commitAnswer()
    if (isCommitted) {
      this.commits.push([...offsets])
      for (const { partition, offset } of offsets) this.committed.set(partition, offset)
    }
    return isCommitted
  }

  assignment(): readonly TopicPartition[] {
    return this.#assigned
  }

  /** Nothing was there before, unless a test says so. */
  ends = new Map<number, number>()
  isMember = true

  highWatermarks(): ReadonlyMap<number, number> {
    return new Map(
      this.#assigned.map(({ partition }) => [partition, this.ends.get(partition) ?? 0]),
    )
  }

  isHeard(): boolean {
    return this.isMember
  }

  async close(): Promise<void> {
    if (this.#assigned.length > 0) await this.revoke()
  }
}

export function fakeRecord(partition: number, offset: number, value: string): KafkaRecord {
  return {
    topic,
    partition,
    offset,
    timestampMs: 1_767_323_044_000,
    key: null,
    value: Buffer.from(value),
    headers: { origin: Buffer.from('test') },
  }
}
