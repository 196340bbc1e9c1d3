// Kafka's half of the comparison: a real broker of its own, through the product's own client package.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  createAdministration,
  createConsumerGroup,
  createProducer,
  kafkaSettings,
  type KafkaSettings,
} from '@millrace/kafka'
import { startLocalStack } from '@millrace/local-stack'
import { folderBytes, inBatches, type Measured, type Work } from './measures.ts'
import { residentBytesOf } from './process-usage.ts'

const topic = 'bench'

export async function measureKafka(work: Work): Promise<Measured> {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-bench-'))
  const stack = await startLocalStack({ directory, elasticsearch: false, signal: work.signal })
  try {
    const settings = kafkaSettings.parse({ brokers: stack.endpoints.kafka })
    const administration = createAdministration(settings)
    await administration.createTopic({ topic, partitions: 4, replicationFactor: 1 })
    await administration.close()
    const publishMs = await publish(settings, work)
    const { consumeMs, consumed } = await consume(settings, work)
    return {
      version: 'Kafka 4.1.0',
      publishMs,
      consumeMs,
      consumed,
      residentBytes: residentBytesOf(stack.pid('kafka-1')!),
      diskBytes: folderBytes(directory),
    }
  } finally {
    await stack.stop()
    rmSync(directory, { recursive: true, force: true })
  }
}

async function publish(settings: KafkaSettings, work: Work): Promise<number> {
  const producer = createProducer(settings)
  await producer.connect()
  const startedAt = performance.now()
  await inBatches(work, async (lines) => {
    await producer.publish({
      topic,
      records: lines.map((value) => ({ key: null, value })),
      compression: 'none',
    })
  })
  const publishMs = performance.now() - startedAt
  await producer.close()
  return publishMs
}

async function consume(
  settings: KafkaSettings,
  work: Work,
): Promise<{ consumeMs: number; consumed: number }> {
  let consumed = 0
  let firstAt = 0
  let lastAt = 0
  const { promise: all, resolve } = Promise.withResolvers<void>()
  const group = createConsumerGroup(settings, {
    topic,
    group: 'bench',
    from: 'earliest',
    onRecords: async (records) => {
      firstAt ||= performance.now()
      consumed += records.length
      const last = records.at(-1)!
      await group.commit([{ topic, partition: last.partition, offset: last.offset + 1 }])
      lastAt = performance.now()
      if (consumed >= work.lines.length) resolve()
    },
    onAssigned: () => {},
    onRevoked: async () => {},
    onError: () => {},
  })
  await group.start()
  await all
  await group.close()
  return { consumeMs: lastAt - firstAt, consumed }
}
