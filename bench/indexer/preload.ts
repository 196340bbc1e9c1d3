// The topic, filled, with records as Millrace's transport writes them.
import { setTimeout as sleep } from 'node:timers/promises'
import { createAdministration, createProducer, kafkaSettings, type Producer } from '@millrace/kafka'
import { Instance } from './instance.ts'

/** A line of a service that writes all of its lines in one format. */
export interface ServiceLine {
  readonly service: string
  readonly line: string
  /** Default: pino. */
  readonly format?: string
}

export interface FillOptions {
  brokers: readonly string[]
  topic: string
  lines: Iterator<ServiceLine, unknown, undefined>
  /** How many; without end where absent. */
  records?: number
  /** As fast as it goes where absent. */
  linesPerSecond?: number
  /** Ends it, and is no error. */
  until?: AbortSignal
  signal: AbortSignal
  progress: (text: string) => void
}

const inFlightMax = 4
/** What the transport waits for more lines where they come slowly. */
const lingerMs = 20

/** A topic from which nothing is deleted while it is measured. */
export async function createTopic(
  brokers: readonly string[],
  { topic, partitions }: { topic: string; partitions: number },
): Promise<void> {
  const administration = createAdministration(kafkaSettings.parse({ brokers: [...brokers] }))
  await administration.createTopic({
    topic,
    partitions,
    replicationFactor: 1,
    configuration: { 'retention.bytes': '-1', 'retention.ms': '-1' },
  })
  await administration.close()
}

/** Fills a topic: batches of one instance each, to each partition in turn, nothing compressed. */
export async function fillTopic(
  options: FillOptions,
): Promise<{ records: number; valueBytes: number }> {
  const { lines, linesPerSecond, until, progress } = options
  const recordsMax = options.records ?? Number.POSITIVE_INFINITY
  const writer = new TopicWriter(options)
  const startedAt = performance.now()
  let records = 0
  const isOver = (): boolean => records >= recordsMax || until?.aborted === true
  try {
    while (!isOver()) {
      await writer.write(lines.next().value as ServiceLine)
      records += 1
      if (records % 100_000 === 0) progress(`filling the topic: ${records} lines`)
      if (linesPerSecond === undefined) continue
      const aheadMs = (records / linesPerSecond) * 1000 - (performance.now() - startedAt)
      if (aheadMs < lingerMs) continue
      await writer.flush()
      await sleep(aheadMs)
    }
    await writer.flush()
    await writer.settled()
  } finally {
    await writer.close()
  }
  return { records, valueBytes: writer.valueBytes }
}

/** Some services that write to one topic, each in batches of its own. */
class TopicWriter {
  readonly #options: FillOptions
  readonly #producer: Producer
  readonly #instances = new Map<string, Instance>()
  readonly #underWay = new Set<Promise<unknown>>()
  valueBytes = 0

  constructor(options: FillOptions) {
    this.#options = options
    this.#producer = createProducer(kafkaSettings.parse({ brokers: [...options.brokers] }))
  }

  async write({ service, line, format }: ServiceLine): Promise<void> {
    const instance = this.#instances.get(service) ?? new Instance(service, format)
    this.#instances.set(service, instance)
    this.valueBytes += instance.add(line)
    if (instance.isFull) await this.#publish(instance)
  }

  async flush(): Promise<void> {
    for (const instance of this.#instances.values()) await this.#publish(instance)
  }

  /** Resolves when the broker has all. */
  async settled(): Promise<void> {
    await Promise.all(this.#underWay)
  }

  async close(): Promise<void> {
    await this.#producer.close()
  }

  async #publish(instance: Instance): Promise<void> {
    this.#options.signal.throwIfAborted()
    const records = instance.take()
    if (records.length === 0) return
    const { topic } = this.#options
    const sent = this.#producer.publish({ topic, records, compression: 'none' })
    const done = sent.finally(() => this.#underWay.delete(done))
    this.#underWay.add(done)
    if (this.#underWay.size >= inFlightMax) await Promise.race(this.#underWay)
  }
}
