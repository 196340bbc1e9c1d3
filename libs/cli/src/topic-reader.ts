// Reads a topic beside its readers: a group of its own that commits nothing and is gone afterwards.
import { mintInstanceId } from '@millrace/envelope'
import {
  createAdministration,
  createConsumerGroup,
  type KafkaRecord,
  type KafkaSettings,
} from '@millrace/kafka'
import type { CommandContext } from './context.ts'

export interface TopicReaderOptions {
  connection: KafkaSettings
  topic: string
  from: 'earliest' | 'latest'
  /** Records of one partition, in order. No more of that partition come while it waits. */
  onRecords(records: readonly KafkaRecord[]): Promise<void>
  /** Reading has begun. */
  onReading?(partitions: number): void
  /** Something failed and is tried again. */
  onTrouble?(error: Error): void
}

/** Reads until the signal is aborted. @throws when Kafka refuses for good. */
export async function readTopic(
  options: TopicReaderOptions,
  { clock, random }: CommandContext,
  signal: AbortSignal,
): Promise<void> {
  let failure: Error | undefined
  const failing = new AbortController()
  const ended = untilAborted(AbortSignal.any([signal, failing.signal]))
  const group = `millrace-tail-${mintInstanceId(clock, random)}`
  const consumer = createConsumerGroup(
    options.connection,
    {
      topic: options.topic,
      group,
      from: options.from,
      onRecords: async (records) => {
        if (!signal.aborted) await options.onRecords(records)
      },
      onAssigned: (partitions) => options.onReading?.(partitions.length),
      onRevoked: () => Promise.resolve(),
      onError: (error, { fatal }) => {
        if (!fatal) return options.onTrouble?.(error)
        failure = error
        failing.abort()
      },
    },
    { clock, random },
  )
  try {
    await Promise.race([consumer.start(), ended])
    await ended
  } finally {
    await consumer.close()
    await forgetGroup(options.connection, group)
  }
  if (failure !== undefined) throw failure
}

/** The start at `latest` is kept as a committed offset; nobody will come back for it. */
async function forgetGroup(connection: KafkaSettings, group: string): Promise<void> {
  const administration = createAdministration(connection, { callTimeoutMs: 3_000, triesMax: 2 })
  try {
    await administration.deleteGroup(group)
  } catch {
    // Not allowed, or the broker is away: Kafka forgets the group by itself after offsets.retention.minutes.
  } finally {
    await administration.close()
  }
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
