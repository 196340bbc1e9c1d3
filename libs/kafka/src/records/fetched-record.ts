// A record, where it lies: ranges of the bytes that were fetched, cut out only for whoever asks for key or value.
import type { KafkaRecord, RecordPlaces, TopicPartition } from '../port.ts'

/** One object per record and none for its parts: two views of bytes would cost more than decoding the record. */
export class FetchedRecord implements KafkaRecord, RecordPlaces {
  readonly offset: number
  readonly timestampMs: number
  readonly headers: KafkaRecord['headers']
  readonly bytes: Buffer
  readonly keyStart: number
  readonly keyEnd: number
  readonly valueStart: number
  readonly valueEnd: number
  readonly #of: TopicPartition

  constructor(
    of: TopicPartition,
    headers: KafkaRecord['headers'],
    { bytes, offset, timestampMs, keyStart, keyEnd, valueStart, valueEnd }: RecordFields,
  ) {
    this.#of = of
    this.headers = headers
    this.bytes = bytes
    this.offset = offset
    this.timestampMs = timestampMs
    this.keyStart = keyStart
    this.keyEnd = keyEnd
    this.valueStart = valueStart
    this.valueEnd = valueEnd
  }

  get topic(): string {
    return this.#of.topic
  }

  get partition(): number {
    return this.#of.partition
  }

  get key(): Buffer | null {
    return this.keyStart < 0 ? null : this.bytes.subarray(this.keyStart, this.keyEnd)
  }

  get value(): Buffer | null {
    return this.valueStart < 0 ? null : this.bytes.subarray(this.valueStart, this.valueEnd)
  }

  /** As the plain object that it stands for; a spread of it would lack what are getters here. */
  toJSON(): KafkaRecord {
    const { topic, partition, offset, timestampMs, key, value, headers } = this
    return { topic, partition, offset, timestampMs, key, value, headers }
  }
}

export interface RecordFields extends RecordPlaces {
  bytes: Buffer
  offset: number
  timestampMs: number
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
