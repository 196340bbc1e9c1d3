// What lies in the dead-letter topic, read to its end beside all groups.
import { deadLetterTopic } from '@millrace/envelope'
import { kafkaSettings, type KafkaRecord, readTopicRanges } from '@millrace/kafka'
import { topic, type World } from './world.ts'

/** Every record of the dead-letter topic that is there now: its id and its headers. */
export async function readDeadLetters(
  world: World,
): Promise<{ id: string; headers: KafkaRecord['headers'] }[]> {
  const name = deadLetterTopic(topic)
  const offsets = await world.administration.topicOffsets(name)
  const ranges = offsets.map(({ partition, low, high }) => ({ partition, from: low, to: high }))
  const letters: { id: string; headers: KafkaRecord['headers'] }[] = []
  await readTopicRanges(
    kafkaSettings.parse({ brokers: world.stack.endpoints.kafka }),
    { topic: name, ranges },
    {
      onRecords: (records) => {
        for (const { key, headers } of records) {
          letters.push({ id: key === null ? '' : Buffer.from(key).toString(), headers })
        }
      },
    },
  )
  return letters
}
