// Batch: events become items, side by side in bulk bodies, until those are due.
import { Batcher, type BatchLimits } from './batch.mts'
import type { BodyChunk } from './bulk-bodies.mts'
import { BulkBodies } from './bulk-bodies.mts'
import { writeLines } from './bulk-request.mts'
import { BulkItem, type NewEvent, type TakenRecord } from './ownership.mts'

/** Bodies and batches in step: a batch begins with a body of its own, so that it is sent from where it was written. */
export class Assembly {
  readonly #batcher: Batcher<BulkItem>
  readonly bodies: BulkBodies

  constructor(limits: BatchLimits) {
    this.#batcher = new Batcher(limits)
    this.bodies = new BulkBodies(limits)
  }

  /** An event whose lines are the last that were written, from `start` on. */
  addWritten(origin: TakenRecord, event: NewEvent, start: number, nowMs: number): BulkItem {
    const { writer } = this.bodies
    const bytes = writer.length - start
    const from = this.#batcher.makeRoom(bytes) ? this.bodies.turn(start) : start
    const item = this.#item(origin, event, from)
    if (this.#batcher.add(item, nowMs)) this.bodies.turn()
    return item
  }

  addLines(origin: TakenRecord, event: NewEvent, lines: string, nowMs: number): BulkItem {
    const start = this.bodies.writer.length
    writeLines(this.bodies.writer, lines)
    return this.addWritten(origin, event, start, nowMs)
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
    return this.#batcher.takeDue(nowMs)
  }

  /** The next batch, whether it is due or not. */
  take(): BulkItem[] | undefined {
    return this.#batcher.take()
  }

  #item(origin: TakenRecord, event: NewEvent, start: number): BulkItem {
    const chunk = this.bodies.hold()
    return new BulkItem(origin, event, chunk, { start, end: this.bodies.writer.length })
  }
}
