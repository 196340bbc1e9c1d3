// A record, where it lies: ranges of the bytes that were fetched, cut out only for whoever asks for key or value.
import type { KafkaRecord, RecordPlaces, TopicPartition } from '../port.ts'
import type { FetchMemory } from './fetch-memory.ts'

/** What the records of one batch have in common. */
export interface BatchFacts extends TopicPartition {
  readonly bytes: Buffer
  /** That of a record is so much later. Epoch ms. */
  readonly baseTimestampMs: number
  /** Where the bytes lie, if that is used again. */
  readonly memory: FetchMemory | undefined
}

/**
 * One object per record and none for its parts: two views of bytes would cost more than decoding the record, and a
 * number of the size of a time is an object, too.
 */
export class FetchedRecord implements KafkaRecord, RecordPlaces {
  readonly offset: number
  readonly headers: KafkaRecord['headers']
  readonly keyStart: number
  readonly keyEnd: number
  readonly valueStart: number
  readonly valueEnd: number
  readonly #batch: BatchFacts
  readonly #timestampDeltaMs: number
  #isReleased = false

  constructor(
    batch: BatchFacts,
    headers: KafkaRecord['headers'],
    { offset, timestampDeltaMs, keyStart, keyEnd, valueStart, valueEnd }: RecordFields,
  ) {
    this.#batch = batch
    this.headers = headers
    this.offset = offset
    this.#timestampDeltaMs = timestampDeltaMs
    this.keyStart = keyStart
    this.keyEnd = keyEnd
    this.valueStart = valueStart
    this.valueEnd = valueEnd
  }

  get topic(): string {
    return this.#batch.topic
  }

  get partition(): number {
    return this.#batch.partition
  }

  get bytes(): Buffer {
    return this.#batch.bytes
  }

  get timestampMs(): number {
    return this.#batch.baseTimestampMs + this.#timestampDeltaMs
  }

  get key(): Buffer | null {
    return this.keyStart < 0 ? null : this.bytes.subarray(this.keyStart, this.keyEnd)
  }

  get value(): Buffer | null {
    return this.valueStart < 0 ? null : this.bytes.subarray(this.valueStart, this.valueEnd)
  }

  release(): void {
    if (this.#isReleased) return
    this.#isReleased = true
    this.#batch.memory?.letGo()
  }

  /** As the plain object that it stands for; a spread of it would lack what are getters here. */
  toJSON(): KafkaRecord {
    const { topic, partition, offset, timestampMs, key, value, headers } = this
    return { topic, partition, offset, timestampMs, key, value, headers }
  }
}

export interface RecordFields extends Omit<RecordPlaces, 'bytes'> {
  offset: number
  timestampDeltaMs: number
}

/** The record with a key and a value of its own, which hold on to nothing else of what was fetched. */
export function copiedRecord(record: KafkaRecord): KafkaRecord {
  const { topic, partition, offset, timestampMs, headers, key, value } = record
  return {
    topic,
    partition,
    offset,
    timestampMs,
    headers,
    key: key === null ? null : Buffer.from(key),
    value: value === null ? null : Buffer.from(value),
  }
}
