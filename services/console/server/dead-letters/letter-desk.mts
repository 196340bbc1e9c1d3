// The dead letters, looked through for the page: read again at most every few seconds, and kept until then.
import type { ElasticStore } from '@millrace/elastic'
import { deadLetterTopic } from '@millrace/envelope'
import { type Clock, errorText, type Random } from '@millrace/foundation'
import type { KafkaRecord, KafkaSettings } from '@millrace/kafka'
import {
  findLetterTopic,
  indexedLetters,
  type Letter,
  type LetterTopic,
  newestLetters,
  readLetters,
  type Reading,
} from '@millrace/dead-letters'

export interface LetterDeskOptions {
  connection: KafkaSettings
  store: Pick<ElasticStore, 'request'>
  topic: string
  clock: Clock
  random: Random
}

/** What was found at one time. */
export interface LetterStand {
  place: LetterTopic | undefined
  /** The newest letter of each event. */
  letters: readonly Letter[]
  /** Records that no indexer wrote. */
  foreign: number
  /** Older records were passed over, since there are too many. */
  isCut: boolean
  /** Events that are indexed since. Undefined: not known, `trouble` says why. */
  indexed: ReadonlySet<string> | undefined
  trouble: string | undefined
  computedAt: number
}

/** Unlike the command, which takes its time, a page looks at the newest ones only. */
export const lettersMax = 100_000
const keptMs = 10_000
const keptMinMs = 2_000
/** What takes long to read is kept the longer. */
const restFactor = 4

export class LetterDesk {
  readonly #options: LetterDeskOptions
  readonly #abort = new AbortController()
  #kept: { atMs: number; tookMs: number; stand: Promise<LetterStand> } | undefined

  constructor(options: LetterDeskOptions) {
    this.#options = options
  }

  get deadLetterTopic(): string {
    return deadLetterTopic(this.#options.topic)
  }

  get reading(): Reading {
    const { clock, random } = this.#options
    return { clock, random, signal: this.#abort.signal }
  }

  /** @throws SourceError when Kafka can't be read. */
  async read({ isFresh = false }: { isFresh?: boolean } = {}): Promise<LetterStand> {
    const nowMs = this.#options.clock.monotonicMs()
    if (this.#kept !== undefined) {
      const { atMs, tookMs, stand } = this.#kept
      const maxAgeMs = Math.max(isFresh ? keptMinMs : keptMs, restFactor * tookMs)
      if (nowMs - atMs < maxAgeMs) return stand
    }
    const kept = { atMs: nowMs, tookMs: Infinity, stand: this.#look() }
    this.#kept = kept
    try {
      const stand = await kept.stand
      // It is as young as it is when it is there, however long the reading took.
      kept.atMs = this.#options.clock.monotonicMs()
      kept.tookMs = kept.atMs - nowMs
      return stand
    } catch (error) {
      if (this.#kept === kept) this.#kept = undefined
      throw error
    }
  }

  /** The next look reads again: something was replayed. */
  forget(): void {
    this.#kept = undefined
  }

  /** Which of these events are indexed. @throws BulkRequestError */
  indexedOf(letters: readonly Letter[]): Promise<Set<string>> {
    return indexedLetters(this.#options.store, letters, { signal: this.#abort.signal })
  }

  /** The records of some letters, from one reading of each partition's narrowest stretches. */
  async readRecords(
    place: LetterTopic,
    letters: readonly Letter[],
    onRecord: (record: KafkaRecord) => void,
  ): Promise<void> {
    const rest = new Map<number, number[]>()
    for (const { partition, offset } of letters) {
      rest.set(partition, [...(rest.get(partition) ?? []), offset])
    }
    // A stretch for each partition at a time: one letter of each.
    for (const offsets of rest.values()) offsets.sort((one, other) => one - other)
    while ([...rest.values()].some((offsets) => offsets.length > 0)) {
      const ranges = [...rest].flatMap(([partition, offsets]) => {
        const offset = offsets.shift()
        return offset === undefined ? [] : [{ partition, from: offset, to: offset + 1 }]
      })
      await readLetters(place, this.reading, onRecord, ranges)
    }
  }

  close(): void {
    this.#abort.abort()
  }

  async #look(): Promise<LetterStand> {
    const { connection, topic, clock } = this.#options
    const place = await findLetterTopic(connection, topic)
    const computedAt = clock.now()
    if (place === undefined) {
      const nothing = { letters: [], foreign: 0, isCut: false, indexed: new Set<string>() }
      return { place, ...nothing, trouble: undefined, computedAt }
    }
    const { ranges, isCut } = newestRanges(place)
    const { letters, foreign } = await newestLetters({ ...place, ranges }, this.reading)
    try {
      const indexed = await this.indexedOf(letters)
      return { place, letters, foreign, isCut, indexed, trouble: undefined, computedAt }
    } catch (error) {
      const trouble = `Which of them are indexed is not known: ${errorText(error)}`
      return { place, letters, foreign, isCut, indexed: undefined, trouble, computedAt }
    }
  }
}

/** The newest records of each partition, so many that all together stay within the bound. */
function newestRanges({ ranges }: LetterTopic): { ranges: LetterTopic['ranges']; isCut: boolean } {
  const each = Math.floor(lettersMax / Math.max(1, ranges.length))
  const newest = ranges.map(({ partition, from, to }) => {
    return { partition, from: Math.max(from, to - each), to }
  })
  return { ranges: newest, isCut: newest.some(({ from }, index) => from > ranges[index]!.from) }
}
