// Kafka as the unit tests see it: every publish waits for the test's answer unless `answer` is set.
import { PublishError } from '@millrace/foundation'
import type { OutgoingRecord, Producer, PublishedBatch, PublishRequest } from '@millrace/kafka'

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
  tries = 0
  closed = 0
  closeNever = false

  connect(): Promise<boolean> {
    return Promise.resolve(true)
  }

  publish(request: PublishRequest): Promise<PublishedBatch> {
    this.tries++
    const lines = request.records.map(text)
    return new Promise((resolve, reject) => {
      const succeed = (): void => {
        this.#forget(pending)
        this.published.push(...request.records)
        this.batches.push(lines)
        resolve({ topic: request.topic, partition: 0, baseOffset: 0 })
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
