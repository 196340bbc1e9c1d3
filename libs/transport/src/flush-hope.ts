// A flush waits for Kafka, but not for a Kafka that is away while a disk could take the lines.
import type { Clock } from '@millrace/foundation'
import type { Delivery } from './delivery.ts'
import type { SinkLimits } from './sink-limits.ts'

/** Whether it makes no sense to wait for Kafka any longer, as a question to be asked again and again from now on. */
export function flushHope(
  delivery: Pick<Delivery, 'isAway' | 'isFailing' | 'silentMs'>,
  clock: Pick<Clock, 'monotonicMs'>,
  limits: Pick<SinkLimits, 'flushAwayMs' | 'flushFailingMs' | 'flushSilentMs'>,
): () => boolean {
  const wasAway = delivery.isAway
  const startedAt = clock.monotonicMs()
  return () => {
    const silentMs = Math.min(delivery.silentMs, clock.monotonicMs() - startedAt)
    if (wasAway) return silentMs >= limits.flushAwayMs
    return silentMs >= (delivery.isFailing ? limits.flushFailingMs : limits.flushSilentMs)
  }
}
