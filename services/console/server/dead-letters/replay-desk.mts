// Replays as jobs: one at a time, each with its progress, its bound and its end; ids keep what comes twice from being double.
import { randomUUID } from 'node:crypto'
import { type Letter, lettersStillOpen, lettersToReplay, replay } from '@millrace/dead-letters'
import { errorText } from '@millrace/foundation'
import type { Replay, ReplayRequest } from '../api.mts'
import { Problem } from '../http/problem.mts'
import type { LetterDesk } from './letter-desk.mts'

const keptMax = 20
const refusedMax = 20
/** Kafka may take nothing for so long. Unit: ms. */
const kafkaTimeoutMs = 60_000
/** The indexers have so long to judge what was replayed; what they have not judged then is left to them. Unit: ms. */
const verdictTimeoutMs = 60_000
const verdictIntervalMs = 1_000
const restFactor = 3

interface Job {
  replay: Replay
  readonly abort: AbortController
  readonly listeners: Set<(replay: Replay) => void>
  ended: Promise<void>
}

export class ReplayDesk {
  readonly #letters: LetterDesk
  readonly #jobs: Job[] = []

  constructor(letters: LetterDesk) {
    this.#letters = letters
  }

  /** Newest first. */
  all(): Replay[] {
    return this.#jobs.map(({ replay: each }) => each).toReversed()
  }

  /** @throws Problem `not-found` */
  one(id: string): Replay {
    return this.#job(id).replay
  }

  /** @throws Problem `conflict` while another one runs */
  start(request: ReplayRequest): Replay {
    const running = this.#jobs.find((job) => !isEnded(job.replay))
    if (running !== undefined) {
      throw new Problem('conflict', 'Another replay runs; wait for its end, or stop it')
    }
    const job: Job = {
      replay: {
        id: randomUUID(),
        what: whatOf(request),
        ...(request.format !== undefined && { format: request.format }),
        state: 'reading',
        startedAt: this.#letters.reading.clock.now(),
        replayed: 0,
        indexed: 0,
        deadLetteredAgain: 0,
        alreadyIndexed: 0,
        leftOut: 0,
        refused: [],
      },
      abort: new AbortController(),
      listeners: new Set(),
      ended: Promise.resolve(),
    }
    this.#jobs.push(job)
    if (this.#jobs.length > keptMax) this.#jobs.shift()
    job.ended = this.#run(job, request).catch((error: unknown) => {
      const state = job.abort.signal.aborted ? 'stopped' : 'failed'
      this.#end(job, state === 'failed' ? { state, message: errorText(error) } : { state })
    })
    return job.replay
  }

  /** What was replayed before stays so. @throws Problem `not-found` */
  stop(id: string): Replay {
    const job = this.#job(id)
    job.abort.abort()
    return job.replay
  }

  /** Told at once how it stands, then of each change. @returns ends the watching */
  watch(id: string, listener: (replay: Replay) => void): () => void {
    const job = this.#job(id)
    job.listeners.add(listener)
    listener(job.replay)
    return () => job.listeners.delete(listener)
  }

  async close(): Promise<void> {
    for (const { abort } of this.#jobs) abort.abort()
    await Promise.all(this.#jobs.map(({ ended }) => ended))
  }

  async #run(job: Job, request: ReplayRequest): Promise<void> {
    const stand = await this.#letters.read({ isFresh: true })
    const named = stand.letters.filter((letter) => isMeant(letter, request))
    if (stand.place === undefined || named.length === 0) {
      return this.#end(job, { state: 'failed', message: 'There is no such dead letter any more' })
    }
    const all = lettersToReplay(named)
    const open = lettersToReplay(lettersStillOpen(named, stand.indexed ?? new Set()))
    // The oldest first: what came after the person looked is what is left.
    const chosen = open.toSorted((one, other) => one.at - other.at).slice(0, request.lettersMax)
    this.#change(job, {
      state: 'replaying',
      total: chosen.length,
      alreadyIndexed: all.length - open.length,
      leftOut: open.length - chosen.length,
    })
    const signal = AbortSignal.any([job.abort.signal, this.#letters.reading.signal])
    const { format } = request
    const report =
      chosen.length === 0
        ? { replayed: 0, failed: [] }
        : await replay(
            stand.place,
            chosen,
            { ...this.#letters.reading, signal },
            {
              timeoutMs: kafkaTimeoutMs,
              onReplayed: (replayed) => this.#change(job, { replayed }),
              ...(format !== undefined && { format }),
            },
          )
    this.#letters.forget()
    const refused = report.failed.slice(0, refusedMax)
    this.#change(job, { state: 'waiting', replayed: report.replayed, refused })
    const refusedIds = new Set(report.failed.map(({ id }) => id))
    const sent = chosen.filter(({ eventId }) => !refusedIds.has(eventId))
    await this.#untilJudged(job, sent, signal)
  }

  /** The indexers judge: a document now, or a dead letter again with one attempt more. */
  async #untilJudged(job: Job, sent: readonly Letter[], signal: AbortSignal): Promise<void> {
    const { clock } = this.#letters.reading
    const endAtMs = clock.monotonicMs() + verdictTimeoutMs
    for (;;) {
      const lookedAtMs = clock.monotonicMs()
      const stand = await this.#letters.read({ isFresh: true })
      const attempts = new Map(stand.letters.map((letter) => [letter.eventId, letter.attempts]))
      const indexed = await this.#letters.indexedOf(sent)
      const again = sent.filter(
        ({ eventId, attempts: before }) =>
          !indexed.has(eventId) && (attempts.get(eventId) ?? 0) > before,
      )
      this.#change(job, { indexed: indexed.size, deadLetteredAgain: again.length })
      const isJudged = indexed.size + again.length >= sent.length
      if (isJudged) return this.#end(job, { state: 'done' })
      if (signal.aborted) return this.#end(job, { state: 'stopped' })
      if (clock.monotonicMs() >= endAtMs) {
        const left = sent.length - indexed.size - again.length
        const message = `${left} are in the topic again and not judged yet; the indexers go on with them`
        return this.#end(job, { state: 'done', message })
      }
      // Many letters take long to look for: then it is done less often.
      const tookMs = clock.monotonicMs() - lookedAtMs
      await clock.sleep(Math.max(verdictIntervalMs, restFactor * tookMs), signal)
    }
  }

  #job(id: string): Job {
    const job = this.#jobs.find(({ replay: { id: own } }) => own === id)
    if (job === undefined) throw new Problem('not-found', 'There is no such replay')
    return job
  }

  #change(job: Job, change: Partial<Replay>): void {
    job.replay = { ...job.replay, ...change }
    for (const listener of job.listeners) listener(job.replay)
  }

  #end(job: Job, change: Pick<Replay, 'state'> & Partial<Replay>): void {
    this.#letters.forget()
    this.#change(job, { ...change, endedAt: this.#letters.reading.clock.now() })
    job.listeners.clear()
  }
}

export function isEnded({ state }: Replay): boolean {
  return state === 'done' || state === 'failed' || state === 'stopped'
}

function whatOf({ id, group }: ReplayRequest): Replay['what'] {
  if (id !== undefined) return { id }
  return group === undefined ? { all: true } : { group }
}

function isMeant({ eventId, recordId, group }: Letter, request: ReplayRequest): boolean {
  if (request.id !== undefined) return eventId === request.id || recordId === request.id
  return request.group === undefined || group === request.group
}
