// One end-to-end test's own topic, group, dataset and worker, on the servers of the run.
import { randomBytes } from 'node:crypto'
import { deadLetterTopic, encodeSourceFacts } from '@millrace/envelope'
import { systemClock, systemRandom } from '@millrace/foundation'
import {
  type Administration,
  createAdministration,
  createConsumerGroup,
  createProducer,
  type KafkaRecord,
  kafkaSettings,
  type OutgoingRecord,
  type Producer,
} from '@millrace/kafka'
import { inject, onTestFinished } from 'vitest'
import { startProcess, type TestProcess } from '../../../../test/e2e/support/processes.ts'
import { installTemplates } from '../../../../test/e2e/support/templates.ts'
import { until } from '../../../../test/e2e/support/until.ts'

export interface Scene {
  topic: string
  dataset: string
  dataStream: string
  elasticsearch: string
  administration: Administration
  producer: Producer
  environment: Record<string, string>
}

export async function setScene(
  options: { partitions?: number; createTopic?: boolean } = {},
): Promise<Scene> {
  const { kafka, elasticsearch } = inject('stack')
  const topic = `indexer-${randomBytes(4).toString('hex')}`
  const settings = kafkaSettings.parse({ brokers: kafka })
  const administration = createAdministration(settings)
  const producer = createProducer(settings)
  onTestFinished(async () => {
    await producer.close()
    await administration.close()
  })
  if (options.createTopic !== false) {
    const partitions = options.partitions ?? 3
    await administration.createTopic({ topic, partitions, replicationFactor: 1 })
  }
  await installTemplates(elasticsearch)
  const dataset = topic.replace('-', '_')
  return {
    topic,
    dataset,
    dataStream: `logs-${dataset}-default`,
    elasticsearch,
    administration,
    producer,
    environment: {
      MILLRACE_KAFKA_BROKERS: kafka.join(','),
      MILLRACE_KAFKA_TOPIC: topic,
      MILLRACE_KAFKA_GROUP: topic,
      MILLRACE_ELASTICSEARCH_URL: elasticsearch,
      MILLRACE_DATASET: dataset,
      MILLRACE_HTTP_PORT: '0',
      MILLRACE_INDEXER_COMMIT_INTERVAL_MS: '200',
      MILLRACE_INDEXER_RETRY_MAX_MS: '1000',
    },
  }
}

export interface Worker extends TestProcess {
  /** Where it serves its health, as its log said. */
  url(): string
  lines(): Record<string, unknown>[]
}

let workers = 0

/** The real process, as a user starts it. */
export function startWorker(environment: Record<string, string>): Worker {
  const started = startProcess({
    name: `indexer-${++workers}`,
    parameters: ['services/indexer/src/main.ts'],
    environment,
  })
  const lines = (): Record<string, unknown>[] =>
    started
      .output()
      .split('\n')
      .filter((line) => line.startsWith('{') && line.endsWith('}'))
      .map((line) => JSON.parse(line) as Record<string, unknown>)
  const url = (): string => {
    const found = lines().find((line) => typeof line['url'] === 'string')
    return (found?.['url'] as string | undefined) ?? ''
  }
  return { ...started, lines, url }
}

export interface ReadyAnswer {
  status: number
  checks: Record<string, string>
}

export async function readiness(worker: Worker): Promise<ReadyAnswer | undefined> {
  if (worker.child.exitCode !== null) throw new Error(`${worker.name} ended: ${worker.output()}`)
  if (worker.url() === '') return undefined
  const answer = await fetch(`${worker.url()}/readyz`)
  const { checks } = (await answer.json()) as ReadyAnswer
  return { status: answer.status, checks }
}

export async function untilWorkerReady(worker: Worker): Promise<void> {
  await until(`${worker.name} is ready`, async () => (await readiness(worker))?.status === 200)
}

/** Sums a metric over those of its samples whose labels contain `labels`. */
export async function readMetric(worker: Worker, name: string, labels = ''): Promise<number> {
  const text = await (await fetch(`${worker.url()}/metrics`)).text()
  let sum = 0
  for (const line of text.split('\n')) {
    if (!line.startsWith(`${name} `) && !line.startsWith(`${name}{`)) continue
    if (line.includes(labels)) sum += Number(line.slice(line.lastIndexOf(' ') + 1))
  }
  return sum
}

/** Says its own number. */
const numberedLine = (sequence: number): { line: string; format: string } => ({
  format: 'json',
  line: JSON.stringify({ message: `event ${sequence}` }),
})

/** Records as a Millrace transport writes them: minted ids, one header. */
export function mintedRecords(
  instance: string,
  count: number,
  lineOf: (sequence: number) => { line: string; format: string } = numberedLine,
): { id: string; record: OutgoingRecord }[] {
  return Array.from({ length: count }, (_, index) => {
    const sequence = index + 1
    const { line, format } = lineOf(sequence)
    const id = `${instance}-${sequence.toString(36).padStart(8, '0')}`
    const header = encodeSourceFacts({ format, 'service.name': 'scene', 'agent.type': 'millrace' })
    return { id, record: { key: id, value: line, headers: { millrace: header } } }
  })
}

/** Publishes in batches, so that the records land in several partitions. */
export async function publishAll(
  { producer, topic }: Scene,
  records: readonly OutgoingRecord[],
): Promise<void> {
  for (let at = 0; at < records.length; at += 200) {
    await producer.publish({ topic, records: records.slice(at, at + 200) })
  }
}

/** Offsets that the group has committed, and how many records the topic holds. */
export async function committed(scene: Scene): Promise<{ committed: number; end: number }> {
  const offsets = await scene.administration.groupOffsets(scene.topic, scene.topic)
  const ends = await scene.administration.topicOffsets(scene.topic)
  return {
    committed: offsets.reduce((sum, { offset }) => sum + Math.max(0, offset), 0),
    end: ends.reduce((sum, { high }) => sum + high, 0),
  }
}

export async function untilCommitted(scene: Scene, worker: Worker): Promise<void> {
  await until(
    'everything is committed',
    async () => {
      if (worker.child.exitCode !== null) throw new Error(`${worker.name} ended`)
      const { committed: done, end } = await committed(scene)
      return end > 0 && done === end
    },
    { describe: async () => JSON.stringify(await committed(scene)) },
  )
}

/** Reads the dead-letter topic from its beginning until there are `count` letters. */
export async function readDeadLetters(scene: Scene, count: number): Promise<KafkaRecord[]> {
  const letters: KafkaRecord[] = []
  const name = `reader-${randomBytes(4).toString('hex')}`
  await until(
    'the dead-letter topic is there',
    async () =>
      (await scene.administration.describeTopic(deadLetterTopic(scene.topic))) !== undefined,
  )
  const reader = createConsumerGroup(
    kafkaSettings.parse({ brokers: inject('stack').kafka }),
    {
      topic: deadLetterTopic(scene.topic),
      group: name,
      from: 'earliest',
      onRecords: async (records) => {
        letters.push(...records)
      },
      onAssigned: () => {},
      onRevoked: async () => {},
      onError: () => {},
    },
    { clock: systemClock, random: systemRandom },
  )
  await reader.start()
  try {
    await until(`${count} dead letters are there`, () => letters.length >= count)
  } finally {
    await reader.close()
  }
  return letters
}

export const letterHeader = (letter: KafkaRecord): Record<string, unknown> =>
  JSON.parse(Buffer.from(letter.headers['millrace-dead-letter']!).toString()) as Record<
    string,
    unknown
  >
