// One record while it is looked at: where its line and its id lie, and what goes from it into the gaps of a document.
import { readEventSequence } from '@millrace/envelope'
import type { RecordGaps } from './document-template.ts'

/** Longer lines are not planned: limits on the length of values stay out of reach. Unit: bytes. */
export const plannedLengthMax = 8000

/** The line's bytes, from `start` to `end`. */
export interface Line {
  readonly bytes: Uint8Array
  readonly start: number
  readonly end: number
}

/** Where key and value of a record lie in the bytes that were fetched, so that neither has to be cut out. */
export interface RecordRanges {
  readonly bytes: Uint8Array
  /** -1: no key. */
  readonly keyStart: number
  readonly keyEnd: number
  /** -1: no value. */
  readonly valueStart: number
  readonly valueEnd: number
}

interface PlacedRecord extends Partial<RecordRanges> {
  readonly partition: number
  readonly timestampMs?: number
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
}

const noBytes = new Uint8Array(0)

/** One for all records: it is used up before the next one is looked at. */
export class RecordCursor implements Line, RecordGaps {
  bytes: Uint8Array = noBytes
  start = 0
  end = 0
  idBytes: Uint8Array = noBytes
  idStart = 0
  idEnd = 0
  /** -1: the key is no minted id. */
  sequence = -1
  createdAtMs = 0
  receivedAtMs = 0
  partition = 0

  /** Looks at the record's line; false for one that no plan takes: no object, too long, or of an unknown time. */
  place(record: PlacedRecord, receivedAtMs: number): boolean {
    const { timestampMs = 0 } = record
    if (!(timestampMs > 0 && timestampMs <= receivedAtMs)) return false
    this.createdAtMs = timestampMs
    this.receivedAtMs = receivedAtMs
    this.partition = record.partition
    if (record.bytes === undefined) {
      const { value } = record
      this.bytes = value ?? noBytes
      this.start = 0
      this.end = this.bytes.length
    } else {
      this.bytes = record.bytes
      this.start = record.valueStart!
      this.end = record.valueEnd!
    }
    this.#trimLine()
    const length = this.end - this.start
    return length > 0 && length <= plannedLengthMax && this.bytes[this.start] === 0x7b
  }

  /** As `decodeLine` does it. */
  #trimLine(): void {
    const { bytes, start, end } = this
    if (end <= start || bytes[end - 1] !== 0x0a) return
    this.end = end - start > 1 && bytes[end - 2] === 0x0d ? end - 2 : end - 1
  }

  /** Looks at the key; false unless it is a minted id. */
  placeKey(record: PlacedRecord): boolean {
    if (record.bytes === undefined) {
      this.idBytes = record.key ?? noBytes
      this.idStart = 0
      this.idEnd = this.idBytes.length
    } else {
      this.idBytes = record.bytes
      this.idStart = Math.max(0, record.keyStart!)
      this.idEnd = Math.max(0, record.keyEnd!)
    }
    this.sequence = readEventSequence(this.idBytes, this.idStart, this.idEnd)
    return this.sequence >= 0
  }

  placeId(id: string): void {
    this.idBytes = Buffer.from(id)
    this.idStart = 0
    this.idEnd = this.idBytes.length
    this.sequence = -1
  }

  /** The record's id as text. */
  get id(): string {
    let id = ''
    for (let index = this.idStart; index < this.idEnd; index++) {
      id += String.fromCharCode(this.idBytes[index]!)
    }
    return id
  }
}
