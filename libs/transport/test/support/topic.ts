// A topic of one test's own, and everything that is in it.
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { decodeLedger, decodeSourceFacts, headerName, type Ledger } from '@millrace/envelope'
import {
  createAdministration,
  createConsumerGroup,
  type KafkaRecord,
  kafkaSettings,
} from '@millrace/kafka'
import { onTestFinished } from 'vitest'

export interface TestTopic {
  name: string
  /** What a program needs to find it. */
  environment: Record<string, string>
  /** Lines in all partitions, ledgers left out. */
  count(): Promise<number>
  /** Reads from the beginning until `expected` records of lines are there, for at most 60 s. */
  read(expected: number): Promise<KafkaRecord[]>
  /** Ledgers that are in the topic now. */
  ledgers(): Promise<Ledger[]>
}

/** Creates a topic that goes with the test. `brokers` are those of the test's stack. */
export async function createTestTopic(
  brokers: readonly string[],
  configuration: Record<string, string> = {},
): Promise<TestTopic> {
  const name = `transport-${randomBytes(4).toString('hex')}`
  const settings = kafkaSettings.parse({ brokers: [...brokers] })
  const administration = createAdministration(settings)
  onTestFinished(async () => {
    await administration.deleteTopics([name]).catch(() => {})
    await administration.close()
  })
  await administration.createTopic({
    topic: name,
    partitions: 3,
    replicationFactor: 1,
    configuration,
  })
  const recordCount = async (): Promise<number> => {
    const offsets = await administration.topicOffsets(name)
    return offsets.reduce((sum, { low, high }) => sum + high - low, 0)
  }
  const readUntil = async (isEnough: (records: KafkaRecord[]) => boolean) => {
    const records: KafkaRecord[] = []
    if (isEnough(records)) return records
    const isComplete = new AbortController()
    const consumer = createConsumerGroup(settings, {
      topic: name,
      group: `${name}-${randomBytes(4).toString('hex')}`,
      from: 'earliest',
      onRecords: async (some) => {
        records.push(...some)
        if (isEnough(records)) isComplete.abort()
      },
      onAssigned: () => {},
      onRevoked: async () => {},
      onError: () => {},
    })
    const end = AbortSignal.any([isComplete.signal, AbortSignal.timeout(60_000)])
    await consumer.start()
    if (!end.aborted) await once(end, 'abort')
    await consumer.close()
    return records
  }
  const readAll = async (): Promise<KafkaRecord[]> => {
    const total = await recordCount()
    return readUntil((records) => records.length >= total)
  }
  return {
    name,
    environment: { MILLRACE_KAFKA_BROKERS: brokers.join(','), MILLRACE_KAFKA_TOPIC: name },
    count: async () => (await readAll()).filter(isLine).length,
    async read(expected) {
      const records = await readUntil((some) => some.filter(isLine).length >= expected)
      return records.filter(isLine)
    },
    async ledgers() {
      const ledgers = (await readAll()).filter((record) => !isLine(record))
      return ledgers.map((record) => decodeLedger(record.value!)!)
    },
  }
}

function isLine({ headers }: KafkaRecord): boolean {
  const header = headers[headerName]
  return header === undefined || decodeSourceFacts(header)?.kind === undefined
}
