// Replay: the records go back to their topic, each once, and the indexers judge them again.
import { backoffDelayMs, MillraceError, PublishError } from '@millrace/foundation'
import {
  createProducer,
  type KafkaRecord,
  type OutgoingRecord,
  type Producer,
} from '@millrace/kafka'
import { isNewer, type Letter, LetterReader } from './letter.ts'
import { type LetterTopic, readLetters } from './letter-topic.ts'
import type { Reading } from './reading.ts'
import { replayRecord } from './replay-record.ts'

export interface ReplayReport {
  /** Records that are in the topic again, acknowledged by all in-sync replicas. */
  replayed: number
  failed: { id: string; reason: string }[]
}

export interface ReplayOptions {
  /** How the lines are to be read, in place of what their sender said. */
  format?: string
  /** How long to try while Kafka takes nothing. Unit: ms. */
  timeoutMs: number
  /** Hears how many were replayed so far, after each batch. */
  onReplayed: (count: number) => void
}

const batchRecordsMax = 500
const batchBytesMax = 512 * 1024
const backoff = { initialMs: 200, maxMs: 2_000 }

/** One letter for each record: events that shared it come back together. The newest letter has the longest history. */
export function lettersToReplay(letters: Iterable<Letter>): Letter[] {
  const byRecord = new Map<string, Letter>()
  for (const letter of letters) {
    const known = byRecord.get(letter.recordId)
    if (known === undefined || isNewer(letter, known)) byRecord.set(letter.recordId, letter)
  }
  return [...byRecord.values()]
}

/**
 * Without `force`, records all of whose letters are indexed are left out. What a letter does not know of, the
 * other events of the record, is there already or comes with it: ids make both harmless.
 */
export function lettersStillOpen(
  letters: readonly Letter[],
  indexed: ReadonlySet<string>,
): Letter[] {
  const open = new Set<string>()
  for (const { eventId, recordId } of letters) if (!indexed.has(eventId)) open.add(recordId)
  return letters.filter(({ recordId }) => open.has(recordId))
}

/**
 * Reads the letters' bytes and publishes them, in batches.
 * @throws PublishError when Kafka takes nothing for `timeoutMs`; what was replayed before stays so, and `onReplayed`
 *   has told how many.
 */
export async function replay(
  place: LetterTopic,
  letters: readonly Letter[],
  reading: Reading,
  options: ReplayOptions,
): Promise<ReplayReport> {
  const wanted = new Set(letters.map(placeOf))
  const producer = createProducer(place.connection, reading)
  const publisher = new ReplayPublisher(producer, place.topic, reading, options)
  const reader = new LetterReader()
  const given = options.format === undefined ? {} : { format: options.format }
  const onRecord = async (record: KafkaRecord): Promise<void> => {
    if (!wanted.has(placeOf(record))) return
    const facts = reader.read(record)?.facts
    if (facts === undefined) return
    await publisher.add({
      id: facts.eventId,
      record: copied(replayRecord(record, facts, given)),
      smaller: () => copied(replayRecord(record, facts, { ...given, withoutHistory: true })),
    })
  }
  try {
    await readLetters(place, reading, onRecord, rangesOf(letters))
    await publisher.send()
    return publisher.report
  } finally {
    await producer.close()
  }
}

const placeOf = ({ partition, offset }: { partition: number; offset: number }): string =>
  `${partition}:${offset}`

function rangesOf(letters: readonly Letter[]): { partition: number; from: number; to: number }[] {
  const ranges = new Map<number, { partition: number; from: number; to: number }>()
  for (const { partition, offset } of letters) {
    const range = ranges.get(partition)
    if (range === undefined) ranges.set(partition, { partition, from: offset, to: offset + 1 })
    else {
      range.from = Math.min(range.from, offset)
      range.to = Math.max(range.to, offset + 1)
    }
  }
  return [...ranges.values()]
}

/** What is read are views into a whole fetch; a batch holds on to its own bytes only. */
function copied(record: OutgoingRecord): OutgoingRecord {
  const { value } = record
  return value === null || typeof value === 'string'
    ? record
    : { ...record, value: Buffer.from(value) }
}

interface Waiting {
  id: string
  record: OutgoingRecord
  smaller: () => OutgoingRecord
}

class ReplayPublisher {
  readonly report: ReplayReport = { replayed: 0, failed: [] }
  readonly #producer: Producer
  readonly #topic: string
  readonly #reading: Reading
  readonly #options: ReplayOptions
  #waiting: Waiting[] = []
  #bytes = 0

  constructor(producer: Producer, topic: string, reading: Reading, options: ReplayOptions) {
    this.#producer = producer
    this.#topic = topic
    this.#reading = reading
    this.#options = options
  }

  async add(letter: Waiting): Promise<void> {
    this.#waiting.push(letter)
    this.#bytes += letter.record.value?.length ?? 0
    if (this.#waiting.length >= batchRecordsMax || this.#bytes >= batchBytesMax) await this.send()
  }

  async send(): Promise<void> {
    const batch = this.#waiting
    this.#waiting = []
    this.#bytes = 0
    await this.#sendAll(batch)
    this.#options.onReplayed(this.report.replayed)
  }

  /** A batch that is too large is halved; a record that is too large alone goes without its history, or not. */
  async #sendAll(batch: readonly Waiting[]): Promise<void> {
    if (batch.length === 0) return
    try {
      await this.#publish(batch.map(({ record }) => record))
      this.report.replayed += batch.length
    } catch (error) {
      if (!isTooLarge(error)) throw error
      const middle = batch.length >> 1
      if (middle > 0) {
        await this.#sendAll(batch.slice(0, middle))
        await this.#sendAll(batch.slice(middle))
      } else await this.#sendSmaller(batch[0]!)
    }
  }

  async #sendSmaller({ id, smaller }: Waiting): Promise<void> {
    try {
      await this.#publish([smaller()])
      this.report.replayed += 1
    } catch (error) {
      if (!isTooLarge(error)) throw error
      this.report.failed.push({ id, reason: (error as Error).message })
    }
  }

  async #publish(records: readonly OutgoingRecord[]): Promise<void> {
    const { clock, random, signal } = this.#reading
    const endAtMs = clock.monotonicMs() + this.#options.timeoutMs
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#producer.publish({ topic: this.#topic, records, compression: 'gzip' })
        return
      } catch (error) {
        const waitMs = backoffDelayMs(attempt, backoff, random)
        const mayRetry = error instanceof PublishError && error.retryable
        if (!mayRetry || signal.aborted || clock.monotonicMs() + waitMs > endAtMs) throw error
        await clock.sleep(waitMs, signal)
      }
    }
  }
}

function isTooLarge(error: unknown): boolean {
  return error instanceof MillraceError && error.context['reason'] === 'too-large'
}
