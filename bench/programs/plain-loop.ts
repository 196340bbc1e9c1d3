// The loop that people write by hand with kafkajs and Elasticsearch's client: argv = one JSON object.
import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import { Client } from '@elastic/elasticsearch'
import { Kafka, logLevel, type KafkaMessage } from 'kafkajs'
import { mapPlainly } from '../lines/plain-mapping.ts'

export interface PlainLoopOptions {
  /** `eachBatch` + `client.bulk`, or `eachMessage` + `helpers.bulk`. */
  kind: 'eachBatch' | 'eachMessage'
  brokers: string[]
  topic: string
  group: string
  elasticsearch: string
  dataStream: string
  /** Partitions that kafkajs works on at once. */
  concurrency: number
}

const options = JSON.parse(process.argv[2]!) as PlainLoopOptions
const kafka = new Kafka({ brokers: options.brokers, logLevel: logLevel.ERROR })
const client = new Client({ node: options.elasticsearch })
const consumer = kafka.consumer({ groupId: options.group })
const partitionsConsumedConcurrently = options.concurrency

await consumer.connect()
await consumer.subscribe({ topic: options.topic, fromBeginning: true })
if (options.kind === 'eachBatch') await runBatches()
else await runMessages()

process.once('SIGTERM', () => {
  void consumer.disconnect().then(() => process.exit())
})

const documentOf = (message: KafkaMessage): object =>
  mapPlainly(JSON.parse(message.value!.toString()))

async function runBatches(): Promise<void> {
  await consumer.run({
    partitionsConsumedConcurrently,
    eachBatch: async ({ batch }) => {
      const operations: object[] = []
      for (const message of batch.messages) {
        operations.push({ create: { _id: message.key!.toString() } }, documentOf(message))
      }
      const answer = await client.bulk({ index: options.dataStream, operations })
      if (!answer.errors) return
      // 409: the batch came a second time.
      const failed = answer.items.find(({ create }) => create!.error && create!.status !== 409)
      if (failed !== undefined) throw new Error(failed.create!.error!.reason ?? 'refused')
    },
  })
}

/** Documents go to the helper as they come; kafkajs commits what was handed over, indexed or not. */
async function runMessages(): Promise<void> {
  const documents = new PassThrough({ objectMode: true, highWaterMark: 10_000 })
  void client.helpers.bulk<{ id: string; document: object }>({
    datasource: documents,
    onDocument: ({ id, document }) => [
      { create: { _index: options.dataStream, _id: id } },
      document,
    ],
    flushInterval: 1000,
  })
  await consumer.run({
    partitionsConsumedConcurrently,
    eachMessage: async ({ message }) => {
      const entry = { id: message.key!.toString(), document: documentOf(message) }
      if (!documents.write(entry)) await once(documents, 'drain')
    },
  })
}
