// A partition that cannot be read on as planned: what happens to it, and what a person is told.
import { SourceError } from '@millrace/foundation'
import { listOffsets } from '../offsets.ts'
import { topicPartitions } from '../topic-metadata.ts'
import type { FetchContext } from './fetcher.ts'
import type { Generation, OwnedPartition } from './generation.ts'
import type { CheckedGroupOptions } from './options.ts'

/**
 * The place to read on does not exist. Behind the first record there is (retention has deleted what was
 * between), reading goes on at that first record, whatever `from` says: nothing that still exists is passed
 * over. Beyond the end (the topic was made anew, or a broker lost its tail), `from` decides.
 */
export async function startOver(
  generation: Generation,
  owned: OwnedPartition,
  context: FetchContext,
): Promise<void> {
  const { link, options } = context
  const { topic } = generation
  const range = await link.use('looking up offsets', link.callTimeoutMs, async (cluster) => {
    const all = await topicPartitions(cluster, topic)
    const partitions = all.filter((each) => each.partitionId === owned.partition)
    const low = await listOffsets(cluster, topic, { partitions, mark: 'earliest' })
    const high = await listOffsets(cluster, topic, { partitions, mark: 'latest' })
    return { low: low.get(owned.partition), high: high.get(owned.partition) }
  })
  if (range.low === undefined || range.high === undefined || !generation.isLive) return
  const was = owned.position
  if (was >= range.low && was <= range.high) return
  owned.position = was < range.low || options.from === 'earliest' ? range.low : range.high
  owned.startedAt = Math.min(owned.startedAt, owned.position)
  const gone =
    was < range.low
      ? `${range.low - was} records were deleted by the topic's retention before they were read`
      : 'the topic was made anew, or its end was lost'
  const message = `Topic ${topic} partition ${owned.partition} has offsets ${range.low} to ${range.high}, not ${was}: ${gone}; reading goes on at ${owned.position}`
  const place = { topic, partition: owned.partition, offset: was, resumedAt: owned.position }
  context.onFailure(
    new SourceError('MILLRACE_SOURCE_REJECTED', message, {
      retryable: true,
      context: { reason: 'offset-out-of-range', ...place },
    }),
  )
}

/** The batch at `damage.offset` cannot be read, and reading waits before it. */
export function damageError(
  topic: string,
  { partition }: OwnedPartition,
  damage: { offset: number; reason: string; cause?: unknown },
  options: CheckedGroupOptions,
): SourceError {
  const seconds = options.undecodableRetryMs / 1_000
  const message = `Topic ${topic} partition ${partition}: the batch at offset ${damage.offset} cannot be read: ${damage.reason}. Nothing is passed over: the partition waits and is tried every ${seconds} s`
  const context = { reason: 'undecodable', topic, partition, offset: damage.offset }
  return new SourceError('MILLRACE_SOURCE_REJECTED', message, { cause: damage.cause, context })
}
