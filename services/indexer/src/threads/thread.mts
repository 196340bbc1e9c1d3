// One thread of the indexer: a member of the group that shares nothing with the others, led by the main thread.
import { parentPort, workerData } from 'node:worker_threads'
import { createElasticStore } from '@millrace/elastic'
import { loadFormats } from '@millrace/formats'
import { errorText, systemClock, systemRandom } from '@millrace/foundation'
import { createServiceLogger, RepeatedErrors } from '@millrace/service'
import { Member } from '../member.mts'
import { Telling } from '../observe.mts'
import { Readiness } from '../readiness.mts'
import { Dialogue, type Port } from './dialogue.mts'
import {
  type Failure,
  mainAnswers,
  mainHears,
  type MemberConditions,
  threadAnswers,
  threadHears,
  type ThreadStart,
} from './words.mts'

/** Longer than the main thread's own tries. Unit: ms. */
const deadLetterTopicTimeoutMs = 60_000

class Thread {
  readonly #start: ThreadStart
  readonly #dialogue: Dialogue
  readonly #repeated = new RepeatedErrors(systemClock)
  readonly #telling: Telling
  readonly #readiness = new Readiness()
  readonly #store: ReturnType<typeof createElasticStore>
  #member: Member | undefined
  #closing: Promise<void> | undefined

  constructor(port: Port, start: ThreadStart) {
    this.#start = start
    const { config, thread } = start
    const log = createServiceLogger({ name: 'millrace-indexer', level: config.log.level })
    this.#telling = new Telling(log.child({ thread }), this.#repeated)
    this.#store = createElasticStore(config.elasticsearch, { clock: systemClock })
    // The main thread has found it well just now.
    this.#readiness.met('elasticsearch')
    this.#dialogue = new Dialogue(port, {
      clock: systemClock,
      answers: {
        [threadAnswers.conditions]: () => this.#conditions(),
        [threadAnswers.metrics]: () => this.#member?.metrics.snapshot() ?? [],
      },
      told: {
        [threadHears.storeReached]: () => this.#readiness.met('elasticsearch'),
        [threadHears.close]: () => void (this.#closing ??= this.#close()),
      },
    })
  }

  async begin(): Promise<void> {
    const { config, thread, clusterId } = this.#start
    const formats = await loadFormats(config.formats.modules, process.cwd())
    if (this.#closing !== undefined) return
    this.#member = new Member(config, {
      telling: this.#telling,
      clock: systemClock,
      random: systemRandom,
      formats,
      store: this.#store,
      readiness: this.#readiness,
      ensureDeadLetterTopic: async () => {
        await this.#dialogue.ask(mainAnswers.deadLetterTopic, deadLetterTopicTimeoutMs)
      },
      onFatal: (error) => this.failed(error),
      thread,
    })
    await this.#member.begin({ clusterId })
  }

  /** Goes on as it can, as a process does that is about to end in order: the main thread says what happens. */
  failed(error: unknown): void {
    const stack = error instanceof Error ? error.stack : undefined
    const failure: Failure = { text: errorText(error), stack }
    this.#dialogue.tell(mainHears.failed, failure)
  }

  #conditions(): MemberConditions {
    const names = ['elasticsearch', 'group'] as const
    const unmet = names.flatMap((name) => {
      const reason = this.#readiness.reason(name)
      return reason === undefined ? [] : [[name, reason] as const]
    })
    return Object.fromEntries(unmet)
  }

  async #close(): Promise<void> {
    try {
      const totals = await this.#member?.close()
      await this.#store.close()
      this.#repeated.close()
      this.#dialogue.tell(mainHears.closed, totals)
    } catch (error) {
      this.failed(error)
    }
    process.exit()
  }
}

const thread = new Thread(parentPort!, workerData as ThreadStart)
process.on('uncaughtException', (error) => thread.failed(error))
thread.begin().catch((error: unknown) => thread.failed(error))
