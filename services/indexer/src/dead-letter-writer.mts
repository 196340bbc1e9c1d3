// Dead letter: publishes parked records in small batches, and tries until the brokers have them.
import {
  backoffDelayMs,
  type BackoffOptions,
  type Clock,
  MillraceError,
  type Random,
} from '@millrace/foundation'
import type { DeadLetterFacts } from '@millrace/envelope'
import type { Producer } from '@millrace/kafka'
import { buildDeadLetter, type DeadLetterCause, describeDeadLetter } from './dead-letter.mts'
import type { TakenRecord } from './ownership.mts'

export interface DeadLetter {
  origin: TakenRecord
  eventId: string
  cause: DeadLetterCause
}

export interface DeadLetterHandlers {
  /** The dead letter is in the topic, on all in-sync replicas; `facts` is what its header says. */
  deadLettered(letter: DeadLetter, facts: DeadLetterFacts): void
  isStale(letter: DeadLetter): boolean
  /** The partition is not ours any more: its new owner will judge the record again. */
  givenUp(letter: DeadLetter): void
  /** After each try, once its letters were told. */
  published(): void
  failed(error: unknown): void
}

export interface DeadLetterOptions {
  topic: string
  /** Most letters of one publish request. */
  batchCount: number
  /** Values of one publish request; a larger single letter goes alone. */
  batchBytes: number
  backoff: BackoffOptions
}

export interface DeadLetterParts {
  producer: Pick<Producer, 'publish'>
  /** Makes sure that the dead-letter topic is there; asked before the first letter and after each failure. */
  ensureTopic: () => Promise<void>
  handlers: DeadLetterHandlers
  clock: Clock
  random: Random
}

export class DeadLetterWriter {
  readonly #parts: DeadLetterParts
  readonly #options: DeadLetterOptions
  readonly #abort = new AbortController()
  /** Bounded by the bytes in flight: each letter holds its record's share until it is written. */
  #queue: DeadLetter[] = []
  #isRunning = false
  #isTopicEnsured = false
  #batchCount: number

  constructor(parts: DeadLetterParts, options: DeadLetterOptions) {
    this.#parts = parts
    this.#options = options
    this.#batchCount = options.batchCount
  }

  get queued(): number {
    return this.#queue.length
  }

  /** The record stays unsettled until `deadLettered` is called for it. */
  add(letter: DeadLetter): void {
    this.#queue.push(letter)
    if (!this.#isRunning && !this.#abort.signal.aborted) void this.#run()
  }

  /** Gives up what is queued for partitions that are not ours any more. */
  discardStale(): void {
    this.#discard((letter) => this.#parts.handlers.isStale(letter))
  }

  /** Gives up what is not written yet. Safe to call twice. */
  close(): void {
    this.#abort.abort()
    this.#discard(() => true)
  }

  async #run(): Promise<void> {
    this.#isRunning = true
    const { handlers, clock, random } = this.#parts
    let attempt = 0
    while (this.#queue.length > 0) {
      const batch = this.#takeBatch()
      const deadLetteredAtMs = clock.now()
      const facts = batch.map(({ origin, eventId, cause }) =>
        describeDeadLetter(origin.record, { eventId, cause, deadLetteredAtMs }),
      )
      const failure = await this.#publish(batch, facts)
      if (failure === undefined) {
        attempt = 0
        this.#batchCount = this.#options.batchCount
        for (const [index, letter] of batch.entries()) handlers.deadLettered(letter, facts[index]!)
      } else {
        attempt += 1
        this.#isTopicEnsured = false
        this.#putBack(batch, failure.error)
        handlers.failed(failure.error)
        const waitMs = backoffDelayMs(attempt, this.#options.backoff, random)
        await clock.sleep(waitMs, this.#abort.signal)
        this.discardStale()
      }
      if (this.#abort.signal.aborted) this.#discard(() => true)
      handlers.published()
    }
    this.#isRunning = false
  }

  async #publish(
    batch: readonly DeadLetter[],
    facts: readonly DeadLetterFacts[],
  ): Promise<{ error: unknown } | undefined> {
    const { producer, ensureTopic } = this.#parts
    const records = batch.map(({ origin }, index) => buildDeadLetter(origin.record, facts[index]!))
    try {
      if (!this.#isTopicEnsured) await ensureTopic()
      this.#isTopicEnsured = true
      await producer.publish({ topic: this.#options.topic, records })
      return undefined
    } catch (error) {
      return { error }
    }
  }

  #takeBatch(): DeadLetter[] {
    const batch: DeadLetter[] = []
    let bytes = 0
    for (const letter of this.#queue) {
      bytes += letter.origin.record.value?.byteLength ?? 0
      if (batch.length >= this.#batchCount) break
      if (batch.length > 0 && bytes > this.#options.batchBytes) break
      batch.push(letter)
    }
    this.#queue = this.#queue.slice(batch.length)
    return batch
  }

  /** One letter that the topic does not take must not keep the others from it: it goes to the end. */
  #putBack(batch: DeadLetter[], error: unknown): void {
    const isTooLarge = error instanceof MillraceError && error.context['reason'] === 'too-large'
    if (isTooLarge && batch.length === 1) {
      this.#queue.push(...batch)
      return
    }
    if (isTooLarge) this.#batchCount = 1
    this.#queue = [...batch, ...this.#queue]
  }

  #discard(isUnwanted: (letter: DeadLetter) => boolean): void {
    const kept: DeadLetter[] = []
    for (const letter of this.#queue) {
      if (isUnwanted(letter)) this.#parts.handlers.givenUp(letter)
      else kept.push(letter)
    }
    this.#queue = kept
  }
}
