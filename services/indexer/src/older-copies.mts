// Bulk, across rollovers: a document that an older backing index holds already is not created a second time.
import type { BackingIndex, StoredCopy } from '@millrace/elastic'
import type { Clock } from '@millrace/foundation'
import { BackingIndices, type RequestLimits, writtenUntilMs } from './backing-indices.mts'
import type { Books } from './books.mts'
import type { IdPlaces } from './good-answer.mts'

/** The part of the store that is used here. */
export interface CopyTarget {
  /** Oldest first, the write index last; none for a data stream that does not exist. */
  backingIndices(dataStream: string, options: RequestLimits): Promise<readonly BackingIndex[]>
  /** Which of the ids one backing index holds, also when they cannot be searched yet. */
  findDocuments(
    index: string,
    ids: readonly string[],
    options: RequestLimits,
  ): Promise<readonly StoredCopy[]>
  /** Deletes this very version; false when it is gone or another one by now. */
  deleteCopy(index: string, copy: StoredCopy, options: RequestLimits): Promise<boolean>
}

export interface CopyOptions {
  /** How long it is taken for granted that a data stream has not rolled over. */
  backingIndicesMaxAgeMs: number
  /** Most ids of one look-up request. */
  lookUpIdsMax: number
  requestTimeoutMs: number
}

/** A document that may be in Elasticsearch already, since a time (epoch ms); or several, since the earliest of their times. */
export interface UncertainItem {
  readonly id: string
  readonly dataStream: string
  readonly uncertainSinceMs: number
  /** There where it is several. */
  readonly idPlaces?: IdPlaces | undefined
}

export interface Finding<Item> {
  /** Some of several in one have to be looked for one by one; what else is told is not all then. */
  isFolded: boolean
  /** In a backing index older than the write index. */
  found: Set<Item>
  /** Of these there was a second copy, which was deleted. */
  removed: Set<Item>
  /** The write index of each data stream, as far as it was known; a create is expected to go there. */
  writeIndices: Map<string, string | undefined>
}

/** Data streams that are asked about at once. */
const streamsAtOnce = 8

export class OlderCopies<Item extends UncertainItem> {
  readonly #target: CopyTarget
  readonly #books: Pick<Books, 'idsLookedUp' | 'copiesRemoved'>
  readonly #options: CopyOptions
  readonly #backing: BackingIndices
  readonly #limits: RequestLimits

  constructor(
    parts: {
      target: CopyTarget
      clock: Clock
      books: Pick<Books, 'idsLookedUp' | 'copiesRemoved'>
      /** Ends all requests. */
      signal: AbortSignal
    },
    options: CopyOptions,
  ) {
    this.#target = parts.target
    this.#books = parts.books
    this.#options = options
    this.#limits = { signal: parts.signal, timeoutMs: options.requestTimeoutMs }
    this.#backing = new BackingIndices(
      {
        ask: (dataStream) => this.#target.backingIndices(dataStream, this.#limits),
        clock: parts.clock,
      },
      { maxAgeMs: options.backingIndicesMaxAgeMs },
    )
  }

  /**
   * Which of the items are in an older backing index. Where one is in several, the oldest copy stays and the
   * newer ones are deleted: whoever does the same at the same time comes to the same result.
   *
   * @param options.isNew asks for the backing indices in any case.
   * @throws what the target throws; doing it again is harmless.
   */
  async find(items: readonly Item[], options: { isNew?: boolean } = {}): Promise<Finding<Item>> {
    const finding: Finding<Item> = {
      isFolded: false,
      found: new Set(),
      removed: new Set(),
      writeIndices: new Map(),
    }
    await eachStream(items, async (dataStream, ofStream) => {
      let indices = await this.#backing.of(dataStream, options)
      await this.#findIn(indices, ofStream, finding)
      const isFound = ofStream.some((item) => finding.found.has(item))
      if (isFound && options.isNew !== true) {
        // Whoever had them before may have made second copies in an index that we have not heard of.
        const known = indices.at(-1)?.name
        indices = await this.#backing.of(dataStream, { isNew: true })
        if (indices.at(-1)?.name !== known) await this.#findIn(indices, ofStream, finding)
      }
      finding.writeIndices.set(dataStream, indices.at(-1)?.name)
    })
    return finding
  }

  async #findIn(
    indices: readonly BackingIndex[],
    items: readonly Item[],
    finding: Finding<Item>,
  ): Promise<void> {
    const { found, removed } = finding
    let sinceMs = Number.POSITIVE_INFINITY
    for (const item of items) sinceMs = Math.min(sinceMs, item.uncertainSinceMs)
    const seen = new Set<string>()
    for (let position = 0; position < indices.length; position++) {
      const untilMs = writtenUntilMs(indices, position)
      if (untilMs < sinceMs) continue
      const isWriteIndex = position === indices.length - 1
      // In the write index a create finds out by itself; only a second copy is looked for there.
      const some = isWriteIndex
        ? items.filter((item) => found.has(item))
        : items.filter((item) => untilMs >= item.uncertainSinceMs)
      if (some.some(isFolded)) finding.isFolded = true
      if (finding.isFolded) return
      const { name } = indices[position]!
      const copies = await this.#lookUp(name, some)
      for (const [id, copy] of copies) {
        if (!seen.has(id)) continue
        const isDeleted = await this.#target.deleteCopy(name, copy, this.#limits)
        if (isDeleted) this.#books.copiesRemoved += 1
      }
      for (const item of some) {
        if (!copies.has(item.id)) continue
        if (seen.has(item.id)) removed.add(item)
        if (!isWriteIndex) found.add(item)
      }
      for (const id of copies.keys()) seen.add(id)
    }
  }

  async #lookUp(index: string, items: readonly Item[]): Promise<Map<string, StoredCopy>> {
    const copies = new Map<string, StoredCopy>()
    const { lookUpIdsMax } = this.#options
    for (let at = 0; at < items.length; at += lookUpIdsMax) {
      const ids = [...new Set(items.slice(at, at + lookUpIdsMax).map((item) => item.id))]
      this.#books.idsLookedUp += ids.length
      for (const copy of await this.#target.findDocuments(index, ids, this.#limits)) {
        copies.set(copy.id, copy)
      }
    }
    return copies
  }
}

function isFolded({ idPlaces }: UncertainItem): boolean {
  return idPlaces !== undefined
}

async function eachStream<Item extends { readonly dataStream: string }>(
  items: readonly Item[],
  visit: (dataStream: string, items: readonly Item[]) => Promise<void>,
): Promise<void> {
  const first = items[0]?.dataStream
  // Most batches have one data stream.
  const streams = items.every((item) => item.dataStream === first)
    ? items.slice(0, 1).map(({ dataStream }) => [dataStream, items] as const)
    : [...Map.groupBy(items, (item) => item.dataStream)]
  for (let at = 0; at < streams.length; at += streamsAtOnce) {
    const some = streams.slice(at, at + streamsAtOnce)
    await Promise.all(some.map(([dataStream, ofStream]) => visit(dataStream, ofStream)))
  }
}
