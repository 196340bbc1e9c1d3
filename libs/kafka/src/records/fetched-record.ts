// A record, where it lies: ranges of the bytes that were fetched, cut out only for whoever asks for key or value.
import type {
  KafkaRecord,
  RecordBatch,
  RecordFields,
  RecordPlaces,
  TopicPartition,
} from '../port.ts'
import type { FetchMemory } from './fetch-memory.ts'

export class FetchedBatch implements RecordBatch {
  readonly topic: string
  readonly partition: number
  readonly bytes: Buffer
  readonly baseTimestampMs: number
  readonly #memory: FetchMemory | undefined

  /** @param options.memory where the bytes lie, if that is used again */
  constructor(
    options: TopicPartition & {
      bytes: Buffer
      baseTimestampMs: number
      memory: FetchMemory | undefined
    },
  ) {
    this.topic = options.topic
    this.partition = options.partition
    this.bytes = options.bytes
    this.baseTimestampMs = options.baseTimestampMs
    this.#memory = options.memory
  }

  record(fields: RecordFields): FetchedRecord {
    return new FetchedRecord(this, fields)
  }

  hold(count: number): void {
    this.#memory?.hold(count)
  }

  release(count: number): void {
    this.#memory?.letGo(count)
  }
}

/**
 * One object per record and none for its parts: two views of bytes would cost more than decoding the record, and a
 * number of the size of a time is an object, too.
 */
export class FetchedRecord implements KafkaRecord, RecordPlaces {
  readonly offset: number
  readonly headers: KafkaRecord['headers']
  readonly timestampDeltaMs: number
  readonly keyStart: number
  readonly keyEnd: number
  readonly valueStart: number
  readonly valueEnd: number
  readonly batch: FetchedBatch
  #isReleased = false

  constructor(
    batch: FetchedBatch,
    { offset, headers, timestampDeltaMs, keyStart, keyEnd, valueStart, valueEnd }: RecordFields,
  ) {
    this.batch = batch
    this.headers = headers
    this.offset = offset
    this.timestampDeltaMs = timestampDeltaMs
    this.keyStart = keyStart
    this.keyEnd = keyEnd
    this.valueStart = valueStart
    this.valueEnd = valueEnd
  }

  get topic(): string {
    return this.batch.topic
  }

  get partition(): number {
    return this.batch.partition
  }

  get bytes(): Buffer {
    return this.batch.bytes
  }

  get timestampMs(): number {
    return this.batch.baseTimestampMs + this.timestampDeltaMs
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
    this.batch.release(1)
  }

  /** As the plain object that it stands for; a spread of it would lack what are getters here. */
  toJSON(): KafkaRecord {
    const { topic, partition, offset, timestampMs, key, value, headers } = this
    return { topic, partition, offset, timestampMs, key, value, headers }
  }
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
