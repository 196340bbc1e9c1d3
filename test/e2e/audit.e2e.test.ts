// `millrace audit` over the real pipeline: what it says is compared with what was done to each line.
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { type AuditReport, createAuditSources, idsOf, runAudit } from '@millrace/audit'
import { createElasticStore } from '@millrace/elastic'
import { deadLetterTopic, formatEventId } from '@millrace/envelope'
import { systemClock } from '@millrace/foundation'
import { createAdministration, kafkaSettings } from '@millrace/kafka'
import { startLocalStack } from '@millrace/local-stack'
import { createMillraceStream } from '@millrace/transport'
import { expect, inject, onTestFinished, test } from 'vitest'
import { at, countDocuments } from './support/documents.ts'
import { root, startIndexer, startProcess, untilReady } from './support/processes.ts'
import { installTemplates } from './support/templates.ts'
import { until } from './support/until.ts'

interface Endpoints {
  kafka: readonly string[]
  elasticsearch: string
}

interface Scene {
  endpoints: Endpoints
  /** Of the topic, the group, and the services: nothing else in the servers is this test's. */
  name: string
  dataset: string
  dataStream: string
  environment: Record<string, string>
}

async function setScene(endpoints: Endpoints): Promise<Scene> {
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

interface AuditJson {
  instances: number
  issued: number
  indexed: number
  deadLettered: number
  dropped: Record<string, number>
  pending: number
  lost: string[]
  duplicates: number
  duplicateIds: string[]
  notes: string[]
  perInstance: { instance: string; state: string; issued: number }[]
  perService: { service: string; issued: number; lost: number }[]
}

/** The command as an operator runs it, for this test's services only. */
async function audit(scene: Scene, services: readonly string[]) {
  const run = startProcess({
    name: 'millrace audit',
    parameters: [
      join(root, 'libs/cli/bin/millrace.mjs'),
      'audit',
      '--json',
      ...services.flatMap((service) => ['--service', service]),
    ],
    environment: scene.environment,
  })
  let stdout = ''
  run.child.stdout!.on('data', (chunk: Buffer) => {
    stdout += chunk.toString()
  })
  const exitCode = await run.ended
  return { exitCode, report: JSON.parse(stdout) as AuditJson }
}

async function post(url: string, body?: object | string, method = 'POST'): Promise<unknown> {
  const answer = await fetch(url, {
    method,
    headers: { 'content-type': 'application/x-ndjson' },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${text}`)
  return JSON.parse(text)
}

async function untilIndexed(scene: Scene, total: number): Promise<void> {
  const count = (): Promise<number> =>
    countDocuments(scene.endpoints.elasticsearch, scene.dataStream)
  await until(`${total} documents are indexed`, async () => (await count()) === total, {
    describe: async () => `${await count()} documents`,
  })
}

test('what is on its way is pending, what has arrived is indexed, and of deleted and copied documents exactly those ids are lost and double', async () => {
  const scene = await setScene(inject('stack'))
  const { elasticsearch } = scene.endpoints
  const services = ['one', 'two'].map((part) => `${scene.name}-${part}`)
  const producers = services.map((service) =>
    startProcess({
      name: service,
      parameters: ['test/e2e/programs/log-lines.mjs', service, '1000'],
      environment: { ...scene.environment, MILLRACE_DATASET: scene.dataset },
    }),
  )
  expect(await Promise.all(producers.map(({ ended }) => ended))).toEqual([0, 0])

  const before = await audit(scene, services)
  expect(before).toMatchObject({
    exitCode: 0,
    report: { instances: 2, issued: 2000, indexed: 0, pending: 2000, lost: [], duplicates: 0 },
  })
  expect(before.report.notes.join()).toContain('has never committed')

  const indexer = startIndexer({ name: 'indexer', environment: scene.environment })
  await untilReady(indexer)
  await untilIndexed(scene, 2000)
  const after = await audit(scene, services)
  expect(after).toMatchObject({
    exitCode: 0,
    report: {
      instances: 2,
      issued: 2000,
      indexed: 2000,
      deadLettered: 0,
      dropped: {},
      pending: 0,
      lost: [],
      duplicates: 0,
    },
  })
  expect(after.report.perInstance.map(({ state }) => state)).toEqual(['closed', 'closed'])

  // By hand: three documents out of their backing index, and one a second time, into the next one.
  const [first, second] = after.report.perInstance.map(({ instance }) => instance)
  const gone = [formatEventId(first!, 1), formatEventId(first!, 500), formatEventId(second!, 1000)]
  const copied = formatEventId(second!, 7)
  const answer = await post(`${elasticsearch}/${scene.dataStream}/_search?size=1`)
  const index = at(answer as Record<string, unknown>, 'hits.hits.0._index') as string
  for (const id of gone) {
    await post(`${elasticsearch}/${index}/_doc/${id}`, undefined, 'DELETE')
  }
  await post(`${elasticsearch}/${scene.dataStream}/_rollover`)
  const action = { create: { _index: scene.dataStream, _id: copied } }
  const copy = { '@timestamp': new Date().toISOString(), agent: { ephemeral_id: second } }
  await post(`${elasticsearch}/_bulk`, `${JSON.stringify(action)}\n${JSON.stringify(copy)}\n`)

  const forced = await audit(scene, services)
  expect(forced).toMatchObject({
    exitCode: 1,
    report: { issued: 2000, indexed: 1997, duplicates: 1, duplicateIds: [copied] },
  })
  expect(forced.report.lost.sort()).toEqual(gone.sort())
  expect(forced.report.perService.reduce((sum, { lost }) => sum + lost, 0)).toBe(3)
})

/** The same through the library, which can be told that a process is dead before 45 s have passed. */
async function auditNow(
  scene: Scene,
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

test('lines that a full memory dropped while Kafka was away are counted by reason, each of them, and none is called lost', async () => {
  const stack = await startLocalStack({})
  onTestFinished(() => stack.stop())
  const scene = await setScene(stack.endpoints)
  const indexer = startIndexer({ name: 'indexer', environment: scene.environment })
  await untilReady(indexer)
  let dropped = 0
  const stream = createMillraceStream({
    brokers: [...stack.endpoints.kafka],
    topic: scene.name,
    dataset: scene.dataset,
    service: { name: scene.name },
    memoryMaxBytes: 4_194_304,
    spool: false,
    closeTimeoutMs: 120_000,
    onDrop: ({ count }) => {
      dropped += count
    },
  })
  const total = 6000
  const line = (n: number): string =>
    `${JSON.stringify({ level: 30, time: Date.now(), msg: `line ${n}`, text: 'x'.repeat(2000) })}\n`
  for (let n = 1; n <= 1000; n++) stream.write(line(n))
  await until('the first are indexed', async () => {
    return (await countDocuments(scene.endpoints.elasticsearch, scene.dataStream)) === 1000
  })
  await stack.kill('kafka-1')
  for (let n = 1001; n <= total; n++) stream.write(line(n))
  await until('lines were dropped', () => dropped > 0)
  await stack.start('kafka-1')
  await new Promise<void>((resolve) => {
    stream.end(resolve)
  })
  await untilIndexed(scene, total - dropped)
  await until('everything is committed', async () => {
    return (await auditNow(scene, scene.name, 45_000)).lag === 0
  })
  const report = await auditNow(scene, scene.name, 45_000)
  expect(report).toMatchObject({
    ok: true,
    instances: 1,
    issued: total,
    indexed: total - dropped,
    dropped: { 'memory-full': dropped },
    pending: 0,
    lostCount: 0,
  })
  expect(report.perInstance[0]).toMatchObject({ state: 'closed', service: scene.name })
})

test('of a service that was killed, all that it had published is indexed, and nothing else is called so', async () => {
  const scene = await setScene(inject('stack'))
  const producer = startProcess({
    name: 'producer',
    parameters: ['test/e2e/programs/log-lines.mjs', scene.name, '100000', '2000'],
    environment: { ...scene.environment, MILLRACE_DATASET: scene.dataset },
  })
  const indexer = startIndexer({ name: 'indexer', environment: scene.environment })
  await untilReady(indexer)
  await until('some are indexed', async () => {
    return (await countDocuments(scene.endpoints.elasticsearch, scene.dataStream)) > 3000
  })
  producer.child.kill('SIGKILL')
  await producer.ended
  await until('everything is committed', async () => {
    return (await auditNow(scene, scene.name, 45_000)).lag === 0
  })
  const indexed = await countDocuments(scene.endpoints.elasticsearch, scene.dataStream)
  const report = await auditNow(scene, scene.name, 0)
  expect(report).toMatchObject({ instances: 1, indexed, pending: 0, duplicates: 0 })
  const [its] = report.perInstance
  expect(its).toMatchObject({ state: 'silent' })
  expect(its!.issued).toBe(indexed + report.lostCount)
  // What is lost was under way: nothing that any ledger called settled.
  for (const id of idsOf(its!.instance, its!.lostRanges))
    expect(id > formatEventId(its!.instance, 3000)).toBe(true)
})
