// One person's look at the events: filtered, counted, and as many of them kept as a page can take.
import { createDocumentFilter, type DocumentFilterOptions, type ReadDocument } from '@millrace/ecs'
import type { Random } from '@millrace/foundation'
import type { LiveBatch, LiveEvents, LiveReady } from '../api.mts'
import type { LiveEvent } from './live-event.mts'

/** Where batches go; a client that is not free gets nothing, and nothing is kept for it but counts. */
export interface ViewerSink {
  readonly isFree: boolean
  send<Name extends keyof LiveEvents>(name: Name, data: LiveEvents[Name]): void
}

export interface ViewerOptions {
  filter: DocumentFilterOptions
  /** Most events of one batch. */
  rowsMax: number
  /** So long without anything to tell, and a batch of zeros says that all is well. Unit: ms. */
  quietMs: number
  random: Random
}

type Counts = Omit<LiveBatch, 'rows' | 'spanMs' | 'isSampled' | 'services'>

export class Viewer {
  readonly #sink: ViewerSink
  readonly #options: ViewerOptions
  readonly #isWanted: (document: ReadDocument) => boolean
  /** An even sample of what matched: each is in it with the same chance (algorithm R). */
  #sample: { event: LiveEvent; number: number }[] = []
  #counts = noCounts()
  /** Matching ones since the sample was begun. */
  #offered = 0
  #sinceMs: number
  #servicesTold = -1
  #isReadyTold = false

  constructor(sink: ViewerSink, options: ViewerOptions, nowMs: number) {
    this.#sink = sink
    this.#options = options
    this.#isWanted = createDocumentFilter(options.filter)
    this.#sinceMs = nowMs
  }

  offer(event: LiveEvent): void {
    const counts = this.#counts
    counts.seen += 1
    if (!this.#isWanted(event.document)) return
    counts.matching += 1
    counts.levels[event.level] = (counts.levels[event.level] ?? 0) + 1
    const { rowsMax, random } = this.#options
    const number = this.#offered++
    if (this.#sample.length < rowsMax) {
      this.#sample.push({ event, number })
      return
    }
    const place = Math.floor(random.next() * this.#offered)
    if (place < rowsMax) this.#sample[place] = { event, number }
  }

  ledgers(count: number): void {
    this.#counts.ledgers += count
  }

  skipped(records: number): void {
    this.#counts.skipped += records
  }

  ready(facts: LiveReady): void {
    this.#sink.send('ready', facts)
    this.#isReadyTold = true
  }

  trouble(message: string): void {
    if (this.#sink.isFree) this.#sink.send('trouble', { message })
  }

  /** Called a few times a second. */
  tick(
    nowMs: number,
    services: { readonly names: readonly string[]; readonly version: number },
  ): void {
    if (!this.#isReadyTold) return
    const spanMs = Math.max(1, Math.round(nowMs - this.#sinceMs))
    const counts = this.#counts
    const hasNews = counts.seen + counts.ledgers + counts.skipped > 0
    if (!hasNews && spanMs < this.#options.quietMs) return
    if (!this.#sink.isFree) return this.#miss(hasNews)
    const rows = this.#sample.toSorted((one, other) => one.number - other.number)
    this.#sink.send('batch', {
      ...counts,
      rows: rows.map(({ event }) => event.row()),
      spanMs,
      isSampled: counts.matching > rows.length,
      ...(services.version !== this.#servicesTold && { services: [...services.names] }),
    })
    this.#servicesTold = services.version
    this.#counts = noCounts()
    this.#startSample()
    this.#sinceMs = nowMs
  }

  /** The events of a batch that nobody took are gone, their counts go with the next one. */
  #miss(hasNews: boolean): void {
    if (!hasNews || this.#offered === 0) return
    this.#counts.missedBatches += 1
    this.#startSample()
  }

  #startSample(): void {
    this.#sample = []
    this.#offered = 0
  }
}

function noCounts(): Counts {
  return { seen: 0, matching: 0, levels: {}, ledgers: 0, skipped: 0, missedBatches: 0 }
}
