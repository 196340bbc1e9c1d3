// A member's sign of life: one timer per assignment, apart from fetching and from what the records' taker does.
import type { Clock } from '@millrace/foundation'
import { kafkaFailure } from '../failure.ts'
import type { EndReason } from './generation.ts'
import type { Membership } from './membership.ts'
import type { CheckedGroupOptions } from './options.ts'

export interface HeartbeatContext {
  membership: Membership
  options: CheckedGroupOptions
  clock: Clock
  /** Hears of failures; the first of a row only. */
  onFailure: (thrown: unknown) => void
}

export interface BeatingGeneration {
  generationId: number
  memberId: string
  /** The coordinator has answered a heartbeat that was sent at this time (monotonic ms). */
  heard(sentAtMs: number): void
  end(reason: EndReason): void
}

/**
 * Runs from sync until `stop` is aborted, also while partitions are paused, while `onRecords` waits and while
 * `onRevoked` finishes its work: a member that is told of a rebalance stays a member as long as it beats.
 */
export async function beat(
  generation: BeatingGeneration,
  context: HeartbeatContext,
  stop: AbortSignal,
): Promise<void> {
  const { membership, options, clock } = context
  let lastAnswerAt = clock.monotonicMs()
  let failures = 0
  await clock.sleep(options.heartbeatIntervalMs, stop)
  while (!stop.aborted) {
    const sentAtMs = clock.monotonicMs()
    try {
      await membership.heartbeat(generation)
      generation.heard(sentAtMs)
      lastAnswerAt = clock.monotonicMs()
      failures = 0
    } catch (thrown) {
      const { reason } = kafkaFailure(thrown)
      if (reason === 'fenced') return generation.end('lost')
      if (reason === 'rebalancing') {
        generation.heard(sentAtMs)
        lastAnswerAt = clock.monotonicMs()
        failures = 0
        generation.end('rebalance')
      } else {
        failures++
        if (failures === 1 && !stop.aborted) context.onFailure(thrown)
        // Nobody has heard us for a whole session: the partitions may be others' by now.
        if (clock.monotonicMs() - lastAnswerAt > options.sessionTimeoutMs) {
          return generation.end('lost')
        }
      }
    }
    const waitMs = failures === 0 ? options.heartbeatIntervalMs : options.heartbeatIntervalMs / 3
    await clock.sleep(waitMs, stop)
  }
}
