import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseEventId } from '@millrace/envelope'
import type { KafkaRecord } from '@millrace/kafka'
import { type LocalStack, startLocalStack } from '@millrace/local-stack'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { until } from '../../../test/e2e/support/until.ts'
import { createMillraceStream, type StreamOptions } from '../src/index.ts'
import { findNodes, installPublished, removeInstalled, runProgram } from './support/installed.ts'
import { createTestTopic, type TestTopic } from './support/topic.ts'

let stack: LocalStack
let folder = ''
beforeAll(async () => {
  folder = installPublished()
  stack = await startLocalStack({ elasticsearch: false })
})
afterAll(async () => {
  removeInstalled(folder)
  await stack.stop()
})

const pauseMs = (ms: number): Promise<unknown> => once(AbortSignal.timeout(ms), 'abort')

function createDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-spool-test-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

function open(topic: TestTopic, directory: string, options: StreamOptions = {}) {
  const stream = createMillraceStream({
    brokers: stack.endpoints.kafka,
    topic: topic.name,
    spool: { directory },
    ...options,
  })
  onTestFinished(() => stream.close())
  return stream
}

const numberOf = ({ value }: KafkaRecord): number =>
  (JSON.parse(Buffer.from(value!).toString()) as { number: number }).number
const instanceOf = ({ key }: KafkaRecord): string =>
  parseEventId(Buffer.from(key!).toString())!.instance

test('lines far beyond the memory bound are all in the topic when the broker is back', async () => {
  const topic = await createTestTopic(stack.endpoints.kafka)
  const stream = open(topic, createDirectory(), { memoryMaxBytes: 4_194_304 })
  const text = 'x'.repeat(1_000)
  let written = 0
  const write = (count: number): void => {
    for (let line = 0; line < count; line++) {
      stream.write(`{"level":30,"number":${++written},"text":"${text}"}\n`)
    }
  }
  write(100)
  expect(await stream.flush()).toBe(true)
  await stack.kill('kafka-1')
  for (let round = 0; round < 100; round++) {
    write(200)
    await pauseMs(20)
    expect(stream.counters.memoryBytes).toBeLessThanOrEqual(4_194_304)
  }
  expect(stream.counters.spooled).toBeGreaterThan(10_000)
  await stack.start('kafka-1')
  await until('all is acknowledged', () => stream.counters.published === written)
  await stream.close()
  expect(stream.counters).toMatchObject({ accepted: 20_100, waiting: 0, spooled: 0 })
  const numbers = (await topic.read(await topic.count())).map(numberOf)
  expect(new Set(numbers).size).toBe(written)
})

test('a service that is killed with the broker down loses its last moments at most, and the ledger says which lines exist', async () => {
  const topic = await createTestTopic(stack.endpoints.kafka)
  const directory = createDirectory()
  const truthFile = join(directory, '..', `${topic.name}.txt`)
  onTestFinished(() => rmSync(truthFile, { force: true }))
  await stack.kill('kafka-1')
  const ran = await runProgram({
    node: findNodes()[0]!.path,
    folder,
    program: 'stream-logs-always.mjs',
    environment: {
      ...topic.environment,
      MILLRACE_SPOOL_DIRECTORY: directory,
      MILLRACE_DURABILITY: 'always',
      TRUTH_FILE: truthFile,
    },
    onOutput: (output, kill) => {
      if (output.includes('2000')) kill('SIGKILL')
    },
  })
  expect(ran.code).toBe('SIGKILL')
  const written = readFileSync(truthFile, 'utf8').trim().split('\n').length
  await stack.start('kafka-1')

  const next = open(topic, directory)
  next.write('{"level":30,"number":0}\n')
  await until('the next process tells of them', async () =>
    (await topic.ledgers()).some(({ writer }) => writer === next.instance),
  )
  const records = await topic.read(await topic.count())
  const own = records.filter((record) => instanceOf(record) !== next.instance)
  const numbers = new Set(own.map(numberOf))
  const highest = Math.max(...numbers)
  expect(numbers.size).toBe(highest)
  // 20 ms of linger and what one turn of the event loop writes; 10 lines every 5 ms.
  expect(written - highest).toBeLessThan(400)
  const recovered = (await topic.ledgers()).find(({ writer }) => writer === next.instance)!
  expect(recovered).toMatchObject({ instance: instanceOf(own[0]!), isClosed: true })
  expect(recovered.issued).toBeGreaterThanOrEqual(highest)
  expect(recovered.issued).toBeLessThanOrEqual(written)
  await next.close()
})

test('a close with the broker away is quick, and another process sends the lines', async () => {
  const topic = await createTestTopic(stack.endpoints.kafka)
  const directory = createDirectory()
  const first = open(topic, directory)
  first.write('{"level":30,"number":1}\n')
  expect(await first.flush()).toBe(true)
  await stack.kill('kafka-1')
  for (let number = 2; number <= 500; number++) first.write(`{"level":30,"number":${number}}\n`)
  const startedAt = performance.now()
  await first.close()
  expect(performance.now() - startedAt).toBeLessThan(4_000)
  expect(first.counters).toMatchObject({ published: 1, spooled: 499, waiting: 0 })
  await stack.start('kafka-1')

  const second = open(topic, directory)
  await until('all are in the topic', async () => (await topic.count()) >= 500)
  const numbers = (await topic.read(500)).map(numberOf)
  expect(new Set(numbers).size).toBe(500)
  await until('the second tells of them', async () =>
    (await topic.ledgers()).some(({ writer }) => writer === second.instance),
  )
})
