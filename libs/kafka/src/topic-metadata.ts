// Where a topic's partitions are: asking the cluster, and asking again when the answer is old.
import { kafkaFailure } from './failure.ts'
import type { KafkaCluster, KafkaPartitionMetadata } from './kafkajs-types.ts'

/** Kafka says that it has no such topic, or refuses to say. `type` is Kafka's own error name. */
export class TopicError extends Error {
  readonly type: string
  readonly topic: string

  constructor(topic: string, type: string) {
    super(`Kafka says ${type} of topic ${topic}`)
    this.name = 'TopicError'
    this.topic = topic
    this.type = type
  }
}

const errorTypes: Readonly<Record<number, string>> = {
  3: 'UNKNOWN_TOPIC_OR_PARTITION',
  5: 'LEADER_NOT_AVAILABLE',
  17: 'INVALID_TOPIC_EXCEPTION',
  29: 'TOPIC_AUTHORIZATION_FAILED',
}

/**
 * The partitions of a topic, sorted by number, each with its leader or -1.
 * @throws TopicError when the topic does not exist or may not be seen.
 */
export async function topicPartitions(
  cluster: KafkaCluster,
  topic: string,
  options: { refresh?: boolean } = {},
): Promise<KafkaPartitionMetadata[]> {
  const isNew = !cluster.targetTopics.has(topic)
  cluster.targetTopics.add(topic)
  if (isNew || options.refresh === true) await cluster.refreshMetadata()
  else await cluster.refreshMetadataIfNecessary()
  const found = knownPartitions(cluster, topic)
  // A refresh that another caller had started before this topic was a target does not tell of it.
  if (found !== undefined) return found
  await cluster.refreshMetadata()
  return knownPartitions(cluster, topic) ?? fail(topic, 'UNKNOWN_TOPIC_OR_PARTITION')
}

function knownPartitions(
  cluster: KafkaCluster,
  topic: string,
): KafkaPartitionMetadata[] | undefined {
  const metadata = cluster.brokerPool.metadata?.topicMetadata.find((each) => each.topic === topic)
  if (metadata === undefined) return undefined
  if (metadata.topicErrorCode !== 0) {
    // The next look must ask again: the topic may have been created meanwhile.
    cluster.brokerPool.metadataExpireAt = null
    fail(topic, errorTypes[metadata.topicErrorCode] ?? 'UNKNOWN')
  }
  return metadata.partitionMetadata.toSorted((left, right) => left.partitionId - right.partitionId)
}

function fail(topic: string, type: string): never {
  throw new TopicError(topic, type)
}

/** Whether the error may be gone once leaders and brokers are looked up again. */
export function isStaleMetadata(thrown: unknown): boolean {
  const { reason } = kafkaFailure(thrown)
  return reason === 'no-leader' || reason === 'unreachable' || reason === 'unknown-topic'
}

/** Undefined for a topic that does not exist. */
export async function partitionsIfAny(
  cluster: KafkaCluster,
  topic: string,
): Promise<KafkaPartitionMetadata[] | undefined> {
  try {
    return await topicPartitions(cluster, topic, { refresh: true })
  } catch (thrown) {
    if (thrown instanceof TopicError && thrown.type === 'UNKNOWN_TOPIC_OR_PARTITION') {
      cluster.targetTopics.delete(topic)
      return undefined
    }
    throw thrown
  }
}
