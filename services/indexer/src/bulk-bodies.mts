// Bulk request: the memory in which bulk bodies are put together, one document behind the other, used again and again.
import assert from 'node:assert/strict'
import { ByteWriter } from '@millrace/formats'
import { EventPlaces } from './event-places.mts'

/** A piece of memory with the documents of one bulk body, or of several small ones. */
export class BodyChunk {
  bytes: Buffer
  /** Of the events in it that are carried in stretches. */
  readonly places: EventPlaces
  /** Events that lie in it and are not done with. */
  held = 0
  /** No further items come. */
  isClosed = false
  /** False once a request with it went without an answer: who knows what still reads it. */
  isReusable = true

  constructor(bytes: Buffer, places = new EventPlaces()) {
    this.bytes = bytes
    this.places = places
  }
}

export interface BodyOptions {
  /** Body size at which a bulk request is sent. */
  bulkBytes: number
}

/** What the last document of a body may be past its limit, before it is known how long it is. */
const slackBytes = 64 * 1024
/** Pieces that are kept although nothing lies in them. */
const freeMax = 16

/**
 * A body is written where it is sent from, so that a request of documents side by side needs no copy of them. Fresh
 * memory for each body cost a tenth of the worker's time: the kernel clears each page, and the garbage collector
 * is called for so many bytes outside its heap.
 */
export class BulkBodies {
  readonly #chunkBytes: number
  readonly #free: Pick<BodyChunk, 'bytes' | 'places'>[] = []
  readonly writer: ByteWriter
  #chunk: BodyChunk

  constructor({ bulkBytes }: BodyOptions) {
    this.#chunkBytes = bulkBytes + 2 * slackBytes
    this.#chunk = this.#begin()
    this.writer = new ByteWriter(this.#chunk.bytes)
  }

  /** What was written last becomes an item's: the piece that it lies in. */
  hold(): BodyChunk {
    // A large document may have made the piece grow.
    this.#chunk.bytes = this.writer.bytes
    this.#chunk.held += 1
    return this.#chunk
  }

  /** So many events are done with their bytes. */
  release(chunk: BodyChunk, events = 1): void {
    chunk.held -= events
    assert(chunk.held >= 0, 'a body was released more often than it was held')
    this.#reuse(chunk)
  }

  /**
   * A batch is complete: the next one begins in another piece, unless this one has room for all of it. What was written
   * from `from` on belongs to the next.
   * @returns where that lies now.
   */
  turn(from: number = this.writer.length): number {
    const { writer } = this
    if (from <= slackBytes) return from
    const old = this.#chunk
    old.isClosed = true
    const moved = writer.length - from
    const written = writer.bytes
    this.#chunk = this.#begin()
    writer.bytes = this.#chunk.bytes
    writer.length = 0
    writer.reserve(moved)
    writer.range(written, from, from + moved)
    this.#reuse(old)
    return 0
  }

  #begin(): BodyChunk {
    const free = this.#free.pop()
    if (free === undefined) return new BodyChunk(Buffer.allocUnsafeSlow(this.#chunkBytes))
    free.places.clear()
    return new BodyChunk(free.bytes, free.places)
  }

  #reuse(chunk: BodyChunk): void {
    if (!chunk.isClosed || chunk.held > 0 || !chunk.isReusable) return
    // One that has grown for a large document goes back to the system.
    const isUsual = chunk.bytes.length === this.#chunkBytes
    if (isUsual && this.#free.length < freeMax) this.#free.push(chunk)
  }
}
