import { randomBytes } from 'node:crypto'
import { encodeDeadLetterFacts, encodeSourceFacts } from '@millrace/envelope'
import {
  createAdministration,
  createProducer,
  type KafkaRecord,
  kafkaSettings,
  type OutgoingRecord,
  readTopicRanges,
} from '@millrace/kafka'
import { expect, inject, onTestFinished, test } from 'vitest'
import { until } from '../../../test/e2e/support/until.ts'
import { type CommandRun, runCommand } from './support/command.ts'

const settings = kafkaSettings.parse({ brokers: [...inject('stack').kafka] })
const millrace = encodeSourceFacts({ format: 'pino', 'service.name': 'orders' })
const idOf = (sequence: number): string =>
  `01h2xcejqtf2nbrx-${sequence.toString(36).padStart(8, '0')}`

/** Text that no compression makes smaller than half. */
const noise = (characters: number): string => randomBytes(characters / 2).toString('hex')

interface Parked {
  topic: string
  administration: ReturnType<typeof createAdministration>
  run(parameters: readonly string[], more?: object): Promise<CommandRun>
}

/** A topic and, where there are letters, its dead-letter topic; no indexer reads either. */
async function park(letters: readonly OutgoingRecord[], configuration = {}): Promise<Parked> {
  const topic = `cli-letters-${randomBytes(4).toString('hex')}`
  const administration = createAdministration(settings)
  const producer = createProducer(settings)
  onTestFinished(async () => {
    await administration.deleteTopics([topic, `${topic}.dead-letter`])
    await Promise.all([administration.close(), producer.close()])
  })
  await administration.createTopic({ topic, partitions: 2, configuration })
  if (letters.length > 0) {
    await administration.createTopic({ topic: `${topic}.dead-letter`, partitions: 3 })
  }
  for (let from = 0; from < letters.length; from += 250) {
    const records = letters.slice(from, from + 250)
    await producer.publish({ topic: `${topic}.dead-letter`, records })
  }
  const environment = {
    MILLRACE_KAFKA_BROKERS: inject('stack').kafka.join(','),
    MILLRACE_ELASTICSEARCH_URL: inject('stack').elasticsearch,
    MILLRACE_KAFKA_TOPIC: topic,
  }
  const run = (parameters: readonly string[], context: object = {}): Promise<CommandRun> =>
    runCommand(['dead-letters', ...parameters], { environment, context })
  return { topic, administration, run }
}

function letter(
  sequence: number,
  { value = 'x'.repeat(1_000), attempts = 1 } = {},
): OutgoingRecord {
  const attempt = {
    code: 'C',
    reason: 'r'.repeat(250),
    group: 'C',
    deadLetteredAt: 1_767_323_046_000,
  }
  const facts = encodeDeadLetterFacts({
    ...attempt,
    eventId: idOf(sequence),
    topic: 'logs',
    partition: 0,
    offset: sequence,
    timestamp: Date.now(),
    attempts,
    history: Array.from({ length: attempts - 1 }, () => ({ ...attempt, reason: noise(250) })),
  })
  const headers = { millrace, 'millrace-dead-letter': facts }
  return { key: idOf(sequence), value: `${sequence} ${value}`, headers }
}

async function recordsIn({ topic, administration }: Parked): Promise<KafkaRecord[]> {
  const offsets = await administration.topicOffsets(topic)
  const ranges = offsets.map(({ partition, low, high }) => ({ partition, from: low, to: high }))
  const found: KafkaRecord[] = []
  await readTopicRanges(
    settings,
    { topic, ranges },
    { onRecords: (records) => void found.push(...records) },
  )
  return found
}

async function keysIn(parked: Parked): Promise<string[]> {
  return (await recordsIn(parked)).map(({ key }) => Buffer.from(key!).toString())
}

