// A topic, described as Kafka's own kafka-topics.sh --describe does it.
import type { TopicDescription } from '@millrace/kafka'

/** Settings that tell something about the topic; brokers answer with all of them, about forty. */
const shownSettings = [
  'cleanup.policy',
  'compression.type',
  'max.message.bytes',
  'min.insync.replicas',
  'retention.bytes',
  'retention.ms',
  'segment.bytes',
] as const

/** One line for the topic and one for each partition, tab-separated, each with its line end. */
export function describedTopic({ topic, partitions, configuration }: TopicDescription): string {
  const replicationFactor = partitions[0]?.replicas.length ?? 0
  const configs = shownSettings
    .filter((name) => configuration[name] !== undefined)
    .map((name) => `${name}=${configuration[name]}`)
    .join(',')
  const head = [
    `Topic: ${topic}`,
    `PartitionCount: ${partitions.length}`,
    `ReplicationFactor: ${replicationFactor}`,
    `Configs: ${configs}`,
  ].join('\t')
  const rows = partitions.map(({ partition, leader, replicas, inSyncReplicas }) =>
    [
      '',
      `Topic: ${topic}`,
      `Partition: ${partition}`,
      `Leader: ${leader < 0 ? 'none' : leader}`,
      `Replicas: ${replicas.join(',')}`,
      `Isr: ${inSyncReplicas.join(',')}`,
    ].join('\t'),
  )
  return [head, ...rows].map((line) => `${line}\n`).join('')
}
