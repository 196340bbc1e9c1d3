// The live stream: server-sent events into a bounded list of rows, with a plain word about how the connection is.
import type { EventRow, Level, LiveBatch } from '../../../server/api.mts'
import { get, withQuery } from '../api/call.ts'
import { after, nowMs } from '../clock.ts'

export type LiveState = 'connecting' | 'live' | 'reconnecting' | 'trouble'

export interface LiveFilter {
  services: readonly string[]
  level: Level | undefined
  text: string
}

export interface Second {
  /** Epoch seconds. */
  second: number
  total: number
  levels: Partial<Record<Level | 'none', number>>
}

/** What the view draws; a new object after each batch. */
export interface LiveSnapshot {
  state: LiveState
  /** With `trouble`: what the server said. */
  message: string | undefined
  /** Oldest first; while paused, as they were. */
  rows: readonly EventRow[]
  isPaused: boolean
  /** Matching events that came since the pause, whether they are kept or not. */
  meanwhile: number
  seconds: readonly Second[]
  /** Over the last seconds: how many matching events stand behind one that is shown; 1 means all are shown. */
  shownOneOf: number
  skipped: number
  services: readonly string[]
}

/** Rows that are kept for scrolling back. */
export const rowsMax = 5000
const secondsMax = 90
const sampleWindowMs = 5000
const retryMs = 3000

/** One connection with one filter; a new filter needs a new stream. */
export class LiveStream {
  readonly #address: string
  readonly #tell: (snapshot: LiveSnapshot) => void
  #source: EventSource | undefined
  #callOff: () => void = () => {}
  #waiting: EventRow[] = []
  #samples: { at: number; matching: number; shown: number }[] = []
  #snapshot: LiveSnapshot

  constructor(
    filter: LiveFilter,
    services: readonly string[],
    tell: (snapshot: LiveSnapshot) => void,
  ) {
    const { level, text } = filter
    this.#address = withQuery('/api/live', { service: filter.services, level, text })
    this.#tell = tell
    this.#snapshot = { ...emptySnapshot, services }
    this.#connect()
  }

  setPaused(isPaused: boolean): void {
    if (isPaused === this.#snapshot.isPaused) return
    const rows = isPaused ? this.#snapshot.rows : joined(this.#snapshot.rows, this.#waiting)
    this.#waiting = []
    this.#change({ isPaused, rows, meanwhile: 0 })
  }

  close(): void {
    this.#callOff()
    this.#source?.close()
  }

  #connect(): void {
    const source = new EventSource(this.#address)
    this.#source = source
    source.addEventListener('ready', () => this.#change({ state: 'live', message: undefined }))
    source.addEventListener('batch', ({ data }: MessageEvent<string>) =>
      this.#take(JSON.parse(data) as LiveBatch),
    )
    source.addEventListener('trouble', ({ data }: MessageEvent<string>) => {
      const { message } = JSON.parse(data) as { message: string }
      this.#change({ state: 'trouble', message })
    })
    source.addEventListener('error', () => {
      this.#change({ state: 'reconnecting', message: undefined })
      // The browser tries again by itself unless the answer was no stream at all.
      if (source.readyState !== EventSource.CLOSED) return
      this.#callOff = after(retryMs, () => this.#connect())
      // Finds out whether a token is asked for; the shell shows that.
      void get('/api/console').catch(() => {})
    })
  }

  #take(batch: LiveBatch): void {
    const { isPaused, rows, meanwhile, skipped } = this.#snapshot
    this.#samples.push({ at: nowMs(), matching: batch.matching, shown: batch.rows.length })
    this.#samples = this.#samples.filter(({ at }) => at > nowMs() - sampleWindowMs)
    if (isPaused) this.#waiting = joined(this.#waiting, batch.rows)
    this.#change({
      state: 'live',
      message: undefined,
      rows: isPaused || batch.rows.length === 0 ? rows : joined(rows, batch.rows),
      meanwhile: isPaused ? meanwhile + batch.matching : 0,
      seconds: counted(this.#snapshot.seconds, batch),
      shownOneOf: oneOf(this.#samples),
      skipped: skipped + batch.skipped,
      services: batch.services ?? this.#snapshot.services,
    })
  }

  #change(changes: Partial<LiveSnapshot>): void {
    this.#snapshot = { ...this.#snapshot, ...changes }
    this.#tell(this.#snapshot)
  }
}

export const emptySnapshot: LiveSnapshot = {
  state: 'connecting',
  message: undefined,
  rows: [],
  isPaused: false,
  meanwhile: 0,
  seconds: [],
  shownOneOf: 1,
  skipped: 0,
  services: [],
}

function joined(old: readonly EventRow[], added: readonly EventRow[]): EventRow[] {
  return [...old, ...added].slice(-rowsMax)
}

function counted(seconds: readonly Second[], batch: LiveBatch): Second[] {
  const second = Math.floor(nowMs() / 1000)
  const last = seconds.at(-1)
  const isSame = last?.second === second
  const levels = isSame ? { ...last.levels } : {}
  for (const [level, count] of Object.entries(batch.levels) as [Level | 'none', number][]) {
    levels[level] = (levels[level] ?? 0) + count
  }
  const total = (isSame ? last.total : 0) + batch.matching
  return [...(isSame ? seconds.slice(0, -1) : seconds), { second, total, levels }].slice(
    -secondsMax,
  )
}

function oneOf(samples: readonly { matching: number; shown: number }[]): number {
  let matching = 0
  let shown = 0
  for (const sample of samples) {
    matching += sample.matching
    shown += sample.shown
  }
  return shown === 0 ? 1 : Math.max(1, matching / shown)
}
