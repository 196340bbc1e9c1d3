import { once } from 'node:events'
import { decodeSourceFacts, parseEventId, type SourceFacts } from '@millrace/envelope'
import { seededRandom } from '@millrace/foundation'
import type { KafkaRecord } from '@millrace/kafka'
import bunyan from 'bunyan'
import pino from 'pino'
import { beforeAll, expect, inject, test } from 'vitest'
import winston from 'winston'
import { createMillraceStream, type StreamOptions } from '../src/index.ts'
import { findNodes, installPublished, removeInstalled, runProgram } from './support/installed.ts'
import { createTestTopic } from './support/topic.ts'

type Line = Record<string, unknown>

const valueOf = (record: KafkaRecord): Line =>
  JSON.parse(Buffer.from(record.value!).toString()) as Line
const factsOf = (record: KafkaRecord): SourceFacts | undefined =>
  decodeSourceFacts(record.headers['millrace']!)
const sequenceOf = (record: KafkaRecord): number =>
  parseEventId(Buffer.from(record.key!).toString())!.sequence
const bySequence = (left: KafkaRecord, right: KafkaRecord): number =>
  sequenceOf(left) - sequenceOf(right)

async function open(options: StreamOptions = {}, configuration: Record<string, string> = {}) {
  const topic = await createTestTopic(inject('stack').kafka, configuration)
  const stream = createMillraceStream({
    brokers: [...inject('stack').kafka],
    topic: topic.name,
    ...options,
  })
  return { topic, stream }
}

let startedAt = 0
beforeAll(() => {
  startedAt = performance.timeOrigin + performance.now()
})

test('pino in its worker thread: each line is one record, byte for byte, with id, header and time', async () => {
  const topic = await createTestTopic(inject('stack').kafka)
  const folder = installPublished()
  const { path } = findNodes()[0]!
  const environment = { ...topic.environment, MILLRACE_SERVICE_NAME: 'orders' }
  const ran = await runProgram({ node: path, folder, program: 'worker-ends.mjs', environment })
  removeInstalled(folder)
  expect(ran).toMatchObject({ code: 0, output: '' })
  const records = (await topic.read(1_000)).sort(bySequence)
  expect(records.map(sequenceOf)).toEqual(Array.from({ length: 1_000 }, (_, index) => index + 1))
  expect(records.map((record) => valueOf(record)['number'])).toEqual(records.map(sequenceOf))
  expect(
    new Set(records.map((record) => Buffer.from(record.headers['millrace']!).toString())).size,
  ).toBe(1)
  expect(factsOf(records[0]!)).toMatchObject({
    format: 'pino',
    'service.name': 'orders',
    'agent.type': 'millrace',
    dataset: 'app',
    namespace: 'default',
  })
  for (const record of records) {
    expect(valueOf(record)).toMatchObject({ level: 30, msg: 'order placed' })
    expect(record.timestampMs).toBeGreaterThanOrEqual(Math.floor(startedAt))
    expect(record.value!.at(-1)).toBe(0x7d)
  }
})

test('winston: each line of its format arrives as it was written', async () => {
  const { topic, stream } = await open({ format: 'winston', service: { name: 'payments' } })
  const written: string[] = []
  const logger = winston.createLogger({
    format: winston.format.combine(winston.format.errors({ stack: true }), winston.format.json()),
    transports: [new winston.transports.Stream({ stream })],
  })
  logger.on('data', (line: Record<symbol, string>) => written.push(line[Symbol.for('message')]!))
  logger.info('payment captured', { orderId: 'A-1001', amountCents: 1299 })
  logger.error(new Error('card refused: “no”'))
  logger.end()
  await once(logger, 'finish')
  await stream.close()
  const records = (await topic.read(2)).sort(bySequence)
  expect(records.map((record) => Buffer.from(record.value!).toString())).toEqual(written)
  expect(valueOf(records[1]!)['message']).toBe('card refused: “no”')
  expect(factsOf(records[0]!)).toMatchObject({ format: 'winston', 'service.name': 'payments' })
})

test('bunyan: each record of it is one record of Kafka', async () => {
  const { topic, stream } = await open({ format: 'bunyan' })
  const logger = bunyan.createLogger({ name: 'catalogue', streams: [{ stream }] })
  logger.warn({ sku: 'mug-blue', left: 2 }, 'stock is low')
  logger.child({ shelf: 7 }).error(new Error('shelf is gone'))
  await stream.close()
  const lines = (await topic.read(2)).sort(bySequence).map(valueOf)
  expect(lines).toMatchObject([
    { name: 'catalogue', level: 40, sku: 'mug-blue', left: 2, msg: 'stock is low' },
    { name: 'catalogue', level: 50, shelf: 7, msg: 'shelf is gone' },
  ])
})

