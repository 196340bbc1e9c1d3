// A member of a group that writes down all that happens to it.
import {
  type ConsumerGroup,
  createConsumerGroup,
  type GroupOptions,
  kafkaSettings,
  type KafkaRecord,
} from '../../src/index.ts'

export interface MemberEvent {
  kind: 'assigned' | 'revoked' | 'error'
  partitions: number[]
  error?: Error
  fatal?: boolean
}

export class Member {
  readonly group: ConsumerGroup
  readonly events: MemberEvent[] = []
  readonly records: KafkaRecord[] = []
  /** What comes before each hand-over is done; a test may replace it. */
  beforeTaking: (records: readonly KafkaRecord[]) => Promise<void> = () => Promise.resolve()
  /** Next offset per partition that is taken but not committed. */
  readonly #open = new Map<number, number>()
  readonly #topic: string
  commitsOnRevoke = true

  constructor(
    brokers: readonly string[],
    options: Partial<GroupOptions> & { topic: string; group: string },
  ) {
    this.#topic = options.topic
    const settings = kafkaSettings.parse({ brokers, requestTimeoutMs: 10_000 })
    this.group = createConsumerGroup(settings, {
      from: 'earliest',
      onRecords: async (records) => {
        await this.beforeTaking(records)
        this.records.push(...records)
        for (const record of records) this.#open.set(record.partition, record.offset + 1)
      },
      onAssigned: (partitions) => {
        this.#open.clear()
        this.#note('assigned', partitions)
      },
      onRevoked: async (partitions) => {
        this.#note('revoked', partitions)
        if (this.commitsOnRevoke) await this.commit()
      },
      onError: (error, { fatal }) => {
        this.events.push({ kind: 'error', partitions: [], error, fatal })
      },
      ...options,
    })
  }

  /** Commits all that was taken in this assignment. */
  async commit(): Promise<boolean> {
    const topic = this.#topic
    const offsets = [...this.#open].map(([partition, offset]) => ({ topic, partition, offset }))
    return offsets.length === 0 || this.group.commit(offsets)
  }

  get values(): string[] {
    return this.records.map((record) => Buffer.from(record.value!).toString())
  }

  get partitions(): number[] {
    return this.group.assignment().map((each) => each.partition)
  }

  count(kind: MemberEvent['kind']): number {
    return this.events.filter((event) => event.kind === kind).length
  }

  get errors(): Error[] {
    return this.events.flatMap((event) => event.error ?? [])
  }

  #note(kind: MemberEvent['kind'], partitions: readonly { partition: number }[]): void {
    this.events.push({ kind, partitions: partitions.map((each) => each.partition) })
  }
}
