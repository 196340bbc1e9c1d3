// Kafka as the unit tests see it: every publish waits for the test's answer unless `answer` is set.
import {
  decodeLedger,
  decodeSourceFacts,
  headerName,
  type Ledger,
  ledgerKind,
} from '@millrace/envelope'
import { PublishError } from '@millrace/foundation'
import type {
  OutgoingRecord,
  PackedPublishRequest,
  PackedRecords,
  Producer,
  PublishedBatch,
  PublishRequest,
} from '@millrace/kafka'

export interface PendingPublish {
  request: PublishRequest
  lines: string[]
  succeed(): void
  fail(error: Error): void
}

export type Answer = 'wait' | 'succeed' | ((request: PublishRequest) => Error | undefined)

export class FakeProducer implements Producer {
  /** `wait`, `succeed`, or a function that returns an error or undefined for success. */
  answer: Answer = 'wait'
  readonly pending: PendingPublish[] = []
  /** Records of acknowledged batches, in order. */
  readonly published: OutgoingRecord[] = []
  readonly batches: string[][] = []
  /** Acknowledged ledgers, in order; they are answered at once, with success unless `answer` is a function. */
  readonly ledgers: Ledger[] = []
  /** What it says that each batch took on the wire. Unit: bytes. */
  batchBytes = Number.POSITIVE_INFINITY
  tries = 0
  closed = 0
  closeNever = false

  connect(): Promise<boolean> {
    return Promise.resolve(true)
  }

  publish(request: PublishRequest): Promise<PublishedBatch> {
    return request.records.every(isLedger) ? this.#takeLedger(request) : this.#takeLines(request)
  }

  publishPacked(request: PackedPublishRequest): Promise<PublishedBatch> {
    return this.#takeLines({ ...request, records: unpacked(request.records) })
  }

  async #takeLedger(request: PublishRequest): Promise<PublishedBatch> {
    const error = typeof this.answer === 'function' ? this.answer(request) : undefined
    if (error !== undefined) throw error
    this.#keepLedgers(request)
    return this.#published(request)
  }

  #keepLedgers({ records }: PublishRequest): void {
    for (const record of records.filter(isLedger)) {
      this.ledgers.push(decodeLedger(record.value as Uint8Array)!)
    }
  }

  #published({ topic }: PublishRequest): PublishedBatch {
    return { topic, partition: 0, baseOffset: 0, batchBytes: this.batchBytes }
  }

  #takeLines(request: PublishRequest): Promise<PublishedBatch> {
    this.tries++
    const lines = request.records.filter((record) => !isLedger(record)).map(text)
    return new Promise((resolve, reject) => {
      const succeed = (): void => {
        this.#forget(pending)
        this.published.push(...request.records.filter((record) => !isLedger(record)))
        this.#keepLedgers(request)
        this.batches.push(lines)
        resolve(this.#published(request))
      }
      const fail = (error: Error): void => {
        this.#forget(pending)
        reject(error)
      }
      const pending = { request, lines, succeed, fail }
      this.pending.push(pending)
      if (this.answer === 'wait') return
      if (this.answer === 'succeed') return succeed()
      const error = this.answer(request)
      if (error === undefined) succeed()
      else fail(error)
    })
  }

  close(): Promise<void> {
    this.closed++
    return this.closeNever ? new Promise(() => {}) : Promise.resolve()
  }

  get lines(): string[] {
    return this.published.map(text)
  }

  #forget(pending: PendingPublish): void {
    const index = this.pending.indexOf(pending)
    if (index !== -1) this.pending.splice(index, 1)
  }
}

function unpacked(packed: PackedRecords): OutgoingRecord[] {
  return Array.from({ length: packed.length }, (_, index) => {
    const key = Buffer.alloc(packed.keyBytes)
    packed.writeKey(index, key, 0)
    return {
      key: key.toString(),
      value: packed.chunks[index]!.subarray(packed.starts[index], packed.ends[index]),
      headers: packed.headers,
      timestampMs: packed.timestampsMs[index]!,
    }
  })
}

function isLedger({ headers }: OutgoingRecord): boolean {
  const header = headers?.[headerName]
  return header instanceof Uint8Array && decodeSourceFacts(header)?.kind === ledgerKind
}

export function text(record: OutgoingRecord): string {
  return Buffer.from(record.value as Uint8Array).toString()
}

export const unreachable = (): PublishError =>
  new PublishError('MILLRACE_PUBLISH_UNREACHABLE', 'connect ECONNREFUSED 127.0.0.1:9092', {
    retryable: true,
    context: { reason: 'unreachable' },
  })

export const tooLarge = (): PublishError =>
  new PublishError('MILLRACE_PUBLISH_REJECTED', 'MESSAGE_TOO_LARGE', {
    context: { reason: 'too-large' },
  })

export const invalidRecord = (): PublishError =>
  new PublishError('MILLRACE_PUBLISH_REJECTED', 'INVALID_RECORD', {
    context: { reason: 'invalid-record' },
  })

export const unauthorized = (): PublishError =>
  new PublishError('MILLRACE_PUBLISH_REJECTED', 'TOPIC_AUTHORIZATION_FAILED', {
    context: { reason: 'authorization' },
  })

export const noTopic = (): PublishError =>
  new PublishError('MILLRACE_PUBLISH_REJECTED', 'UNKNOWN_TOPIC_OR_PARTITION', {
    retryable: true,
    context: { reason: 'unknown-topic' },
  })