test('a replay that was interrupted is finished by the next one, and then nothing is missing', async () => {
  const letters = Array.from({ length: 3_000 }, (_, index) => letter(index + 1))
  const parked = await park(letters)
  const stop = new AbortController()
  const first = parked.run(['replay', '--all'], { signal: stop.signal })
  await until('some are replayed', async () => {
    const offsets = await parked.administration.topicOffsets(parked.topic)
    return offsets.some(({ high }) => high > 0)
  })
  stop.abort()
  const { exitCode, stdout, stderr } = await first
  // A fast machine may have been through already.
  expect([0, 130]).toContain(exitCode)
  if (exitCode === 130) expect(stderr).toMatch(/replayed [\d,]+ records? of 3,000 before it ended/)
  else expect(stdout).toContain('Replayed 3,000 records')
  const second = await parked.run(['replay', '--all', '--json'])
  expect(JSON.parse(second.stdout)).toMatchObject({ replayed: 3_000, failed: [] })
  const keys = await keysIn(parked)
  expect([...new Set(keys)].sort()).toEqual(letters.map(({ key }) => key).sort())
})

test('a record that only just fits into its topic goes without its history; one that does not fit is named', async () => {
  const fits = letter(1, { value: noise(8_000), attempts: 9 })
  const large = letter(2, { value: noise(30_000) })
  const parked = await park([fits, letter(3), large], { 'max.message.bytes': '5000' })
  const { exitCode, stdout, stderr } = await parked.run(['replay', '--all'])
  expect(exitCode).toBe(1)
  expect(stdout).toContain('Replayed 2 records')
  expect(stderr).toContain(`not replayed: ${idOf(2)}: `)
  expect((await keysIn(parked)).sort()).toEqual([idOf(1), idOf(3)])
  const made = (await recordsIn(parked)).find(({ key }) => String(key) === idOf(1))!
  const header = Buffer.from(made.headers['millrace-dead-letter']!).toString()
  expect(JSON.parse(header)).toMatchObject({ attempts: 9, history: [] })
})

test('without a dead-letter topic there is nothing to list, and nothing to replay', async () => {
  const parked = await park([])
  expect(await parked.run(['list'])).toEqual({
    exitCode: 0,
    stdout: `No dead letters in ${parked.topic}.dead-letter.\n`,
    stderr: '',
  })
  expect((await parked.run(['replay', '--all'])).stdout).toContain('Replayed 0 records')
  expect((await parked.run(['show', idOf(1)])).exitCode).toBe(1)
})

test('without Elasticsearch the causes are listed, and it is said what is not known', async () => {
  const parked = await park([letter(1), letter(2)])
  const away = ['--elasticsearch', 'http://127.0.0.1:1']
  const { exitCode, stdout, stderr } = await parked.run(['list', ...away])
  expect(exitCode).toBe(0)
  expect(stdout).toMatch(/2 dead letters in \S+, 1 cause\.\n/)
  expect(stderr).toMatch(/^millrace: which of them are indexed is not known: [^\n]*\n$/)
  const replayed = await parked.run(['replay', '--id', idOf(2), ...away])
  expect(replayed.stdout).toContain('Replayed 1 record')
  expect(await keysIn(parked)).toEqual([idOf(2)])
})

test('records that are no dead letters are left out, and an id that is not there replays nothing', async () => {
  const parked = await park([letter(1), { key: 'k', value: 'somebody else' }])
  const { stdout, stderr } = await parked.run(['list', '--json'])
  expect(JSON.parse(stdout)).toMatchObject({ letters: 1 })
  expect(stderr).toContain('1 record that no indexer wrote')
  const missing = await parked.run(['replay', '--id', idOf(1), '--id', idOf(9)])
  expect(missing.exitCode).toBe(1)
  expect(missing.stderr).toContain(`with the id "${idOf(9)}"`)
  expect(await keysIn(parked)).toEqual([])
})

test('--since leaves out what failed before', async () => {
  const parked = await park([letter(1)])
  expect((await parked.run(['list', '--since', '2026-01-02T00:00Z'])).stdout).toContain(
    '1 dead letter ',
  )
  expect((await parked.run(['list', '--since', '2026-01-03'])).stdout).toContain('No dead letters')
})
