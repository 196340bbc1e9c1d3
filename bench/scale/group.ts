// The consumer group as the broker sees it.
import { setTimeout as sleep } from 'node:timers/promises'
import { createAdministration, kafkaSettings } from '@millrace/kafka'
import type { Target } from '../indexer/programs.ts'

const waitMaxMs = 120_000
const lookIntervalMs = 100

/** Resolves when so many members share the partitions among them. */
export async function untilMembers(
  target: Target,
  count: number,
  signal: AbortSignal,
): Promise<void> {
  const administration = createAdministration(kafkaSettings.parse({ brokers: [...target.brokers] }))
  try {
    const endsAt = performance.now() + waitMaxMs
    for (;;) {
      // A broker that is new has no coordinator yet.
      const { state, members } = await administration
        .groupMembers(target.group)
        .catch((error: Error) => ({ state: error.message, members: [] }))
      const busy = members.filter(({ partitions }) => partitions.length > 0)
      if (state === 'Stable' && members.length === count && busy.length === count) return
      if (performance.now() > endsAt) {
        throw new Error(
          `group ${target.group} is ${state} with ${members.length} of ${count} members`,
        )
      }
      await sleep(lookIntervalMs, undefined, { signal })
    }
  } finally {
    await administration.close()
  }
}
