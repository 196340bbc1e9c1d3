// Records, read: a member of a consumer group, from joining to leaving, for as long as it takes.
import {
  backoffDelayMs,
  type Clock,
  errorText,
  type Random,
  SourceError,
  systemClock,
  systemRandom,
} from '@millrace/foundation'
import { ClusterLink, type ClusterOptions, LinkClosedError } from './cluster.ts'
import { kafkaFailure } from './failure.ts'
import { Fetcher } from './group/fetcher.ts'
import { type EndReason, Generation } from './group/generation.ts'
import { beat } from './group/heartbeat.ts'
import { type Joined, Membership } from './group/membership.ts'
import { type CheckedGroupOptions, checkGroupOptions, type GroupOptions } from './group/options.ts'
import { needsPerson, sourceError } from './group/source-error.ts'
import { startPositions } from './group/start-positions.ts'
import type { ConsumerGroup, PartitionOffset, TopicPartition } from './port.ts'
import type { KafkaSettings } from './settings.ts'
import { topicPartitions } from './topic-metadata.ts'

/**
 * A member of a consumer group. Nothing is connected before `start`.
 * @throws ConfigError when an option is out of its bounds.
 */
export function createConsumerGroup(
  settings: KafkaSettings,
  options: GroupOptions,
  environment: ClusterOptions = {},
): ConsumerGroup {
  return new KafkaConsumerGroup(settings, checkGroupOptions(options), environment)
}

const commitRetryMs = 250
/** A group in commotion overtakes a join now and then; wait a little longer each time. Unit: ms. */
const rejoinMs = 100
const rejoinMaxMs = 5_000
const settingUpTries = 4

/** A round of the run, told from one join to the next by its own clock of failures. */
interface Outage {
  failures: number
  /** Joins in a row that the group overtook. */
  rejoins: number
  /** When the present row of refusals, or of the topic being missing, began (monotonic ms). */
  refusedSinceMs: number | undefined
}

class KafkaConsumerGroup implements ConsumerGroup {
  readonly #options: CheckedGroupOptions
  readonly #link: ClusterLink
  readonly #clock: Clock
  readonly #random: Random
  readonly #membership: Membership
  readonly #stop = new AbortController()
  #generation: Generation | undefined
  #running: Promise<void> | undefined
  #closing: Promise<void> | undefined

  constructor(settings: KafkaSettings, options: CheckedGroupOptions, environment: ClusterOptions) {
    this.#options = options
    this.#link = new ClusterLink(settings, environment)
    this.#clock = environment.clock ?? systemClock
    this.#random = environment.random ?? systemRandom
    this.#membership = new Membership(this.#link, options, this.#clock)
  }

