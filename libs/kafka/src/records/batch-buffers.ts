// Where batches are written: a few buffers that are used again, with room before the batch for the request around it.

/** Room for the head of a request: its own fields, a client's and a topic's name. */
export const headRoomBytes = 1_024
const keptMax = 4
/** A larger one is for a rare record, and is not kept. */
const keptBytesMax = 4 * 1024 * 1024
const roundBytes = 64 * 1024

/** A record batch in a buffer of its own until `release`. */
export class EncodedBatch {
  readonly buffer: Buffer
  readonly end: number
  readonly #buffers: BatchBuffers

  constructor(buffers: BatchBuffers, buffer: Buffer, end: number) {
    this.#buffers = buffers
    this.buffer = buffer
    this.end = end
  }

  /** The batch alone. */
  get bytes(): Buffer {
    return this.buffer.subarray(headRoomBytes, this.end)
  }

  get length(): number {
    return this.end - headRoomBytes
  }

  /** The same batch in a buffer that nothing else uses: an earlier request may still read this one. */
  copy(): EncodedBatch {
    const buffer = newBuffer(this.end)
    this.buffer.copy(buffer, 0, 0, this.end)
    return new EncodedBatch(new BatchBuffers(), buffer, this.end)
  }

  /** Nobody reads the buffer any more: another batch may have it. */
  release(): void {
    this.#buffers.give(this.buffer)
  }
}

export class BatchBuffers {
  readonly #free: Buffer[] = []

  /** A buffer with room for a batch of `batchBytes`; its bytes are whatever they were. */
  take(batchBytes: number): Buffer {
    const place = this.#free.findIndex(({ length }) => length >= headRoomBytes + batchBytes)
    const [found] = place === -1 ? [] : this.#free.splice(place, 1)
    return found ?? newBuffer(headRoomBytes + batchBytes)
  }

  give(buffer: Buffer): void {
    if (buffer.length > keptBytesMax || this.#free.includes(buffer)) return
    // The newest is the likeliest to fit what comes next.
    if (this.#free.unshift(buffer) > keptMax) this.#free.pop()
  }
}

function newBuffer(leastBytes: number): Buffer {
  return Buffer.alloc(Math.ceil(leastBytes / roundBytes) * roundBytes)
}
