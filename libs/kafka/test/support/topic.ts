// A topic and a group of each test's own.
import { randomBytes } from 'node:crypto'
import { PublishError } from '@millrace/foundation'
import { createAdministration, createProducer, kafkaSettings } from '../../src/index.ts'
import { until } from '../../../../test/e2e/support/until.ts'

export interface Bench {
  topic: string
  group: string
  administration: ReturnType<typeof createAdministration>
  producer: ReturnType<typeof createProducer>
  /** Publishes values in batches of `batchSize`, several batches at a time. */
  publish(values: readonly string[], options?: { batchSize?: number; from?: number }): Promise<void>
  close(): Promise<void>
}

export async function setBench(brokers: readonly string[], partitions: number): Promise<Bench> {
  const settings = kafkaSettings.parse({ brokers, requestTimeoutMs: 10_000 })
  const administration = createAdministration(settings)
  const producer = createProducer(settings)
  const name = randomBytes(6).toString('hex')
  const topic = `kafka-test-${name}`
  await administration.createTopic({ topic, partitions })
  // A leader that does not know yet that it leads would refuse, and its turn go to the next partition.
  await administration.topicOffsets(topic)
  return {
    topic,
    group: `group-${name}`,
    administration,
    producer,
    async publish(values, { batchSize = 500 } = {}) {
      for (let start = 0; start < values.length; start += batchSize) {
        const records = values
          .slice(start, start + batchSize)
          .map((value) => ({ key: null, value }))
        await untilTaken(() => producer.publish({ topic, records, compression: 'gzip' }))
      }
    },
    async close() {
      await administration.deleteTopics([topic])
      await Promise.all([administration.close(), producer.close()])
    },
  }
}

/** A broker may not know yet that it leads a partition of a fresh topic; it then takes nothing of the batch. */
async function untilTaken(publish: () => Promise<unknown>): Promise<void> {
  await until('a batch is taken', async () => {
    try {
      await publish()
      return true
    } catch (error) {
      const isRefused = error instanceof PublishError && error.code === 'MILLRACE_PUBLISH_REJECTED'
      if (isRefused && error.retryable) return false
      throw error
    }
  })
}

export function numbered(count: number, prefix = 'line'): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix} ${index}`)
}
