// Several threads of one process, each a member of the group: started, watched, shown as one, ended together.
import { type Clock, redactCredentials } from '@millrace/foundation'
import { type MetricsText, mergedMetricsText, type ServiceLogger } from '@millrace/service'
import { Books, fates } from '../books.mts'
import type { IndexerConfig } from '../config.mts'
import type { Crew, Totals } from '../crew.mts'
import { IndexerMetrics } from '../metrics.mts'
import type { Telling } from '../observe.mts'
import type { Condition, Readiness } from '../readiness.mts'
import type { TopicFacts } from '../topic-watch.mts'
import { type Beat, ThreadLink } from './thread-link.mts'

export interface ThreadCrewParts {
  log: ServiceLogger
  telling: Telling
  /** The main thread's. */
  readiness: Readiness
  clock: Clock
  ensureDeadLetterTopic: () => Promise<void>
  /** A thread can't go on or is gone; the process has to end. */
  onFatal: (error: Error) => void
  /** Default: the program of a thread of the indexer. */
  program?: URL
  beat?: Beat
}

const usualProgram = new URL('./thread.mts', import.meta.url)

/** Nothing here takes half a minute; after ten seconds the group has given the thread's partitions to others anyway. */
const usualBeat: Beat = { intervalMs: 1_000, silentBeats: 5, stalledBeats: 30 }

/** What a thread may need to close beyond the drain: the last commit, leaving the group. */
const closingMs = 20_000

export class ThreadCrew implements Crew {
  readonly metrics: MetricsText
  readonly #config: IndexerConfig
  readonly #parts: ThreadCrewParts
  #threads: readonly ThreadLink[] = []
  #ensuring: Promise<void> | undefined
  #isClosing = false

  constructor(config: IndexerConfig, parts: ThreadCrewParts) {
    this.#config = config
    this.#parts = parts
    // Every name is there before the first thread is, and what is of the whole process.
    const own = new IndexerMetrics(new Books(), () => undefined)
    this.metrics = {
      contentType: own.contentType,
      text: async () =>
        await mergedMetricsText(
          await Promise.all([own.snapshot(), ...this.#threads.map((each) => each.metrics())]),
        ),
    }
  }

  begin({ clusterId, partitions }: TopicFacts): Promise<void> {
    const { threads } = this.#config.indexer
    const config = shareOfThread(this.#config)
    const { telling, readiness } = this.#parts
    telling.note(`Starting ${threads} threads, each a member of the group`, { threads, partitions })
    if (threads > partitions) {
      telling.note(
        `${threads} threads share ${partitions} partitions: at least ${threads - partitions} will have nothing to do until there are more`,
        { threads, partitions },
      )
    }
    this.#threads = Array.from({ length: threads }, (_, index) =>
      this.#link(index + 1, { config, clusterId }),
    )
    // From here on it is theirs.
    readiness.met('group')
    return Promise.resolve()
  }

  reason(condition: Condition): string | undefined {
    return firstOf(this.#threads, (thread) => thread.reason(condition))
  }

  failure(): string | undefined {
    return firstOf(this.#threads, (thread) => thread.failure ?? thread.silence)
  }

  storeReached(): void {
    for (const thread of this.#threads) thread.storeReached()
  }

  /** @throws Error when a thread failed meanwhile, after the others have done what they could. */
  async close(): Promise<Totals> {
    const failureOf = (): string | undefined => firstOf(this.#threads, (thread) => thread.failure)
    const hadFailed = failureOf() !== undefined
    this.#isClosing = true
    const deadlineMs = this.#config.indexer.drainTimeoutMs + closingMs
    const totals = await Promise.all(this.#threads.map((thread) => thread.close(deadlineMs)))
    const failure = failureOf()
    if (failure !== undefined && !hadFailed) throw new Error(failure)
    return sumOf(totals)
  }

  #link(thread: number, start: { config: IndexerConfig; clusterId: string }): ThreadLink {
    const { clock, log, telling, program = usualProgram, beat = usualBeat, onFatal } = this.#parts
    return new ThreadLink(
      { thread, ...start },
      {
        clock,
        program,
        beat,
        ensureDeadLetterTopic: () => this.#ensureDeadLetterTopic(),
        onFailed: (sentence, stack) => {
          log.error({ thread, stack: stack && redactCredentials(stack) }, sentence)
          // The process is told once: what fails while it closes shows in how that ends.
          if (!this.#isClosing) onFatal(new Error(sentence))
        },
        onSilent: (sentence) => telling.trouble('warn', `thread ${thread}`, sentence, { thread }),
      },
    )
  }

  /** One at a time for all threads. */
  #ensureDeadLetterTopic(): Promise<void> {
    this.#ensuring ??= this.#parts.ensureDeadLetterTopic().finally(() => {
      this.#ensuring = undefined
    })
    return this.#ensuring
  }
}

/**
 * What may be in flight in the whole process stays what a person has said: each thread has an equal part of it. All
 * other bounds are a member's own, as if each thread were a process.
 */
function shareOfThread(config: IndexerConfig): IndexerConfig {
  const { indexer } = config
  const inFlightBytesMax = Math.floor(indexer.inFlightBytesMax / indexer.threads)
  return { ...config, indexer: { ...indexer, inFlightBytesMax } }
}

function firstOf<Value>(
  threads: readonly ThreadLink[],
  look: (thread: ThreadLink) => Value | undefined,
): Value | undefined {
  for (const thread of threads) {
    const value = look(thread)
    if (value !== undefined) return value
  }
  return undefined
}

function sumOf(all: readonly Totals[]): Totals {
  const sum = (pick: (totals: Totals) => number): number =>
    all.reduce((total, each) => total + pick(each), 0)
  const events = Object.fromEntries(
    fates.map((fate) => [fate, sum((totals) => totals.events[fate])]),
  )
  return {
    recordsTaken: sum(({ recordsTaken }) => recordsTaken),
    events: events as Totals['events'],
  }
}
