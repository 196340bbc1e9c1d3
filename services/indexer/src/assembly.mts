// Batch: events become items, side by side in bulk bodies, until those are due.
import { Batcher, type BatchLimits } from './batch.mts'
import type { BodyChunk } from './bulk-bodies.mts'
import { BulkBodies } from './bulk-bodies.mts'
import { writeLines } from './bulk-request.mts'
import { BulkItem, type TakenRecord } from './ownership.mts'

/** An event whose lines of the bulk body are a text. */
export interface NewEvent {
  readonly id: string
  readonly dataStream: string
  readonly lines: string
}

/** Bodies and batches in step: a batch begins with a body of its own, so that it is sent from where it was written. */
export class Assembly {
  readonly #batcher: Batcher<BulkItem>
  readonly bodies: BulkBodies

  constructor(limits: BatchLimits) {
    this.#batcher = new Batcher(limits)
    this.bodies = new BulkBodies(limits)
  }

  /** An event whose lines are the last that were written, from `start` on. */
  addWritten(origin: TakenRecord, dataStream: string, start: number, nowMs: number): BulkItem {
    const { bodies } = this
    const { writer } = bodies
    const bytes = writer.length - start
    const from = this.#batcher.makeRoom(bytes) ? bodies.turn(start) : start
    const chunk = bodies.hold()
    const item = new BulkItem(origin, dataStream, chunk, from)
    item.bytes = bytes
    if (this.#batcher.add(item, nowMs)) bodies.turn()
    return item
  }

  addLines(origin: TakenRecord, event: NewEvent, nowMs: number): BulkItem {
    const start = this.bodies.writer.length
    writeLines(this.bodies.writer, event.lines)
    const item = this.addWritten(origin, event.dataStream, start, nowMs)
    item.id = event.id
    return item
  }

  release({ chunk }: { chunk: BodyChunk }): void {
    this.bodies.release(chunk)
  }

  lowerBulkBytes(bulkBytes: number): void {
    this.#batcher.lowerBulkBytes(bulkBytes)
  }

  dueAtMs(): number | undefined {
    return this.#batcher.dueAtMs()
  }

  takeDue(nowMs: number): BulkItem[] | undefined {
    return this.#taken(this.#batcher.takeDue(nowMs))
  }

  /** The next batch, whether it is due or not. */
  take(): BulkItem[] | undefined {
    return this.#taken(this.#batcher.take())
  }

  /** A batch that was not full ends where it is taken: behind it there may be too little room for a whole one. */
  #taken(batch: BulkItem[] | undefined): BulkItem[] | undefined {
    if (batch !== undefined && this.#batcher.isBetweenBatches) this.bodies.turn()
    return batch
  }
}
