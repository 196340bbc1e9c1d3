// One thread, as the main thread sees it: started, listened to, asked every second whether it lives, ended.
import { Worker } from 'node:worker_threads'
import { type Clock, errorText, type Timer } from '@millrace/foundation'
import type { MetricsSnapshot } from '@millrace/service'
import type { Totals } from '../crew.mts'
import type { Condition } from '../readiness.mts'
import { Dialogue } from './dialogue.mts'
import {
  type Failure,
  mainAnswers,
  mainHears,
  type MemberConditions,
  threadAnswers,
  threadHears,
  type ThreadStart,
} from './words.mts'

/**
 * Beats are counted, not measured: where the whole process stood still (SIGSTOP, a laptop that slept), no beat was
 * sent, and none is missing.
 */
export interface Beat {
  /** Time between two questions whether a thread lives. Unit: ms. */
  intervalMs: number
  /** So many without an answer, and the thread is said to be silent. */
  silentBeats: number
  /** So many, and it is given up. */
  stalledBeats: number
}

export interface ThreadLinkParts {
  clock: Clock
  /** The module that the thread runs. */
  program: URL
  beat: Beat
  /** What the thread may ask for. */
  ensureDeadLetterTopic: () => Promise<void>
  /** The thread can't go on, or is gone. Called once. */
  onFailed: (sentence: string, stack?: string) => void
  /** The first words of a silence. */
  onSilent: (sentence: string) => void
}

/** How long `/metrics` waits for a thread before it shows its last known numbers. Unit: ms. */
const metricsTimeoutMs = 2_000
/** A thread that is in the middle of a call into the system ends only after it. Unit: ms. */
const terminateTimeoutMs = 2_000

/**
 * The young generation of a thread. What the pipeline makes of a record dies young, and a larger one only fills before
 * it is looked at: with Node's default, two threads took 210 MiB more at their peak, and no less processor time.
 */
const maxYoungGenerationSizeMb = 24

export class ThreadLink {
  readonly number: number
  readonly #parts: ThreadLinkParts
  readonly #worker: Worker
  readonly #dialogue: Dialogue
  readonly #exited = Promise.withResolvers<void>()
  #conditions: MemberConditions = { group: 'it has only just been started' }
  #metrics: MetricsSnapshot = []
  #totals: Totals | undefined
  #beatTimer: Timer | undefined
  #missedBeats = 0
  #failure: string | undefined
  #hasExited = false

  constructor(start: ThreadStart, parts: ThreadLinkParts) {
    this.number = start.thread
    this.#parts = parts
    this.#worker = new Worker(parts.program, {
      name: `indexer ${start.thread}`,
      workerData: start,
      resourceLimits: { maxYoungGenerationSizeMb },
    })
    this.#dialogue = new Dialogue(this.#worker, {
      clock: parts.clock,
      answers: { [mainAnswers.deadLetterTopic]: parts.ensureDeadLetterTopic },
      told: {
        [mainHears.failed]: ({ text, stack }: Failure) => this.#fail(`failed: ${text}`, stack),
        [mainHears.closed]: (totals: Totals | undefined) => (this.#totals = totals ?? nothing()),
      },
    })
    this.#worker.on('error', (error: unknown) => {
      this.#fail(`died: ${errorText(error)}`, error instanceof Error ? error.stack : undefined)
    })
    this.#worker.on('exit', (code) => this.#onExit(code))
    this.#armBeat()
  }

  /** What it did wrong; undefined as long as nothing. */
  get failure(): string | undefined {
    return this.#failure
  }

  /** Undefined while it answers. */
  get silence(): string | undefined {
    const { intervalMs, silentBeats } = this.#parts.beat
    if (this.#missedBeats <= silentBeats) return undefined
    return `${this.#name} has not answered for ${((this.#missedBeats - 1) * intervalMs) / 1_000} s`
  }

  reason(condition: Condition): string | undefined {
    const reason = this.#conditions[condition]
    return this.silence ?? (reason === undefined ? undefined : `${this.#name}: ${reason}`)
  }

  storeReached(): void {
    this.#dialogue.tell(threadHears.storeReached)
  }

  /** What it counts; what it counted last where it does not answer, so that no counter goes back. */
  async metrics(): Promise<MetricsSnapshot> {
    if (this.#hasExited) return this.#metrics
    try {
      const snapshot = await this.#dialogue.ask(threadAnswers.metrics, metricsTimeoutMs)
      this.#metrics = snapshot as MetricsSnapshot
    } catch {
      // Its silence shows at /healthz and in the log.
    }
    return this.#metrics
  }

  /** Drains and ends it; by force where it is silent or takes longer. Never rejects: see `failure`. */
  async close(deadlineMs: number): Promise<Totals> {
    this.#dialogue.tell(threadHears.close)
    const { clock } = this.#parts
    const ended = new AbortController()
    await Promise.race([this.#exited.promise, clock.sleep(deadlineMs, ended.signal)])
    ended.abort()
    if (!this.#hasExited) {
      this.#fail(`was not closed within ${deadlineMs / 1_000} s`)
      await this.#terminate()
    }
    this.#beatTimer?.cancel()
    return this.#totals ?? nothing()
  }

  get #name(): string {
    return `Thread ${this.number}`
  }

  #armBeat(): void {
    this.#beatTimer = this.#parts.clock.setTimer(
      this.#parts.beat.intervalMs,
      () => {
        if (this.#hasExited) return
        this.#armBeat()
        this.#beat()
      },
      { unref: true },
    )
  }

  #beat(): void {
    const { beat, onSilent } = this.#parts
    this.#missedBeats += 1
    if (this.#missedBeats === beat.silentBeats + 1) onSilent(this.silence!)
    if (this.#missedBeats > beat.stalledBeats) {
      const seconds = (beat.stalledBeats * beat.intervalMs) / 1_000
      this.#fail(`stalled: it has not answered for ${seconds} s`)
      void this.#terminate()
      return
    }
    void this.#look(beat.intervalMs * (beat.stalledBeats + 1))
  }

  /** A question that is on its way still is not asked again; its answer ends the silence. */
  async #look(timeoutMs: number): Promise<void> {
    try {
      const conditions = await this.#dialogue.ask(threadAnswers.conditions, timeoutMs)
      this.#conditions = conditions as MemberConditions
      this.#missedBeats = 0
    } catch {
      // The beats that are missing tell.
    }
  }

  async #terminate(): Promise<void> {
    const ended = new AbortController()
    const late = this.#parts.clock.sleep(terminateTimeoutMs, ended.signal)
    await Promise.race([this.#worker.terminate(), late])
    ended.abort()
  }

  #onExit(code: number): void {
    this.#hasExited = true
    this.#beatTimer?.cancel()
    // Whoever has closed has said so before.
    if (this.#totals === undefined) this.#fail(`ended by itself, with code ${code}`)
    this.#exited.resolve()
  }

  #fail(what: string, stack?: string): void {
    if (this.#failure !== undefined) return
    this.#failure = `${this.#name} ${what}`
    this.#parts.onFailed(this.#failure, stack)
  }
}

function nothing(): Totals {
  const events = { indexed: 0, duplicate: 0, dead_lettered: 0, skipped: 0, given_up: 0 }
  return { recordsTaken: 0, events }
}
