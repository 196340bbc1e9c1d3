// A pipeline of a test's own, and the audit of nothing else than it.
import { randomBytes } from 'node:crypto'
import { type AuditReport, createAuditSources, runAudit } from '@millrace/audit'
import { createElasticStore } from '@millrace/elastic'
import { deadLetterTopic } from '@millrace/envelope'
import { systemClock } from '@millrace/foundation'
import { createAdministration, kafkaSettings } from '@millrace/kafka'
import { onTestFinished } from 'vitest'
import { countDocuments } from './documents.ts'
import { installTemplates } from './templates.ts'
import { until } from './until.ts'

interface Endpoints {
  kafka: readonly string[]
  elasticsearch: string
}

export interface AuditScene {
  endpoints: Endpoints
  /** Of the topic, the group, and the services: nothing else in the servers is this test's. */
  name: string
  dataset: string
  dataStream: string
  environment: Record<string, string>
}

export async function setAuditScene(endpoints: Endpoints): Promise<AuditScene> {
  const name = `audit-${randomBytes(4).toString('hex')}`
  const administration = createAdministration(kafkaSettings.parse({ brokers: endpoints.kafka }))
  onTestFinished(() => administration.close())
  for (const topic of [name, deadLetterTopic(name)]) {
    await administration.createTopic({ topic, partitions: 3, replicationFactor: 1 })
  }
  await installTemplates(endpoints.elasticsearch)
  const dataset = name.replace('-', '_')
  const environment = {
    MILLRACE_KAFKA_BROKERS: endpoints.kafka.join(','),
    MILLRACE_KAFKA_TOPIC: name,
    MILLRACE_KAFKA_GROUP: name,
    MILLRACE_ELASTICSEARCH_URL: endpoints.elasticsearch,
  }
  return { endpoints, name, dataset, dataStream: `logs-${dataset}-default`, environment }
}

export async function untilIndexed(scene: AuditScene, total: number): Promise<void> {
  const count = (): Promise<number> =>
    countDocuments(scene.endpoints.elasticsearch, scene.dataStream)
  await until(`${total} documents are indexed`, async () => (await count()) === total, {
    describe: async () => `${await count()} documents`,
  })
}

/** The audit through the library, which can be told that a process is dead before 45 s have passed. */
export async function auditNow(
  scene: AuditScene,
  service: string,
  silentAfterMs: number,
): Promise<AuditReport> {
  const connection = kafkaSettings.parse({ brokers: scene.endpoints.kafka })
  const administration = createAdministration(connection)
  const store = createElasticStore({ nodes: [scene.endpoints.elasticsearch] })
  const place = { connection, administration, topic: scene.name, group: scene.name }
  try {
    return await runAudit(createAuditSources({ ...place, store, clock: systemClock }), {
      topic: scene.name,
      group: scene.name,
      services: [service],
      silentAfterMs,
    })
  } finally {
    await administration.close()
    await store.close()
  }
}

/** Waits until the indexers have committed everything that is in the topic. */
export async function untilCommitted({ endpoints, name }: AuditScene): Promise<void> {
  const administration = createAdministration(kafkaSettings.parse({ brokers: endpoints.kafka }))
  try {
    await until('everything is committed', async () => {
      const offsets = await administration.groupOffsets(name, name)
      const committed = new Map(offsets.map(({ partition, offset }) => [partition, offset]))
      const ends = await administration.topicOffsets(name)
      return ends.every(({ partition, high }) => high === 0 || committed.get(partition) === high)
    })
  } finally {
    await administration.close()
  }
}
