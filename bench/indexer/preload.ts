// The topic, filled beforehand, with records as Millrace's transport writes them.
import { encodeSourceFacts, formatEventId, headerName, mintInstanceId } from '@millrace/envelope'
import { systemClock, systemRandom } from '@millrace/foundation'
import {
  createAdministration,
  createProducer,
  kafkaSettings,
  type OutgoingRecord,
} from '@millrace/kafka'
import { services } from '../lines/pino-lines.ts'

export interface PreloadOptions {
  brokers: readonly string[]
  topic: string
  partitions: number
  records: number
  /** Where lines come from; each names its service. */
  lines: Iterator<{ service: string; line: string }, unknown, undefined>
  signal: AbortSignal
  progress: (text: string) => void
}

/** As many as the transport's half megabyte takes of short lines. */
const batchBytesMax = 512 * 1024
const batchRecordsMax = 1000
const inFlightMax = 4

/** Creates and fills the topic: batches of one instance each, to each partition in turn, nothing compressed. */
export async function preloadTopic(options: PreloadOptions): Promise<{ valueBytes: number }> {
  const { topic, partitions, records, lines, signal, progress } = options
  const settings = kafkaSettings.parse({ brokers: [...options.brokers] })
  const administration = createAdministration(settings)
  await administration.createTopic({
    topic,
    partitions,
    replicationFactor: 1,
    // Nothing may be deleted while it is measured.
    configuration: { 'retention.bytes': '-1', 'retention.ms': '-1' },
  })
  await administration.close()
  const producer = createProducer(settings)
  const instances = new Map(services.map((service) => [service as string, new Instance(service)]))
  let read = 0
  let valueBytes = 0
  const underWay = new Set<Promise<unknown>>()
  const publish = async (instance: Instance): Promise<void> => {
    signal.throwIfAborted()
    const batch = instance.take()
    if (batch.length === 0) return
    const sent = producer.publish({ topic, records: batch, compression: 'none' })
    const done = sent.finally(() => underWay.delete(done))
    underWay.add(done)
    if (underWay.size >= inFlightMax) await Promise.race(underWay)
  }
  try {
    for (; read < records; read++) {
      const { service, line } = lines.next().value as { service: string; line: string }
      const instance = instances.get(service)!
      valueBytes += instance.add(line)
      if (instance.isFull) await publish(instance)
      if (read % 100_000 === 0) progress(`filling the topic: ${read} of ${records} lines`)
    }
    for (const instance of instances.values()) await publish(instance)
    await Promise.all(underWay)
  } finally {
    await producer.close()
  }
  return { valueBytes }
}

/** One process that logs. */
class Instance {
  readonly #id = mintInstanceId(systemClock, systemRandom)
  readonly #headers: Record<string, Buffer>
  #sequence = 0
  #batch: OutgoingRecord[] = []
  #bytes = 0

  constructor(service: string) {
    const facts = {
      format: 'pino',
      'service.name': service,
      'service.version': '1.4.2',
      'service.environment': 'production',
      'host.name': `${service}-7c9d5b6f48-x2x7k`,
      'agent.type': 'millrace',
      'agent.version': '0.1.0',
    }
    this.#headers = { [headerName]: encodeSourceFacts(facts) }
  }

  get isFull(): boolean {
    return this.#batch.length >= batchRecordsMax || this.#bytes >= batchBytesMax
  }

  /** @returns the line's bytes */
  add(line: string): number {
    const value = Buffer.from(line)
    this.#sequence += 1
    const key = formatEventId(this.#id, this.#sequence)
    this.#batch.push({ key, value, headers: this.#headers })
    this.#bytes += value.length
    return value.length
  }

  take(): OutgoingRecord[] {
    const batch = this.#batch
    this.#batch = []
    this.#bytes = 0
    return batch
  }
}
