// Batch: events of one partition, one behind the other in a bulk body, are one object as long as all goes well with them.
import assert from 'node:assert/strict'
import type { KafkaRecord, RecordBatch } from '@millrace/kafka'
import type { BodyChunk } from './bulk-bodies.mts'
import type { DispatchItem } from './dispatch-parts.mts'
import { numbersPerEvent, offsetSpanMax, numberAt, type PlacedRecord } from './event-places.mts'
import type { IdPlaces } from './good-answer.mts'
import { BulkItem, type OwnedPartition, recordBytes, TakenRecord } from './ownership.mts'
import type { Moment } from './pipeline-parts.mts'
import type { OpenRecord } from './settle.mts'
import { uncertainSinceMs } from './uncertain.mts'

/** What an event costs in memory beside its lines and its record's bytes: its numbers. */
export const stretchEventBytes = numbersPerEvent * Int32Array.BYTES_PER_ELEMENT

/** What all events of a stretch have in common: the same object. */
export interface StretchFacts {
  owner: OwnedPartition
  takenAt: Moment
  dataStream: string
}

/**
 * Lines of known kinds that came in one batch of one partition, each with its record's key as id, are nearly always
 * indexed together, at the first try. Three objects for each of them, which live until Elasticsearch has answered,
 * were a third of the worker's memory and most of what its garbage collector did. So each has seven numbers beside the
 * body, and whatever else may become of one (a refusal, a retry, a look-up, a dead letter) is told of an object of
 * its own: then the stretch is unfolded into what it would have been without it.
 */
export class EventStretch implements OpenRecord, DispatchItem {
  readonly #facts: StretchFacts
  readonly batch: RecordBatch
  readonly headers: KafkaRecord['headers']
  /** Of its first record. */
  readonly offset: number
  readonly chunk: BodyChunk
  readonly start: number
  readonly isSentBefore = false
  readonly toCheck = undefined
  /** Its first event in the places of the chunk. */
  readonly #first: number
  count = 0
  bytes = 0
  /** What it holds of the memory bound. */
  heldBytes = 0
  lastOffset: number
  openEvents = 0
  #earliestDeltaMs: number

  constructor(
    facts: StretchFacts,
    { record, chunk, start }: { record: PlacedRecord; chunk: BodyChunk; start: number },
  ) {
    this.#facts = facts
    this.batch = record.batch
    this.headers = record.headers
    this.#earliestDeltaMs = record.timestampDeltaMs
    this.offset = record.offset
    this.lastOffset = record.offset
    this.chunk = chunk
    this.start = start
    this.#first = chunk.places.count
  }

  /** Whether an event may be its next one, if nothing else was written to the body since. */
  isContinuedBy(facts: StretchFacts, record: PlacedRecord): boolean {
    return (
      facts === this.#facts &&
      record.batch === this.batch &&
      record.headers === this.headers &&
      record.offset - this.offset <= offsetSpanMax &&
      // A record without events leaves no trace in the body.
      this.owner.settlement.last === this
    )
  }

  add(record: PlacedRecord, bytes: number): void {
    this.chunk.places.add(record, this.offset, bytes)
    this.count += 1
    this.openEvents += 1
    this.bytes += bytes
    this.lastOffset = record.offset
    this.#earliestDeltaMs = Math.min(this.#earliestDeltaMs, record.timestampDeltaMs)
  }

  get owner(): OwnedPartition {
    return this.#facts.owner
  }

  get takenAt(): Moment {
    return this.#facts.takenAt
  }

  get dataStream(): string {
    return this.#facts.dataStream
  }

  get id(): string {
    return assert.fail('a stretch was asked for an id: it has to be unfolded before')
  }

  get idPlaces(): IdPlaces {
    const { numbers } = this.chunk.places
    return {
      bytes: this.batch.bytes,
      numbers,
      from: this.#first * numbersPerEvent,
      count: this.count,
    }
  }

  /** Of the earliest of them. Epoch ms. */
  get writtenAtMs(): number {
    return Math.min(this.takenAt.nowMs, Math.max(0, this.#earliestMs))
  }

  /** The same. */
  get uncertainSinceMs(): number {
    const record = { timestampMs: this.#earliestMs, offset: this.offset, key: null }
    return uncertainSinceMs(record, this.owner, false)
  }

  get #earliestMs(): number {
    return this.batch.baseTimestampMs + this.#earliestDeltaMs
  }

  /** Of any of them: the first one. */
  get mayComeLate(): boolean {
    return this.offset < (this.owner.lateBelow ?? 0)
  }

  /** Calls back with when each of them was written (`event.created`), as far as that is known. Epoch ms. */
  eachCreatedAtMs(tell: (createdAtMs: number) => void): void {
    const { numbers } = this.chunk.places
    const { baseTimestampMs } = this.batch
    const { nowMs } = this.takenAt
    const first = this.#first * numbersPerEvent + numberAt.time
    const end = first + this.count * numbersPerEvent
    for (let at = first; at < end; at += numbersPerEvent) {
      const timestampMs = baseTimestampMs + numbers[at]!
      tell(timestampMs > 0 ? Math.min(timestampMs, nowMs) : nowMs)
    }
  }

  /** Each event with a record of its own, as if there had been no stretch. */
  unfold(): BulkItem[] {
    const { numbers } = this.chunk.places
    const { owner, takenAt, dataStream, chunk, batch, headers } = this
    const items: BulkItem[] = []
    let { start } = this
    for (let event = this.#first; event < this.#first + this.count; event++) {
      const at = event * numbersPerEvent
      const record = batch.record({
        offset: this.offset + numbers[at + numberAt.offset]!,
        headers,
        timestampDeltaMs: numbers[at + numberAt.time]!,
        keyStart: numbers[at + numberAt.keyStart]!,
        keyEnd: numbers[at + numberAt.keyEnd]!,
        valueStart: numbers[at + numberAt.valueStart]!,
        valueEnd: numbers[at + numberAt.valueEnd]!,
      })
      const origin = new TakenRecord(record, owner, takenAt, 1)
      const item = new BulkItem(origin, dataStream, chunk, start)
      item.bytes = numbers[at + numberAt.bodyBytes]!
      origin.bytes = recordBytes(record) + item.bytes
      items.push(item)
      start += item.bytes
    }
    return items
  }
}