  start(): Promise<void> {
    if (!this.#stop.signal.aborted) this.#running ??= this.#run()
    return Promise.resolve()
  }

  pause(partitions: readonly TopicPartition[]): void {
    this.#generation?.setPaused(partitions, true)
  }

  resume(partitions: readonly TopicPartition[]): void {
    this.#generation?.setPaused(partitions, false)
  }

  assignment(): readonly TopicPartition[] {
    return this.#generation?.partitions() ?? []
  }

  highWatermarks(): ReadonlyMap<number, number> {
    const marks = new Map<number, number>()
    for (const { partition, highWatermark } of this.#generation?.owned.values() ?? []) {
      if (highWatermark !== undefined) marks.set(partition, highWatermark)
    }
    return marks
  }

  isHeard(): boolean {
    return this.#generation?.isHeard ?? false
  }

  async commit(offsets: readonly PartitionOffset[]): Promise<boolean> {
    const generation = this.#generation
    const committable = generation?.committable(offsets)
    if (generation === undefined || committable === undefined) return false
    if (committable.size === 0) return false
    const deadlineMs = this.#clock.monotonicMs() + this.#options.commitTimeoutMs
    for (;;) {
      // A retry must not outlive its assignment: the next owner may have committed more.
      if (!generation.mayCommit) return false
      const leftMs = deadlineMs - this.#clock.monotonicMs()
      try {
        await this.#membership.commit(generation, committable, Math.max(1, leftMs))
        return true
      } catch (thrown) {
        const { reason, retryable } = kafkaFailure(thrown)
        if (reason === 'rebalancing' || reason === 'fenced') {
          generation.end(reason === 'fenced' ? 'lost' : 'rebalance')
          return false
        }
        const isLate = this.#clock.monotonicMs() + commitRetryMs >= deadlineMs
        if (!retryable || isLate) throw sourceError(thrown, this.#where())
        await this.#clock.sleep(commitRetryMs)
      }
    }
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#close())
  }

  async #close(): Promise<void> {
    this.#stop.abort()
    if (this.#generation === undefined) {
      // 1. The member waits in a join, which may take as long as the others need; 2. closing the connection
      // ends that wait at once; 3. the run below leaves with the member id that the join had been told.
      this.#link.reset()
    }
    this.#generation?.end('closing')
    await this.#running
    this.#link.close()
  }

  /** Joins, serves the assignment until it ends, and joins again, without end; waits longer after each failure. */
  async #run(): Promise<void> {
    const outage: Outage = { failures: 0, rejoins: 0, refusedSinceMs: undefined }
    const { signal } = this.#stop
    while (!signal.aborted) {
      try {
        await this.#round(() => {
          outage.failures = 0
          outage.rejoins = 0
          outage.refusedSinceMs = undefined
        })
      } catch (thrown) {
        if (signal.aborted) continue
        if (isRejoin(thrown)) {
          await this.#clock.sleep(Math.min(rejoinMs * outage.rejoins++, rejoinMaxMs), signal)
          continue
        }
        if (this.#isFatal(thrown, outage)) {
          this.#report(thrown, true)
          break
        }
        outage.failures++
        // A fresh cluster needs a moment to set up its first group, and a fresh topic its leaders: that is no news.
        const { reason } = kafkaFailure(thrown)
        const isSettingUp = reason === 'no-coordinator' || reason === 'no-leader'
        if (!isSettingUp || outage.failures > settingUpTries) this.#report(thrown, false)
        const { backoffInitialMs: initialMs, backoffMaxMs: maxMs } = this.#options
        const delayMs = backoffDelayMs(outage.failures, { initialMs, maxMs }, this.#random)
        await this.#clock.sleep(delayMs, signal)
      }
    }
    await this.#membership.leave()
  }

  async #round(onJoined: () => void): Promise<void> {
    // A missing topic must not make a group: the answer is asked for before the join.
    await this.#link.use('looking up the topic', this.#link.callTimeoutMs, (cluster) =>
      topicPartitions(cluster, this.#options.topic, { refresh: true }),
    )
    if (this.#stop.signal.aborted) return
    const joined = await this.#membership.join()
    onJoined()
    await this.#serve(joined)
  }

  /**
   * One assignment:
   *
   * 1. sync is done, heartbeats begin: looking up offsets may take longer than a session;
   * 2. the start of each partition is known, `onAssigned` is told, fetching begins;
   * 3. something ends the assignment: no record is handed over from here on;
   * 4. `onRevoked` finishes and commits, in the old generation, while heartbeats go on, so that the broker waits
   *    for this member for up to the rebalance timeout instead of throwing it out after the session timeout;
   * 5. the generation is retired: a commit that comes later is refused here, not sent;
   * 6. heartbeats stop, and the caller joins again, or leaves.
   */
  async #serve(joined: Joined): Promise<void> {
    const beating = new AbortController()
    const { sessionTimeoutMs } = this.#options
    const timing = { clock: this.#clock, sessionTimeoutMs }
    const probe = { topic: this.#options.topic, ...joined }
    // Heartbeats need a generation to end; until the positions are known, it owns nothing.
    let generation = new Generation({ ...probe, positions: new Map() }, timing)
    const early = generation
    const context = {
      membership: this.#membership,
      options: this.#options,
      clock: this.#clock,
      onFailure: (thrown: unknown) => this.#report(thrown, false),
    }
    const end = (reason: EndReason): void => generation.end(reason)
    const heard = (sentAtMs: number): void => generation.heard(sentAtMs)
    void beat({ end, heard, ...ids(joined) }, context, beating.signal)
    try {
      const lookUp = { link: this.#link, membership: this.#membership, options: this.#options }
      const positions = await startPositions(joined, lookUp)
      if (early.endReason !== undefined || this.#stop.signal.aborted) return
      const { heardAtMs } = early
      generation = new Generation({ ...probe, positions, heardAtMs }, timing)
      this.#generation = generation
      this.#options.onAssigned(generation.assigned())
      const fetcher = new Fetcher(generation, {
        ...context,
        link: this.#link,
        random: this.#random,
      })
      // What it still waits for when the assignment ends, it drops by itself.
      void fetcher.run()
      await generation.ended
      await this.#revoked(generation)
    } finally {
      generation.retire()
      this.#generation = undefined
      beating.abort()
    }
  }

  async #revoked(generation: Generation): Promise<void> {
    const { onRevoked, revokeTimeoutMs } = this.#options
    const enough = new AbortController()
    const finish = async (): Promise<void> => {
      try {
        await onRevoked(generation.partitions())
      } catch (thrown) {
        const error = thrown instanceof Error ? thrown : new Error(errorText(thrown))
        this.#options.onError(error, { fatal: false })
      }
      enough.abort()
    }
    const finishing = finish()
    await this.#clock.sleep(revokeTimeoutMs, enough.signal)
    if (!enough.signal.aborted) {
      const seconds = revokeTimeoutMs / 1_000
      const message = `Work on topic ${this.#options.topic} was not finished ${seconds} s after its partitions were revoked; the group goes on, and what was not committed is read again`
      const context = { reason: 'timeout', topic: this.#options.topic, group: this.#options.group }
      this.#report(
        new SourceError('MILLRACE_SOURCE_REJECTED', message, { retryable: true, context }),
        false,
      )
    } else await finishing
  }

  #isFatal(thrown: unknown, outage: Outage): boolean {
    const isTopicMissing = kafkaFailure(thrown).reason === 'unknown-topic'
    if (!isTopicMissing && !needsPerson(thrown)) {
      outage.refusedSinceMs = undefined
      return false
    }
    const now = this.#clock.monotonicMs()
    outage.refusedSinceMs ??= now
    const { topicMissingTimeoutMs, refusedTimeoutMs } = this.#options
    const limitMs = isTopicMissing ? topicMissingTimeoutMs : refusedTimeoutMs
    return now - outage.refusedSinceMs >= limitMs
  }

  #report(thrown: unknown, fatal: boolean): void {
    if (thrown instanceof LinkClosedError) return
    if (this.#stop.signal.aborted && !fatal) return
    this.#options.onError(sourceError(thrown, this.#where()), { fatal })
  }

  #where(): { settings: KafkaSettings; topic: string; group: string } {
    const { topic, group } = this.#options
    return { settings: this.#link.settings, topic, group }
  }
}

function ids(joined: Joined): { generationId: number; memberId: string } {
  return { generationId: joined.generationId, memberId: joined.memberId }
}

/** The group moved on while this member joined: join again at once, it is no failure. */
function isRejoin(thrown: unknown): boolean {
  const { reason } = kafkaFailure(thrown)
  return reason === 'rebalancing' || reason === 'fenced'
}
