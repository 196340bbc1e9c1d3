// What a topic holds, read as a member of a group of its own.
import { decodeSourceFacts, headerName, ledgerKind } from '@millrace/envelope'
import { createConsumerGroup, type KafkaRecord, kafkaSettings } from '@millrace/kafka'
import { inject, onTestFinished } from 'vitest'
import { until } from './until.ts'

/** Records of the shared stack's topic from its beginning, once there are at least `count`. */
export async function recordsOf(topic: string, count: number): Promise<KafkaRecord[]> {
  const records: KafkaRecord[] = []
  const settings = kafkaSettings.parse({ brokers: [...inject('stack').kafka] })
  const consumer = createConsumerGroup(settings, {
    topic,
    group: `${topic}-reader`,
    from: 'earliest',
    onRecords: async (some) => {
      records.push(...some)
    },
    onAssigned: () => {},
    onRevoked: async () => {},
    onError: () => {},
  })
  onTestFinished(() => consumer.close())
  await consumer.start()
  await until(`${count} records were read`, () => records.length >= count, {
    describe: () => String(records.length),
  })
  return records
}

/** Whether a record is a line: an instance also writes ledgers of its lines into the topic. */
export function isLine({ headers }: KafkaRecord): boolean {
  const header = headers[headerName]
  return header === undefined || decodeSourceFacts(header)?.kind !== ledgerKind
}
