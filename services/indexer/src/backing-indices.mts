// Bulk, across rollovers: the backing indices of each data stream, asked for only while somebody needs to know.
import type { BackingIndex } from '@millrace/elastic'
import type { Clock } from '@millrace/foundation'

export interface RequestLimits {
  signal: AbortSignal
  timeoutMs: number
}

export interface BackingIndicesParts {
  /** Oldest first; none for a data stream that does not exist. */
  ask: (dataStream: string) => Promise<readonly BackingIndex[]>
  clock: Clock
}

/** Data streams that are remembered; past this bound all are asked for again. */
const rememberedMax = 1_000

/** Remembers answers for a while. One that turns out to be old is noticed by the index that a bulk item names. */
export class BackingIndices {
  readonly #parts: BackingIndicesParts
  readonly #maxAgeMs: number
  readonly #known = new Map<
    string,
    { askedAtMs: number; indices: Promise<readonly BackingIndex[]> }
  >()

  /** @param options.maxAgeMs how long an answer is used. */
  constructor(parts: BackingIndicesParts, options: { maxAgeMs: number }) {
    this.#parts = parts
    this.#maxAgeMs = options.maxAgeMs
  }

  /**
   * @param options.isNew asks in any case.
   * @throws what asking throws; nothing is remembered then.
   */
  of(dataStream: string, options: { isNew?: boolean } = {}): Promise<readonly BackingIndex[]> {
    const nowMs = this.#parts.clock.monotonicMs()
    const known = this.#known.get(dataStream)
    const isUsable = known !== undefined && nowMs - known.askedAtMs < this.#maxAgeMs
    if (isUsable && options.isNew !== true) return known.indices
    if (this.#known.size >= rememberedMax) this.#known.clear()
    const asked = { askedAtMs: nowMs, indices: this.#parts.ask(dataStream) }
    this.#known.set(dataStream, asked)
    asked.indices.catch(() => {
      if (this.#known.get(dataStream) === asked) this.#known.delete(dataStream)
    })
    return asked.indices
  }
}

/**
 * Until when a backing index was the write index, in epoch ms: until the next one was created. An index that
 * was moved since can be younger than its successor; its predecessor then seems to have ended later than it
 * did, which costs a look-up and loses nothing.
 */
export function writtenUntilMs(indices: readonly BackingIndex[], position: number): number {
  return indices[position + 1]?.createdAtMs ?? Number.POSITIVE_INFINITY
}
