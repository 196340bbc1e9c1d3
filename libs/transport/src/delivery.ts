// Last step, publish: a batch is tried until Kafka has it, for as long as the transport lives.
import {
  type BackoffOptions,
  backoffDelayMs,
  type Clock,
  errorText,
  PublishError,
  type Random,
  type Timer,
} from '@millrace/foundation'
import type {
  Compression,
  OutgoingRecord,
  PackedRecords,
  Producer,
  PublishedBatch,
} from '@millrace/kafka'
import type { Batch } from './batch.ts'
import type { BatchSize } from './batch-size.ts'
import type { Counters } from './counters.ts'
import { cutLine } from './line-cut.ts'
import { Lines } from './lines.ts'
import type { Notes } from './notes.ts'

export interface DeliveryOptions {
  createProducer: () => Producer
  toRecords: (lines: Lines, isResent: boolean) => readonly OutgoingRecord[] | PackedRecords
  topic: string
  compression: Compression
  backoff: BackoffOptions
  /** Longest that one try may take before its producer is given up and replaced. Unit: ms. */
  publishTimeoutMs: number
  /** Below this a line is not cut any more but given up. Unit: bytes. */
  lineCutMinBytes: number
  /** Is told what became of batches. */
  batchSize: BatchSize
  counters: Counters
  notes: Notes
  clock: Clock
  random: Random
  /** Kafka stands still when it has taken nothing for so long although it was asked. Unit: ms. */
  awayAfterMs: number
}

/** What came of one try: one of the two. */
interface Tried {
  published?: PublishedBatch
  error?: unknown
}

/** Failed tries before a person is told: brokers restart and leaders move all the time. */
const quietTries = 2
const troubleKind = 'publish'

export class Delivery {
  readonly #options: DeliveryOptions
  readonly #stopped = new AbortController()
  #woken = new AbortController()
  #producer: Producer | undefined
  #lastFailure: unknown
  /** Batches that are being delivered. */
  #active = 0
  /** When the newest success was, or the first batch after a rest began. */
  #silentSince = 0

  constructor(options: DeliveryOptions) {
    this.#options = options
  }

  /** Why lines still wait: the failure of the last try, while none has succeeded since. */
  get obstacle(): string {
    return this.#lastFailure === undefined
      ? 'Kafka had not answered yet'
      : `the last try failed: ${errorText(this.#lastFailure)}`
  }

  /** Whether Kafka has taken nothing for a while although it was asked. */
  get isAway(): boolean {
    return this.#active > 0 && this.silentMs >= this.#options.awayAfterMs
  }

  /** Whether the last try failed and none has succeeded since. */
  get isFailing(): boolean {
    return this.#lastFailure !== undefined
  }

  /** Time since Kafka took something, or since it was asked after a rest. */
  get silentMs(): number {
    return this.#options.clock.monotonicMs() - this.#silentSince
  }

