// Reads a topic beside its readers: a group of its own that commits nothing and is gone afterwards.
import { mintInstanceId } from '@millrace/envelope'
import { createConsumerGroup, type KafkaRecord, type KafkaSettings } from '@millrace/kafka'
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
  const group = createConsumerGroup(
    options.connection,
    {
      topic: options.topic,
      group: `millrace-tail-${mintInstanceId(clock, random)}`,
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
    await Promise.race([group.start(), ended])
    await ended
  } finally {
    await group.close()
  }
  if (failure !== undefined) throw failure
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
