// Where each partition of a new assignment is read from.
import type { ClusterLink } from '../cluster.ts'
import { listOffsets } from '../offsets.ts'
import { topicPartitions } from '../topic-metadata.ts'
import type { StartPosition } from './generation.ts'
import type { Joined, Membership } from './membership.ts'
import type { CheckedGroupOptions } from './options.ts'

/**
 * The committed offsets; without one: the beginning where the group has offsets of other partitions (this one
 * was added later), else what `from` says. A start at `latest` is committed at once: else what is written
 * between now and the first commit would be passed over by whoever starts after a crash.
 */
export async function startPositions(
  joined: Joined,
  context: { link: ClusterLink; membership: Membership; options: CheckedGroupOptions },
): Promise<Map<number, StartPosition>> {
  const { link, membership, options } = context
  const positions = await membership.committed(joined.partitions)
  const missing = joined.partitions.filter((partition) => !positions.has(partition))
  if (missing.length === 0) return positions
  const mark = joined.groupHasOffsets ? 'earliest' : options.from
  const found = await link.use('looking up offsets', link.callTimeoutMs, async (cluster) => {
    const all = await topicPartitions(cluster, options.topic)
    const partitions = all.filter((each) => missing.includes(each.partitionId))
    return listOffsets(cluster, options.topic, { partitions, mark })
  })
  // A partition without a leader cannot tell: the whole assignment waits, which is rare and safe.
  const untold = missing.filter((partition) => !found.has(partition))
  if (untold.length > 0) throw new UntoldOffsetError(options.topic, untold)
  for (const [partition, offset] of found) positions.set(partition, { offset })
  if (mark === 'latest') await membership.commit(joined, found, options.commitTimeoutMs)
  return positions
}

class UntoldOffsetError extends Error {
  readonly type = 'LEADER_NOT_AVAILABLE'
  constructor(topic: string, partitions: readonly number[]) {
    super(`partitions ${partitions.join(', ')} of topic ${topic} have no leader`)
    this.name = 'UntoldOffsetError'
  }
}
