import { randomBytes } from 'node:crypto'
import { deadLetterTopic } from '@millrace/envelope'
import { createAdministration, kafkaSettings } from '@millrace/kafka'
import { type LocalStack, startLocalStack } from '@millrace/local-stack'
import { expect, inject, onTestFinished, test } from 'vitest'
import { countDocuments } from './support/documents.ts'
import { expectAllDelivered } from './support/oracle.ts'
import { installTemplates } from './support/templates.ts'
import {
  metric,
  ownDirectory,
  startIndexer,
  startProcess,
  type TestProcess,
  untilReady,
} from './support/processes.ts'
import { until } from './support/until.ts'

interface Endpoints {
  kafka: readonly string[]
  elasticsearch: string
}

/** Names of one test's own: nothing of another test is seen. */
interface Scene {
  topic: string
  group: string
  dataset: string
  dataStream: string
  /** Of all the services of the test, as on a machine that several share. */
  spoolDirectory: string
  producerEnvironment: Record<string, string>
  indexerEnvironment: Record<string, string>
}

async function setScene(endpoints: Endpoints): Promise<Scene> {
  const name = `journey-${randomBytes(4).toString('hex')}`
  const administration = createAdministration(kafkaSettings.parse({ brokers: endpoints.kafka }))
  onTestFinished(() => administration.close())
  for (const topic of [name, deadLetterTopic(name)]) {
    await administration.createTopic({ topic, partitions: 6, replicationFactor: 1 })
  }
  await installTemplates(endpoints.elasticsearch)
  const dataset = name.replace('-', '_')
  const spoolDirectory = ownDirectory()
  const common = { MILLRACE_KAFKA_BROKERS: endpoints.kafka.join(','), MILLRACE_KAFKA_TOPIC: name }
  return {
    topic: name,
    group: name,
    dataset,
    dataStream: `logs-${dataset}-default`,
    spoolDirectory,
    producerEnvironment: {
      ...common,
      MILLRACE_DATASET: dataset,
      MILLRACE_SPOOL_DIRECTORY: spoolDirectory,
    },
    indexerEnvironment: {
      ...common,
      MILLRACE_KAFKA_GROUP: name,
      MILLRACE_ELASTICSEARCH_URL: endpoints.elasticsearch,
    },
  }
}

/** Four services that log; `rate` 0 is as fast as they can. */
function startProducers(scene: Scene, linesEach: number, rate: number) {
  const accepted = new Map<string, number>()
  const producers: TestProcess[] = []
  for (const name of ['orders', 'payments', 'catalogue', 'shipping']) {
    accepted.set(name, linesEach)
    producers.push(
      startProcess({
        name,
        parameters: ['test/e2e/programs/log-lines.mjs', name, String(linesEach), String(rate)],
        environment: scene.producerEnvironment,
      }),
    )
  }
  return { accepted, ended: Promise.all(producers.map((producer) => producer.ended)) }
}

async function untilAllIndexed(endpoints: Endpoints, scene: Scene, total: number): Promise<void> {
  const count = (): Promise<number> => countDocuments(endpoints.elasticsearch, scene.dataStream)
  await until(`${total} documents are indexed`, async () => (await count()) >= total, {
    describe: async () => `${await count()} documents`,
    deadlineMs: 240_000,
  })
}

/** What services left on disk because Kafka was away when their time to end was over. */
async function resendSpooled(endpoints: Endpoints, { spoolDirectory }: Scene): Promise<void> {
  const resend = startProcess({
    name: 'resend',
    parameters: ['libs/cli/bin/millrace.mjs', 'spool', 'resend', spoolDirectory],
    environment: { MILLRACE_KAFKA_BROKERS: endpoints.kafka.join(',') },
  })
  expect(await resend.ended).toBe(0)
}

async function ownStack(): Promise<LocalStack> {
  const stack = await startLocalStack({})
  onTestFinished(() => stack.stop())
  return stack
}

test('100,000 events of 4 processes are there exactly once though one of 3 indexers is killed and one joins', async () => {
  const endpoints = inject('stack')
  const scene = await setScene(endpoints)
  const [first, ...others] = [1, 2, 3].map((number) =>
    startIndexer({ name: `indexer-${number}`, environment: scene.indexerEnvironment }),
  )
  await Promise.all([first!, ...others].map(untilReady))
  const { accepted, ended } = startProducers(scene, 25_000, 0)
  await until('a fifth is indexed', async () => {
    return (await countDocuments(endpoints.elasticsearch, scene.dataStream)) > 20_000
  })
  first!.child.kill('SIGKILL')
  await untilReady(startIndexer({ name: 'indexer-4', environment: scene.indexerEnvironment }))
  expect(await ended).toEqual([0, 0, 0, 0])
  await untilAllIndexed(endpoints, scene, 100_000)
  await expectAllDelivered(endpoints.elasticsearch, scene.dataStream, accepted)
})

test('every event is there exactly once though the broker is killed and restarted midway', async () => {
  const stack = await ownStack()
  const scene = await setScene(stack.endpoints)
  const indexer = startIndexer({ name: 'indexer', environment: scene.indexerEnvironment })
  await untilReady(indexer)
  const { accepted, ended } = startProducers(scene, 5000, 1000)
  await until('some are indexed', async () => {
    return (await countDocuments(stack.endpoints.elasticsearch, scene.dataStream)) > 1000
  })
  await stack.kill('kafka-1')
  await stack.start('kafka-1')
  expect(await ended).toEqual([0, 0, 0, 0])
  await resendSpooled(stack.endpoints, scene)
  await untilAllIndexed(stack.endpoints, scene, 20_000)
  await expectAllDelivered(stack.endpoints.elasticsearch, scene.dataStream, accepted)
})

test('with Elasticsearch away for 30 s the indexer keeps its membership and its memory, and every event is there exactly once', async () => {
  const stack = await ownStack()
  const scene = await setScene(stack.endpoints)
  const indexer = startIndexer({
    name: 'indexer',
    environment: { ...scene.indexerEnvironment, NODE_OPTIONS: '--max-old-space-size=256' },
  })
  await untilReady(indexer)
  const administration = createAdministration(
    kafkaSettings.parse({ brokers: stack.endpoints.kafka }),
  )
  onTestFinished(() => administration.close())
  const memberIds = async (): Promise<string[]> =>
    (await administration.groupMembers(scene.group)).members.map((member) => member.memberId)
  const before = await memberIds()
  expect(before).toHaveLength(1)

  const { accepted, ended } = startProducers(scene, 15_000, 0)
  await until(
    'some are indexed',
    async () => (await metric(indexer, 'process_resident_memory_bytes')) > 0,
  )
  await stack.stop('elasticsearch')
  await new Promise((resolve) => setTimeout(resolve, 30_000))
  expect((await fetch(`${indexer.url}/healthz`)).status).toBe(200)
  expect((await fetch(`${indexer.url}/readyz`)).status).toBe(503)
  expect(await metric(indexer, 'process_resident_memory_bytes')).toBeLessThan(400 * 1024 * 1024)
  await stack.start('elasticsearch')
  expect(await ended).toEqual([0, 0, 0, 0])
  await untilAllIndexed(stack.endpoints, scene, 60_000)
  await expectAllDelivered(stack.endpoints.elasticsearch, scene.dataStream, accepted)
  expect(await memberIds()).toEqual(before)
})