  /**
   * Resolves when each line is published or given up, or when `stop` was called; what is left then stays in the
   * batch. Never rejects. A part that is too large for the topic is halved, a single line that is too large is
   * cut: log2 of the batch is the bound of both.
   */
  async deliver(batch: Batch): Promise<void> {
    if (this.#active++ === 0) this.#silentSince = this.#options.clock.monotonicMs()
    try {
      await this.#deliver(batch)
    } finally {
      this.#active--
    }
  }

  async #deliver(batch: Batch): Promise<void> {
    const { clock, random, backoff, batchSize, counters } = this.#options
    const { parts } = batch
    let failures = 0
    for (let part = parts.at(-1); part !== undefined; part = parts.at(-1)) {
      const { published, error } = await this.#tryPart(part, batch.isUncertain)
      if (this.#stopped.signal.aborted) return
      if (published !== undefined) {
        batchSize.became(part, published.batchBytes)
        parts.pop()
        failures = 0
        this.#succeeded()
        batch.owner.published(part, batch)
      } else if (isAboutRecords(error)) {
        if (isTooLarge(error)) batchSize.refused(part)
        parts.pop()
        parts.push(...this.#smaller(part, error, batch).toReversed())
      } else {
        batch.isUncertain ||= isUnanswered(error)
        counters.retries++
        failures++
        this.#lastFailure = error
        this.#tell(error, failures)
        await this.#pause(backoffDelayMs(failures, backoff, random), clock)
        if (this.#stopped.signal.aborted) return
      }
    }
  }

  /** One try of records that are no lines of this instance. Resolves with true when Kafka has them. Never rejects. */
  async publishOnce(records: readonly OutgoingRecord[]): Promise<boolean> {
    const { published } = await this.#tryRecords(records)
    if (published !== undefined) this.#succeeded()
    return published !== undefined
  }

  /** Batches that wait for their next try make it now: somebody waits for a flush. */
  wake(): void {
    this.#woken.abort()
    this.#woken = new AbortController()
  }

  /** No further try; lines in flight stay unsettled. */
  stop(): void {
    this.#stopped.abort()
    this.#woken.abort()
  }

  /** Resolves when the connections are closed, at the latest after `timeoutMs`. Never rejects. */
  async close(timeoutMs: number): Promise<void> {
    this.stop()
    const producer = this.#producer
    this.#producer = undefined
    if (producer === undefined) return
    await this.within(timeoutMs, producer.close(), undefined).catch(() => undefined)
  }

  #tryPart(part: Lines, isResent: boolean): Promise<Tried> {
    return this.#tryRecords(this.#options.toRecords(part, isResent))
  }

  /** Never rejects. */
  async #tryRecords(records: readonly OutgoingRecord[] | PackedRecords): Promise<Tried> {
    const { topic, compression, publishTimeoutMs } = this.#options
    try {
      const producer = (this.#producer ??= this.#options.createProducer())
      const published =
        'writeKey' in records
          ? producer.publishPacked({ topic, records, compression })
          : producer.publish({ topic, records, compression })
      const answer = await this.within(publishTimeoutMs, published, undefined, { unref: true })
      if (answer === undefined) {
        this.#replace(producer)
        const why = `no answer in ${publishTimeoutMs} ms`
        const error = new PublishError('MILLRACE_PUBLISH_UNREACHABLE', why, { retryable: true })
        return { error }
      }
      return { published: answer }
    } catch (error) {
      return { error: error ?? new Error('publish failed without a reason') }
    }
  }

  #succeeded(): void {
    this.#silentSince = this.#options.clock.monotonicMs()
    this.#lastFailure = undefined
    this.#options.notes.over(troubleKind, 'Kafka takes lines again')
  }

  /** A client that neither succeeds nor fails is stuck; the lines' ids make a late success harmless. */
  #replace(producer: Producer): void {
    if (this.#producer !== producer) return
    this.#producer = undefined
    producer.close().catch(() => undefined)
  }

  #smaller(part: Lines, error: PublishError, batch: Batch): Lines[] {
    if (part.length > 1) {
      const middle = part.length >> 1
      return [part.slice(0, middle), part.slice(middle, part.length)]
    }
    const line = part.at(0)
    const { lineCutMinBytes } = this.#options
    const canCut = isTooLarge(error) && line.value.length > lineCutMinBytes
    if (!canCut) {
      batch.owner.refused(isTooLarge(error) ? 'too-large' : 'rejected', part, batch)
      return []
    }
    const value = cutLine(line.value, Math.max(lineCutMinBytes, line.value.length >> 1))
    if (line.originalBytes === undefined) batch.owner.truncated()
    return [Lines.of([{ ...line, value, originalBytes: line.originalBytes ?? line.value.length }])]
  }

  #tell(error: unknown, failures: number): void {
    const needsPerson = error instanceof PublishError && !error.retryable
    if (failures <= quietTries && !needsPerson) return
    const { notes, counters } = this.#options
    const { waiting, spooled } = counters
    const onDisk = spooled > 0 ? ` and ${spooled} on disk` : ''
    notes.trouble(
      troubleKind,
      `${errorText(error)}; ${waiting} lines in memory${onDisk} wait and are tried again`,
    )
  }

  #pause(delayMs: number, clock: Clock): Promise<void> {
    return new Promise((resolve) => {
      const { signal } = this.#woken
      if (signal.aborted) return resolve()
      const timer = clock.setTimer(delayMs, finish, { unref: true })
      signal.addEventListener('abort', finish, { once: true })
      function finish(): void {
        timer.cancel()
        signal.removeEventListener('abort', finish)
        resolve()
      }
    })
  }

  /** The promise's value, or `late` at the deadline. */
  async within<Value, Late>(
    timeoutMs: number,
    promise: Promise<Value>,
    late: Late,
    options: { unref?: boolean } = {},
  ): Promise<Value | Late> {
    let timer: Timer | undefined
    const deadline = new Promise<Late>((resolve) => {
      timer = this.#options.clock.setTimer(timeoutMs, () => resolve(late), options)
    })
    try {
      return await Promise.race([promise, deadline])
    } finally {
      timer?.cancel()
    }
  }
}

/** The broker will never take this part as it is: waiting does not help, smaller parts do. */
function isAboutRecords(error: unknown): error is PublishError {
  return isTooLarge(error) || reasonOf(error) === 'invalid-record'
}

/** Refusals that are certain to come before anything is written. After any other failure the batch may be there. */
const refusals: ReadonlySet<unknown> = new Set([
  'authentication',
  'authorization',
  'invalid-request',
  'invalid-topic',
  'no-leader',
  'tls',
  'unknown-topic',
  'unsupported',
])

function isUnanswered(error: unknown): boolean {
  if (!(error instanceof PublishError)) return true
  if (error.context['type'] === 'NOT_ENOUGH_REPLICAS') return false
  return !refusals.has(error.context['reason'])
}

function isTooLarge(error: unknown): boolean {
  return reasonOf(error) === 'too-large'
}

function reasonOf(error: unknown): unknown {
  const isRejected = error instanceof PublishError && !error.retryable
  return isRejected ? error.context['reason'] : undefined
}
