// Sends what lies in a spool: each instance's lines to the brokers and the topic that its segments name, and then its last ledger.
import { mintInstanceId } from '@millrace/envelope'
import { backoffDelayMs, errorText, PublishError } from '@millrace/foundation'
import { createProducer, type OutgoingRecord, type Producer } from '@millrace/kafka'
import {
  drainSpool,
  type DrainOutcome,
  type DrainProgress,
  type InstanceRecovery,
  recoveryLedger,
  resentRecords,
  type SpoolHead,
  type StoredRecord,
} from '@millrace/spool'
import type { CommandContext, GlobalOptions } from '../context.ts'
import { kafkaPlace } from '../settings.ts'

export interface SendOptions extends GlobalOptions {
  /** Longest that one batch is tried. Unit: ms. */
  timeoutMs: number
  onProgress: (progress: DrainProgress) => void
}

export interface SendReport extends DrainOutcome {
  /** Why something was not sent, each once. */
  problems: readonly string[]
}

const backoff = { initialMs: 200, maxMs: 2000 }

export async function sendSpool(
  context: CommandContext,
  directory: string,
  options: SendOptions,
): Promise<SendReport> {
  const sender = new SpoolSender(context, options)
  try {
    const outcome = await drainSpool({
      directory,
      matches: () => true,
      publish: (head, records) => sender.publish(head, records),
      finish: (recovery) => sender.finish(recovery),
      clock: context.clock,
      signal: context.signal,
      onProgress: options.onProgress,
    })
    return { ...outcome, problems: sender.problems }
  } finally {
    await sender.close()
  }
}

class SpoolSender {
  readonly #context: CommandContext
  readonly #options: SendOptions
  readonly #producers = new Map<string, Producer>()
  readonly #problems = new Set<string>()
  readonly #instance: string
  #ledgers = 0

  constructor(context: CommandContext, options: SendOptions) {
    this.#context = context
    this.#options = options
    this.#instance = mintInstanceId(context.clock, context.random)
  }

  get problems(): string[] {
    return [...this.#problems]
  }

  publish(head: SpoolHead, records: readonly StoredRecord[]): Promise<boolean> {
    return this.#send(head, records.map(resentRecords(head)))
  }

  async finish(recovery: InstanceRecovery): Promise<boolean> {
    const head = recovery.head ?? this.#chosenPlace()
    if (head === undefined) {
      this.#problems.add(
        `no segment of ${recovery.instance} has a readable head; --brokers says where it is to be told that its lines are damaged`,
      )
      return false
    }
    const ledger = recoveryLedger(recovery, {
      writer: this.#instance,
      number: ++this.#ledgers,
      at: this.#context.clock.now(),
      durability: 'overflow',
    })
    return this.#send(head, [ledger])
  }

  async close(): Promise<void> {
    await Promise.all([...this.#producers.values()].map((producer) => producer.close()))
  }

  /** Where a person has said that lines are to go. */
  #chosenPlace(): Pick<SpoolHead, 'topic' | 'brokers'> | undefined {
    if (this.#options.brokers === undefined) return undefined
    const { topic, connection } = kafkaPlace(this.#context, this.#options)
    return { topic, brokers: connection.brokers }
  }

  /** A batch that is too large is halved. A record that is refused alone stays, and all that follow it. */
  async #send(
    place: Pick<SpoolHead, 'topic' | 'brokers'>,
    records: readonly OutgoingRecord[],
  ): Promise<boolean> {
    const error = await this.#try(place, records)
    if (error === undefined) return true
    const middle = records.length >> 1
    if (isAboutRecords(error) && middle > 0) {
      const isFirstSent = await this.#send(place, records.slice(0, middle))
      return isFirstSent && this.#send(place, records.slice(middle))
    }
    if (this.#context.signal.aborted) return false
    const which = isAboutRecords(error) ? `record ${String(records[0]?.key)}: ` : ''
    this.#problems.add(`${which}${errorText(error)}`)
    return false
  }

  /** The last failure; undefined when Kafka has the records. */
  async #try(
    { topic, brokers }: Pick<SpoolHead, 'topic' | 'brokers'>,
    records: readonly OutgoingRecord[],
  ): Promise<unknown> {
    const { clock, random, signal } = this.#context
    const endAtMs = clock.monotonicMs() + this.#options.timeoutMs
    for (let attempt = 1; ; attempt++) {
      try {
        const producer = this.#producerFor(brokers)
        const published = producer.publish({ topic, records, compression: 'gzip' })
        await Promise.race([published, aborted(signal)])
        return undefined
      } catch (error) {
        const waitMs = backoffDelayMs(attempt, backoff, random)
        const mayRetry = error instanceof PublishError && error.retryable && !signal.aborted
        if (!mayRetry || clock.monotonicMs() + waitMs > endAtMs) return error
        await clock.sleep(waitMs, signal)
      }
    }
  }

  /** Connections have the TLS and SASL settings of this command, whatever the brokers. */
  #producerFor(brokers: readonly string[]): Producer {
    const list = this.#options.brokers ?? brokers.join(',')
    let producer = this.#producers.get(list)
    if (producer === undefined) {
      const { connection } = kafkaPlace(this.#context, { ...this.#options, brokers: list })
      producer = createProducer(connection)
      this.#producers.set(list, producer)
    }
    return producer
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const stop = (): void => reject(new Error('interrupted'))
    if (signal.aborted) return stop()
    signal.addEventListener('abort', stop, { once: true })
  })
}

/** Kafka will never take these records as they are. */
function isAboutRecords(error: unknown): boolean {
  if (!(error instanceof PublishError) || error.retryable) return false
  return ['too-large', 'invalid-record'].includes(String(error.context['reason']))
}