test('pino in process: logger.flush calls back when the line is in Kafka', async () => {
  const { topic, stream } = await open({ lingerMs: 10_000 })
  const logger = pino(stream)
  logger.info('one')
  await new Promise<void>((resolve) => {
    logger.flush(() => resolve())
  })
  expect(await topic.count()).toBe(1)
  await stream.close()
})

test.each(['none', 'gzip', 'snappy', 'lz4'] as const)(
  'with compression %s, a broker takes batches and gives the lines back unchanged',
  async (compression) => {
    const { topic, stream } = await open({ compression })
    const written = Array.from(
      { length: 2_000 },
      (_, index) => `${index} grüße 😀 ${'x'.repeat(300)}`,
    )
    for (const line of written) stream.write(`${line}\n`)
    await stream.close()
    const records = (await topic.read(2_000)).sort(bySequence)
    expect(records.map((record) => Buffer.from(record.value!).toString())).toEqual(written)
  },
)

test('lines that stop to compress well are sent in smaller batches, whole and once', async () => {
  const { topic, stream } = await open({ batchBytes: 100_000 }, { 'max.message.bytes': '150000' })
  const random = seededRandom(1)
  const noise = (): string => Buffer.from(random.bytes(450)).toString('base64')
  const alike = Array.from({ length: 5_000 }, (_, number) => `{"number":${number},"msg":"paid"}`)
  const different = Array.from({ length: 2_000 }, () => `{"msg":"${noise()}"}`)
  for (const [index, line] of alike.entries()) {
    stream.write(`${line}\n`)
    // What became of a batch is known once it is answered.
    if (index % 500 === 499) await stream.flush()
  }
  for (const line of different) stream.write(`${line}\n`)
  await stream.close()
  expect(stream.counters).toMatchObject({ published: 7_000, truncated: 0, dropped: {} })
  const records = (await topic.read(7_000)).sort(bySequence)
  const lines = records.map((record) => Buffer.from(record.value!).toString())
  expect(lines).toEqual([...alike, ...different])
})

test('lines longer than the topic takes are cut and marked, their neighbours arrive whole', async () => {
  const { topic, stream } = await open({ compression: 'none' }, { 'max.message.bytes': '50000' })
  const long = JSON.stringify({ level: 50, msg: 'm'.repeat(300_000), orderId: 'A-1001' })
  const huge = JSON.stringify({ level: 50, msg: 'h'.repeat(3_000_000), orderId: 'A-1002' })
  const small = Array.from({ length: 500 }, (_, number) =>
    JSON.stringify({ level: 30, number, msg: 'x'.repeat(200) }),
  )
  for (const line of [long, ...small, huge]) stream.write(`${line}\n`)
  await stream.close()
  expect(stream.counters).toMatchObject({ accepted: 502, published: 502, truncated: 2, waiting: 0 })
  const records = (await topic.read(502)).sort(bySequence)
  expect(records.slice(1, -1).map((record) => Buffer.from(record.value!).toString())).toEqual(small)
  const [first, last] = [records[0]!, records.at(-1)!]
  expect(valueOf(first)).toMatchObject({ level: 50, orderId: 'A-1001' })
  expect(factsOf(first)?.truncated).toBe(long.length)
  expect(valueOf(last)).toMatchObject({ level: 50, orderId: 'A-1002' })
  expect(factsOf(last)?.truncated).toBe(huge.length)
})

test('a topic that nobody has created yet costs no line: they arrive once it is there', async () => {
  const topic = await createTestTopic(inject('stack').kafka)
  const { createAdministration, kafkaSettings } = await import('@millrace/kafka')
  const settings = kafkaSettings.parse({ brokers: [...inject('stack').kafka] })
  const administration = createAdministration(settings)
  const missing = `${topic.name}-later`
  const stream = createMillraceStream({ brokers: settings.brokers, topic: missing })
  for (let line = 0; line < 100; line++) stream.write(`line ${line}\n`)
  expect(stream.counters.waiting).toBe(100)
  while (stream.counters.retries === 0) await once(AbortSignal.timeout(50), 'abort')
  expect(stream.counters.published).toBe(0)
  await administration.createTopic({ topic: missing, partitions: 1, replicationFactor: 1 })
  while (stream.counters.waiting > 0) await once(AbortSignal.timeout(50), 'abort')
  await stream.close()
  expect(stream.counters.published).toBe(100)
  await administration.deleteTopics([missing])
  await administration.close()
})
