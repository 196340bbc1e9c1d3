// How large a batch may be before it is compressed: what counts is what goes over the wire.
import type { Lines } from './lines.ts'

export interface BatchSizeOptions {
  /** Largest batch on the wire that is aimed at, keys and headers counted. */
  batchBytes: number
  /** What the transport may hold; a batch may be a small part of it. */
  memoryMaxBytes: number
  /** What a record takes beside its value, before compression. */
  recordOverheadBytes: number
}

/** Before compression a batch is at most so many times as large as on the wire. */
const growthMax = 4
/** Batches that are in flight are held twice, as lines and encoded, and there are four of them. */
const memoryPart = 1 / 32
/** Smaller ones, which did not wait to be full, compress worse: part of `batchBytes` that a batch must have to be judged by. */
const tellingPart = 0.5
/** How much of a better ratio than the one before is believed at once; of a worse one all is. */
const believedPart = 0.25

/**
 * Bytes that the topic's other lines share are gone once they are compressed, so a full batch is a fraction of what a
 * broker takes at once, and each costs a request, an answer and a look by every replica. Kafka's own producer goes by
 * compressed bytes too (`batch.size`, with an estimate of the ratio).
 */
export class BatchSize {
  readonly #options: BatchSizeOptions
  /** Before compression a batch is at most so large. */
  #most: number
  /** Bytes on the wire for a byte before, at most 1: a batch that does not shrink is as large as was asked for. */
  #ratio = 1

  constructor(options: BatchSizeOptions) {
    const { batchBytes, memoryMaxBytes } = options
    this.#options = options
    this.#most = Math.min(batchBytes * growthMax, memoryMaxBytes * memoryPart)
  }

  /** Largest batch before compression, keys and headers counted. */
  get bytesMax(): number {
    const { batchBytes } = this.#options
    return Math.max(batchBytes, Math.min(this.#most, batchBytes / this.#ratio))
  }

  /** What became of a batch on the wire. */
  became(lines: Lines, wireBytes: number): void {
    const bytes = this.#bytesOf(lines)
    if (bytes < this.#options.batchBytes * tellingPart) return
    const ratio = Math.min(1, wireBytes / bytes)
    const change = ratio - this.#ratio
    this.#ratio += change > 0 ? change : change * believedPart
  }

  /** The topic does not take so much: no batch will be as large again, so that growing costs two refusals at most. */
  refused(lines: Lines): void {
    this.#most = Math.min(this.#most, this.#bytesOf(lines) / 2)
  }

  #bytesOf({ valueBytes, length }: Lines): number {
    return valueBytes + length * this.#options.recordOverheadBytes
  }
}
