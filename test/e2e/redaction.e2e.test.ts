import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type KafkaRecord, kafkaSettings, readTopicRanges } from '@millrace/kafka'
import { expect, inject, onTestFinished, test } from 'vitest'
import {
  readDeadLetters,
  type Scene,
  setScene,
  startWorker,
  untilCommitted,
  untilWorkerReady,
} from '../../services/indexer/test/support/scene.ts'
import { allDocuments } from './support/documents.ts'
import { startProcess } from './support/processes.ts'

const canary = 'c4n4ryZq9X7'
/** What one run of the program logs: 7 lines become documents, 6 dead letters. */
const documents = 7
const deadLetters = 6

function logSecrets(kind: 'target' | 'stream', environment: Record<string, string>) {
  return startProcess({
    name: `secrets-${kind}`,
    parameters: ['test/e2e/programs/log-secrets.mjs', canary, kind],
    environment,
  })
}

function createDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-redaction-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

/** Messages that are no numbers are refused, as by somebody's own mapping. */
async function refuseWords({ dataset, dataStream, elasticsearch }: Scene): Promise<void> {
  const url = `${elasticsearch}/_index_template/test-${dataset}`
  const properties = { message: { type: 'long', ignore_malformed: false } }
  const answer = await fetch(url, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      index_patterns: [dataStream],
      priority: 300,
      data_stream: {},
      composed_of: ['millrace-settings', 'millrace-mappings'],
      template: { mappings: { properties } },
    }),
  })
  expect(answer.status).toBe(200)
  onTestFinished(async () => {
    await fetch(url, { method: 'DELETE' })
  })
}

async function wholeTopic({ topic, administration }: Scene): Promise<KafkaRecord[]> {
  const records: KafkaRecord[] = []
  const offsets = await administration.topicOffsets(topic)
  const ranges = offsets.map(({ partition, low, high }) => ({ partition, from: low, to: high }))
  const settings = kafkaSettings.parse({ brokers: inject('stack').kafka })
  await readTopicRanges(
    settings,
    { topic, ranges },
    {
      onRecords: (some) => {
        records.push(...some)
      },
    },
  )
  return records
}

const bytesOf = ({ key, value, headers }: KafkaRecord): Buffer =>
  Buffer.concat(
    [key, value, ...Object.values(headers).flat()].map((part) => Buffer.from(part ?? '')),
  )

test.each(['target', 'stream'] as const)(
  'secrets that a service logs by its pino %s are neither in the topic, the dead letters, the documents nor in what any process says',
  async (kind) => {
    const scene = await setScene()
    await refuseWords(scene)
    const service = logSecrets(kind, {
      ...scene.environment,
      MILLRACE_SPOOL_DIRECTORY: createDirectory(),
    })
    expect(await service.ended).toBe(0)
    expect(service.output()).toBe('logged\n')

    const worker = startWorker(scene.environment)
    await untilWorkerReady(worker)
    await untilCommitted(scene, worker)
    expect(worker.output()).not.toContain(canary)

    const records = await wholeTopic(scene)
    expect(records.length).toBeGreaterThanOrEqual(documents + deadLetters)
    const letters = await readDeadLetters(scene, deadLetters)
    for (const record of [...records, ...letters]) {
      expect(bytesOf(record).toString('latin1')).not.toContain(canary)
    }
    expect(Buffer.concat(records.map(bytesOf)).includes('[redacted]')).toBe(true)

    const stored: string[] = []
    for (const stream of [scene.dataStream, 'logs-millrace.dead_letter-default']) {
      for await (const document of allDocuments(scene.elasticsearch, stream)) {
        stored.push(JSON.stringify(document))
      }
    }
    expect(stored.filter((text) => text.includes(canary))).toEqual([])
    expect(stored.filter((text) => text.includes(scene.topic)).length).toBeGreaterThanOrEqual(
      deadLetters,
    )
    expect(stored.length).toBeGreaterThanOrEqual(documents + deadLetters)
  },
)

test.each(['target', 'stream'] as const)(
  'secrets that a service logs by its pino %s while Kafka is away are neither on disk nor in what it says',
  async (kind) => {
    const directory = createDirectory()
    const server = createServer(() => {})
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve)
    })
    onTestFinished(() => {
      server.close()
    })
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const service = logSecrets(kind, {
      MILLRACE_KAFKA_BROKERS: `127.0.0.1:${port}`,
      MILLRACE_SPOOL_DIRECTORY: directory,
      TEST_CLOSE_TIMEOUT_MS: '1000',
    })
    expect(await service.ended).toBe(0)
    expect(service.output()).not.toContain(canary)
    const files = globSync('**/*', { cwd: directory, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    )
    const onDisk = files.map((file) => readFileSync(join(file.parentPath, file.name), 'latin1'))
    const bytes = onDisk.join('')
    expect(bytes).toContain('[redacted]')
    expect(bytes).toContain('order')
    expect(bytes).not.toContain(canary)
  },
)
