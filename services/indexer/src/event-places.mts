// Batch: where events of a bulk body lie in the bytes that were fetched, as numbers side by side.
import type { KafkaRecord, RecordFields } from '@millrace/kafka'

/** The numbers of one event. */
export const numberAt = {
  /** Behind the first event of its stretch. */
  offset: 0,
  /** Of its time after its batch's. Unit: ms. */
  time: 1,
  keyStart: 2,
  keyEnd: 3,
  valueStart: 4,
  valueEnd: 5,
  /** Length of its lines in the body. Unit: bytes. */
  bodyBytes: 6,
} as const
export const numbersPerEvent = 7

const firstEvents = 1_024
/** Offsets of a stretch are this far from each other at most. */
export const offsetSpanMax = 0x7f_ff_ff_ff

/** A record whose places are known, and which can be made anew from them. */
export type PlacedRecord = KafkaRecord & Required<Pick<KafkaRecord, 'batch'>> & RecordFields

/** Whether the places of a record say all that there is of it; its time may be too far from its batch's for 32 bits. */
export function isPlaced(record: KafkaRecord): record is PlacedRecord {
  const { batch, timestampDeltaMs = 0 } = record
  return batch !== undefined && timestampDeltaMs === (timestampDeltaMs | 0)
}

/** 28 bytes for an event, and nothing for the garbage collector; used again with the body that it belongs to. */
export class EventPlaces {
  numbers = new Int32Array(firstEvents * numbersPerEvent)
  #length = 0

  get count(): number {
    return this.#length / numbersPerEvent
  }

  add(record: PlacedRecord, firstOffset: number, bodyBytes: number): void {
    const at = this.#length
    if (at === this.numbers.length) this.#grow()
    const { numbers } = this
    numbers[at + numberAt.offset] = record.offset - firstOffset
    numbers[at + numberAt.time] = record.timestampDeltaMs
    numbers[at + numberAt.keyStart] = record.keyStart
    numbers[at + numberAt.keyEnd] = record.keyEnd
    numbers[at + numberAt.valueStart] = record.valueStart
    numbers[at + numberAt.valueEnd] = record.valueEnd
    numbers[at + numberAt.bodyBytes] = bodyBytes
    this.#length = at + numbersPerEvent
  }

  clear(): void {
    this.#length = 0
  }

  #grow(): void {
    const larger = new Int32Array(this.numbers.length * 2)
    larger.set(this.numbers)
    this.numbers = larger
  }
}
