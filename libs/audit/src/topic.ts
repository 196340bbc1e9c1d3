// What Kafka holds: the stretch that the indexers have not committed, and the keys of dead letters.
import {
  deadLetterTopic,
  decodeDeadLetterFacts,
  deadLetterHeader,
  decodeLedger,
  ledgerKind,
  SourceFactsReader,
} from '@millrace/envelope'
import { type Clock, SourceError } from '@millrace/foundation'
import {
  type Administration,
  type KafkaRecord,
  type KafkaSettings,
  readTopicRanges,
  type TopicRange,
} from '@millrace/kafka'
import type { LedgerSource } from './instance-books.ts'
import type { AuditSources, Unread, UnreadReader } from './sources.ts'

export interface TopicOptions {
  connection: KafkaSettings
  administration: Pick<Administration, 'groupOffsets' | 'topicOffsets'>
  topic: string
  group: string
  clock: Clock
  signal?: AbortSignal
  /** Hears how many records were read so far. */
  onProgress?: (count: number) => void
}

type TopicSources = Pick<AuditSources, 'begin' | 'unread' | 'deadLetterRecords'>

export function createTopicSources(options: TopicOptions): TopicSources {
  const { administration, topic, group } = options
  /** Next to be read by the indexers, as of `begin`; -1 where nothing was committed. */
  const committed = new Map<number, number>()
  return {
    async begin() {
      const offsets = await administration.groupOffsets(group, topic)
      for (const { partition, offset } of offsets) committed.set(partition, offset)
    },
    unread: (reader) => readUnread(reader, committed, options),
    deadLetterRecords: (onId) => readDeadLetters(onId, options),
  }
}

async function readUnread(
  reader: UnreadReader,
  committed: ReadonlyMap<number, number>,
  options: TopicOptions,
): Promise<Unread> {
  const { administration, topic, clock } = options
  const offsets = await administration.topicOffsets(topic)
  const endsAt = clock.now()
  let gone = 0
  const ranges: TopicRange[] = []
  for (const { partition, low, high } of offsets) {
    const next = committed.get(partition) ?? -1
    if (next >= 0) gone += Math.max(0, Math.min(low, high) - next)
    if (high > Math.max(next, low)) ranges.push({ partition, from: Math.max(next, low), to: high })
  }
  const sources = new SourceFactsReader()
  const read = await readStretches(topic, ranges, options, (records) => {
    for (const record of records) takeRecord(record, sources, reader)
  })
  for (const range of read.gone) gone += range.to - range.from
  return {
    lag: ranges.reduce((sum, { from, to }) => sum + to - from, 0),
    gone,
    isGroupNew:
      ranges.length > 0 && offsets.every(({ partition }) => (committed.get(partition) ?? -1) < 0),
    endsAt,
  }
}

function takeRecord(record: KafkaRecord, sources: SourceFactsReader, reader: UnreadReader): void {
  const decoded = sources.read(record.headers)
  if (decoded?.minted !== true) return
  const { facts } = decoded
  if (facts.kind === undefined) {
    if (record.key !== null) reader.onKey(textOf(record.key), record.timestampMs)
    return
  }
  if (facts.kind !== ledgerKind || record.value === null) return
  const ledger = decodeLedger(record.value)
  if (ledger === undefined) return
  const source: LedgerSource = {
    topic: record.topic,
    ...(facts['service.name'] !== undefined && { service: facts['service.name'] }),
    ...(facts['host.name'] !== undefined && { host: facts['host.name'] }),
  }
  reader.onLedger(ledger, source)
}

/** Every dead letter that the topic still has; none where there is no such topic. */
async function readDeadLetters(onId: (id: string) => void, options: TopicOptions): Promise<void> {
  const topic = deadLetterTopic(options.topic)
  let offsets: Awaited<ReturnType<Administration['topicOffsets']>>
  try {
    offsets = await options.administration.topicOffsets(topic)
  } catch (error) {
    if (error instanceof SourceError && error.code === 'MILLRACE_SOURCE_TOPIC_MISSING') return
    throw error
  }
  const ranges = offsets.map(({ partition, low, high }) => ({ partition, from: low, to: high }))
  await readStretches(topic, ranges, options, (records) => {
    for (const { key, headers } of records) {
      if (key !== null) onId(textOf(key))
      const header = headers[deadLetterHeader]
      const eventId = header === undefined ? undefined : decodeDeadLetterFacts(header)?.eventId
      if (eventId !== undefined) onId(eventId)
    }
  })
}

async function readStretches(
  topic: string,
  ranges: readonly TopicRange[],
  { connection, signal, onProgress, clock }: TopicOptions,
  onRecords: (records: readonly KafkaRecord[]) => void,
): ReturnType<typeof readTopicRanges> {
  let count = 0
  const read = await readTopicRanges(
    connection,
    { topic, ranges },
    {
      clock,
      signal,
      onRecords: (records) => {
        onRecords(records)
        count += records.length
        onProgress?.(count)
      },
    },
  )
  // The caller has given up; what was read is not all.
  if (!read.isComplete) signal?.throwIfAborted()
  return read
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
}
