// Batch: events become items, side by side in bulk bodies, until those are due.
import { Batcher, type BatchLimits } from './batch.mts'
import type { BodyChunk } from './bulk-bodies.mts'
import { BulkBodies } from './bulk-bodies.mts'
import { writeLines } from './bulk-request.mts'
import { BulkItem, type TakenRecord } from './ownership.mts'
import type { PlacedRecord } from './event-places.mts'
import { EventStretch, type StretchFacts } from './stretch.mts'

/** What waits to be sent: one event, or a stretch of them. */
export type BatchEntry = BulkItem | EventStretch

/** An event whose lines of the bulk body are a text. */
export interface NewEvent {
  readonly id: string
  readonly dataStream: string
  readonly lines: string
}

/** Bodies and batches in step: a batch begins with a body of its own, so that it is sent from where it was written. */
export class Assembly {
  readonly #batcher: Batcher<BatchEntry>
  readonly bodies: BulkBodies

  constructor(limits: BatchLimits) {
    this.#batcher = new Batcher(limits)
    this.bodies = new BulkBodies(limits)
  }

  /** An event whose lines are the last that were written, from `start` on. */
  addWritten(origin: TakenRecord, dataStream: string, start: number, nowMs: number): BulkItem {
    const bytes = this.bodies.writer.length - start
    const from = this.#makeRoom(start)
    const item = new BulkItem(origin, dataStream, this.bodies.hold(), from)
    item.bytes = bytes
    if (this.#batcher.add(item, nowMs)) this.bodies.turn()
    return item
  }

  /** The same for an event of a stretch: the one that ends there, if it goes on, or a new one. */
  addToStretch(facts: StretchFacts, record: PlacedRecord, start: number): EventStretch {
    const bytes = this.bodies.writer.length - start
    const from = this.#makeRoom(start)
    const chunk = this.bodies.hold()
    const { last } = this.#batcher
    if (last instanceof EventStretch && last.isContinuedBy(facts, record)) {
      last.add(record, bytes)
      if (this.#batcher.grown(bytes)) this.bodies.turn()
      return last
    }
    const stretch = new EventStretch(facts, { record, chunk, start: from })
    stretch.add(record, bytes)
    if (this.#batcher.add(stretch, facts.takenAt.monotonicMs)) this.bodies.turn()
    return stretch
  }

  /** @returns where the lines from `start` on lie now: in a body of their own, if there was no room for them. */
  #makeRoom(start: number): number {
    const { bodies } = this
    return this.#batcher.makeRoom(bodies.writer.length - start) ? bodies.turn(start) : start
  }

  addLines(origin: TakenRecord, event: NewEvent, nowMs: number): BulkItem {
    const start = this.bodies.writer.length
    writeLines(this.bodies.writer, event.lines)
    const item = this.addWritten(origin, event.dataStream, start, nowMs)
    item.id = event.id
    return item
  }

  release({ chunk, count }: { chunk: BodyChunk; count: number }): void {
    this.bodies.release(chunk, count)
  }

  lowerBulkBytes(bulkBytes: number): void {
    this.#batcher.lowerBulkBytes(bulkBytes)
  }

  dueAtMs(): number | undefined {
    return this.#batcher.dueAtMs()
  }

  takeDue(nowMs: number): BatchEntry[] | undefined {
    return this.#taken(this.#batcher.takeDue(nowMs))
  }

  /** The next batch, whether it is due or not. */
  take(): BatchEntry[] | undefined {
    return this.#taken(this.#batcher.take())
  }

  /** A batch that was not full ends where it is taken: behind it there may be too little room for a whole one. */
  #taken(batch: BatchEntry[] | undefined): BatchEntry[] | undefined {
    if (batch !== undefined && this.#batcher.isBetweenBatches) this.bodies.turn()
    return batch
  }
}
