import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { RecordNormalizer } from '@millrace/formats'
import { createAdministration, type KafkaRecord, kafkaSettings } from '@millrace/kafka'
import { expect, inject, onTestFinished, test } from 'vitest'
import { root, startProcess } from './support/processes.ts'
import { isLine, recordsOf } from './support/records.ts'

/** The code block that follows `<!-- snippet: NAME -->` in README.md. */
function snippet(name: string): string {
  const text = readFileSync(join(root, 'README.md'), 'utf8')
  const block = new RegExp(`<!-- snippet: ${name} -->\\n\`\`\`\\w+\\n([\\s\\S]*?)\\n\`\`\``).exec(
    text,
  )
  if (block?.[1] === undefined) throw new Error(`README.md has no snippet "${name}"`)
  return block[1]
}

/** Runs a snippet as a program of its own and returns the one record that it published. */
async function publishedBy(name: string): Promise<KafkaRecord> {
  const brokers = [...inject('stack').kafka]
  const settings = kafkaSettings.parse({ brokers })
  const topic = `readme-${name}-${randomBytes(4).toString('hex')}`
  const administration = createAdministration(settings)
  onTestFinished(() => administration.close())
  await administration.createTopic({ topic, partitions: 1, replicationFactor: 1 })

  const directory = join(root, '.millrace', 'snippets')
  const program = join(directory, `${topic}.mjs`)
  mkdirSync(directory, { recursive: true })
  onTestFinished(() => rmSync(program, { force: true }))
  writeFileSync(program, snippet(name).replaceAll('127.0.0.1:9092', brokers[0]!))
  const run = startProcess({
    name: `README snippet ${name}`,
    parameters: [program],
    environment: { MILLRACE_KAFKA_TOPIC: topic },
  })
  expect(await run.ended, run.output()).toBe(0)

  const ends = await administration.topicOffsets(topic)
  const records = await recordsOf(topic, ends[0]!.high)
  const lines = records.filter(isLine)
  expect(lines).toHaveLength(1)
  return lines[0]!
}

const normalizer = new RecordNormalizer({ clusterId: 'readme' })

test.each([
  [
    'pino',
    { level: 'info', message: 'order placed', service: 'orders', attribute: ['orderId', 'A-1001'] },
  ],
  [
    'winston',
    {
      level: 'info',
      message: 'payment captured',
      service: 'payments',
      attribute: ['orderId', 'A-1001'],
    },
  ],
  [
    'bunyan',
    {
      level: 'warn',
      message: 'stock is low',
      service: 'catalogue',
      attribute: ['sku', 'mug-blue'],
    },
  ],
] as const)(
  'the %s snippet of the README publishes its line before the program ends',
  async (name, expected) => {
    const { events, rejections } = normalizer.normalize(await publishedBy(name), 1_767_323_045_678)
    expect(rejections).toEqual([])
    expect(events).toHaveLength(1)
    const [attribute, value] = expected.attribute
    expect(events[0]!.document).toMatchObject({
      message: expected.message,
      log: { level: expected.level },
      service: { name: expected.service },
      event: { sequence: 1, dataset: 'app' },
      millrace: { format: name },
      attributes: { [attribute]: value },
    })
    expect(events[0]!.dataStream).toBe('logs-app-default')
  },
)

test('the explain snippet of the README prints the document of its line', async () => {
  const run = startProcess({
    name: 'README snippet explain',
    program: 'bash',
    parameters: ['-c', `${snippet('explain')} 2>/dev/null`],
    environment: { PATH: `${join(root, 'node_modules/.bin')}:${process.env['PATH'] ?? ''}` },
  })
  expect(await run.ended, run.output()).toBe(0)
  expect(JSON.parse(run.output())).toMatchObject({
    '@timestamp': '2026-01-02T03:04:05.678Z',
    log: { level: 'error', logger: 'orders' },
    message: 'no stock',
    service: { name: 'orders' },
    attributes: { orderId: 'A-1001' },
  })
})
