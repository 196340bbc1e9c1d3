// A member of the group, adjusted: every limit and interval of the consumer, with its default and bounds.
import { ConfigError } from '@millrace/foundation'
import type { ConsumerGroupOptions } from '../port.ts'

/** All durations in ms, all sizes in bytes. */
export interface ConsumerGroupLimits {
  /** Without a heartbeat for so long, the group gives the partitions to others. 6 000..1 800 000. */
  sessionTimeoutMs: number
  /** How long the group waits for its members when it shares out partitions anew. 1 000..1 800 000. */
  rebalanceTimeoutMs: number
  /** Between two heartbeats; at most a third of the session timeout. */
  heartbeatIntervalMs: number
  /** How long `onRevoked` is waited for; less than the rebalance timeout. */
  revokeTimeoutMs: number
  /** How long a commit is tried while the coordinator moves or is away. */
  commitTimeoutMs: number
  /** How long a missing topic is waited for before that is fatal. */
  topicMissingTimeoutMs: number
  /** How long a refusal (credentials, permissions) must last to be fatal: restarting brokers refuse too. */
  refusedTimeoutMs: number
  /** How long a broker holds a fetch that finds nothing. */
  maxWaitTimeMs: number
  /** Most bytes of one partition in one fetch; a larger batch still comes, alone. */
  maxBytesPerPartition: number
  /** Most bytes of one fetch. */
  maxBytes: number
  /** Most unpacked bytes of one `onRecords`, or one batch where that is larger. */
  maxBytesPerHandOver: number
  /** First and longest wait after a failure. */
  backoffInitialMs: number
  backoffMaxMs: number
  /** How often the topic's partitions are looked at, for new ones and moved leaders. */
  metadataIntervalMs: number
  /** How soon a partition whose next batch cannot be read is tried again. */
  undecodableRetryMs: number
}

export const consumerGroupDefaults: ConsumerGroupLimits = {
  sessionTimeoutMs: 10_000,
  rebalanceTimeoutMs: 60_000,
  heartbeatIntervalMs: 3_000,
  revokeTimeoutMs: 45_000,
  commitTimeoutMs: 10_000,
  topicMissingTimeoutMs: 60_000,
  refusedTimeoutMs: 15_000,
  maxWaitTimeMs: 500,
  maxBytesPerPartition: 1024 * 1024,
  maxBytes: 8 * 1024 * 1024,
  maxBytesPerHandOver: 1024 * 1024,
  backoffInitialMs: 250,
  backoffMaxMs: 10_000,
  metadataIntervalMs: 30_000,
  undecodableRetryMs: 30_000,
}

const bounds: Record<keyof ConsumerGroupLimits, readonly [least: number, most: number]> = {
  sessionTimeoutMs: [6_000, 1_800_000],
  rebalanceTimeoutMs: [1_000, 1_800_000],
  heartbeatIntervalMs: [100, 600_000],
  revokeTimeoutMs: [0, 1_800_000],
  commitTimeoutMs: [100, 600_000],
  topicMissingTimeoutMs: [0, 86_400_000],
  refusedTimeoutMs: [0, 86_400_000],
  maxWaitTimeMs: [10, 60_000],
  maxBytesPerPartition: [1_024, 256 * 1024 * 1024],
  maxBytes: [1_024, 1024 * 1024 * 1024],
  maxBytesPerHandOver: [1_024, 1024 * 1024 * 1024],
  backoffInitialMs: [10, 60_000],
  backoffMaxMs: [10, 600_000],
  metadataIntervalMs: [100, 600_000],
  undecodableRetryMs: [100, 86_400_000],
}

export type GroupOptions = ConsumerGroupOptions & Partial<ConsumerGroupLimits>
export type CheckedGroupOptions = Readonly<ConsumerGroupOptions & ConsumerGroupLimits>

/** @throws ConfigError that names each option that is out of bounds. */
export function checkGroupOptions(options: GroupOptions): CheckedGroupOptions {
  const checked: CheckedGroupOptions = { ...consumerGroupDefaults, ...options }
  const problems: string[] = []
  for (const [name, [least, most]] of Object.entries(bounds)) {
    const value = checked[name as keyof ConsumerGroupLimits]
    if (!Number.isInteger(value) || value < least || value > most) {
      problems.push(`${name} must be a whole number from ${least} to ${most}, got ${value}`)
    }
  }
  if (checked.heartbeatIntervalMs * 3 > checked.sessionTimeoutMs) {
    problems.push(
      `heartbeatIntervalMs must be at most a third of sessionTimeoutMs (${checked.sessionTimeoutMs}), got ${checked.heartbeatIntervalMs}`,
    )
  }
  if (checked.revokeTimeoutMs >= checked.rebalanceTimeoutMs) {
    problems.push(
      `revokeTimeoutMs must be less than rebalanceTimeoutMs (${checked.rebalanceTimeoutMs}), got ${checked.revokeTimeoutMs}`,
    )
  }
  if (problems.length > 0) throw new ConfigError('MILLRACE_CONFIG_VALUE', problems.join('; '))
  return Object.freeze(checked)
}
