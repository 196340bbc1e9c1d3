// Where a partition begins and ends: the ListOffsets request.
import type { KafkaCluster, KafkaPartitionMetadata } from './kafkajs-types.ts'

/** Kafka's marks for the first offset of a partition and the next one to be written. */
export const offsetMarks = { earliest: -2, latest: -1 } as const
const readCommitted = 1
const readUncommitted = 0

/**
 * One offset per partition; partitions without a leader are left out.
 * @param committedOnly ends at the first open transaction, as readers do.
 */
export async function listOffsets(
  cluster: KafkaCluster,
  topic: string,
  request: {
    partitions: readonly KafkaPartitionMetadata[]
    /** Or the first offset whose record is not older than this epoch ms; -1 where there is none. */
    mark: keyof typeof offsetMarks | number
    committedOnly?: boolean
  },
): Promise<Map<number, number>> {
  const { mark } = request
  const timestamp = typeof mark === 'number' ? mark : offsetMarks[mark]
  const byLeader = new Map<number, number[]>()
  for (const { partitionId, leader } of request.partitions) {
    if (leader >= 0) byLeader.set(leader, [...(byLeader.get(leader) ?? []), partitionId])
  }
  const offsets = new Map<number, number>()
  const isolationLevel = request.committedOnly === true ? readCommitted : readUncommitted
  const ask = async ([leader, partitions]: [number, number[]]): Promise<void> => {
    const broker = await cluster.findBroker({ nodeId: leader })
    const { responses } = await broker.listOffsets({
      replicaId: -1,
      isolationLevel,
      topics: [{ topic, partitions: partitions.map((partition) => ({ partition, timestamp })) }],
    })
    for (const found of responses.flatMap((each) => each.partitions)) {
      offsets.set(found.partition, Number(found.offset))
    }
  }
  await Promise.all([...byLeader].map(ask))
  return offsets
}
