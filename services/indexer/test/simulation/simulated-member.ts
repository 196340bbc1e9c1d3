// A member of the simulated group: what a worker's pipeline talks to in place of Kafka.
import { SourceError } from '@millrace/foundation'
import type { ConsumerGroup, PartitionOffset, TopicPartition } from '@millrace/kafka'
import type { GroupHandlers } from '../../src/pipeline-parts.mts'
import { fetched } from '../support/fetched-records.ts'
import { type Coordinator, sessionTimeoutMs, topic } from './simulated-kafka.ts'
import type { SimulatedProcess } from './virtual-time.ts'

const heartbeatIntervalMs = 3_000
const revokeTimeoutMs = 25_000
const longPollMs = 5_000

/** One worker's membership: eager, as the real one. */
export class SimulatedMember implements ConsumerGroup {
  session: { cancel(): void } | undefined
  readonly #coordinator: Coordinator
  readonly #process: SimulatedProcess
  readonly #handlers: GroupHandlers
  readonly #paused = new Set<number>()
  readonly #highWatermarks = new Map<number, number>()
  #assigned: TopicPartition[] = []
  #generation = -1
  /** Ends fetches and heartbeats of an earlier assignment. */
  #epoch = 0
  #joinedAtMs = 0
  /** When the last heartbeat that was answered well, or the last join, set out. */
  #heardAtMs = Number.NEGATIVE_INFINITY
  #isGivingUp = false
  #isClosed = false
  readonly #idlers = new Map<number, () => void>()

  constructor(coordinator: Coordinator, process: SimulatedProcess, handlers: GroupHandlers) {
    this.#coordinator = coordinator
    this.#process = process
    this.#handlers = handlers
    coordinator.parts.log.listeners.add(this.#wake)
  }

  start(): Promise<void> {
    this.#join()
    this.#beat()
    return Promise.resolve()
  }

  pause(partitions: readonly TopicPartition[]): void {
    for (const { partition } of partitions) this.#paused.add(partition)
  }

  resume(partitions: readonly TopicPartition[]): void {
    for (const { partition } of partitions) {
      this.#paused.delete(partition)
      this.#wake(partition)
    }
  }

  assignment(): readonly TopicPartition[] {
    return this.#assigned
  }

  highWatermarks(): ReadonlyMap<number, number> {
    return this.#highWatermarks
  }

  isHeard(): boolean {
    return this.#process.clock.now() - this.#heardAtMs < sessionTimeoutMs
  }

  commit(offsets: readonly PartitionOffset[]): Promise<boolean> {
    const { random, troubleRatio } = this.#coordinator.parts
    const generation = this.#generation
    const trouble = random.next()
    const lost = new SourceError('MILLRACE_SOURCE_UNREACHABLE', 'the coordinator did not answer')
    return this.#process.answer<boolean>((resolve, reject) => {
      this.#send(() => {
        if (trouble < troubleRatio() / 2) return this.#reply(() => reject(lost))
        const isCommitted = this.#coordinator.commit(this, generation, offsets)
        if (trouble < troubleRatio()) return this.#reply(() => reject(lost))
        this.#reply(() => resolve(isCommitted))
      })
    })
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#coordinator.parts.log.listeners.delete(this.#wake)
    await this.#giveUpPartitions()
    this.#send(() => this.#coordinator.leave(this))
  }

  /** Comes from the coordinator. */
  assign(generation: number, partitions: readonly number[]): void {
    this.#reply(() =>
      this.#process.enter(() => {
        if (this.#isClosed) return
        this.#epoch += 1
        this.#heardAtMs = this.#joinedAtMs
        this.#generation = generation
        this.#paused.clear()
        this.#highWatermarks.clear()
        this.#assigned = partitions.map((partition) => ({ topic, partition }))
        this.#handlers.onAssigned(this.#assigned)
        for (const partition of partitions) void this.#fetch(partition, this.#epoch)
      }),
    )
  }

  #beat(): void {
    this.#process.clock.setTimer(heartbeatIntervalMs, () => {
      if (this.#isClosed) return
      const sentAtMs = this.#process.clock.now()
      this.#send(() => {
        const answer = this.#coordinator.heartbeat(this)
        this.#reply(() => this.#process.enter(() => void this.#onHeartbeat(answer, sentAtMs)))
      })
    })
  }

  async #onHeartbeat(answer: 'ok' | 'rebalancing' | 'unknown', sentAtMs: number): Promise<void> {
    this.#beat()
    if (answer !== 'unknown') this.#heardAtMs = sentAtMs
    if (answer === 'ok' || this.#isClosed || this.#isGivingUp) return
    await this.#giveUpPartitions()
    if (!this.#isClosed) this.#join()
  }

  #join(): void {
    this.#joinedAtMs = this.#process.clock.now()
    this.#send(() => this.#coordinator.join(this))
  }

  async #giveUpPartitions(): Promise<void> {
    const revoked = this.#assigned
    if (revoked.length === 0) return
    this.#isGivingUp = true
    this.#epoch += 1
    this.#assigned = []
    const late = this.#process.clock.sleep(revokeTimeoutMs)
    await Promise.race([this.#handlers.onRevoked(revoked), late])
    this.#isGivingUp = false
  }

  async #fetch(partition: number, epoch: number): Promise<void> {
    const { log, random } = this.#coordinator.parts
    const records = log.partitions[partition]!
    let position = this.#coordinator.committed.get(partition) ?? 0
    while (this.#epoch === epoch && this.#assigned.length > 0) {
      if (this.#paused.has(partition) || position >= records.length) await this.#idle(partition)
      await this.#process.clock.sleep(5 + random.next() * 40)
      if (this.#epoch !== epoch) return
      this.#highWatermarks.set(partition, records.length)
      if (this.#paused.has(partition) || position >= records.length || !this.isHeard()) continue
      const batch = records.slice(position, position + 1 + Math.floor(random.next() * 20))
      position += batch.length
      await this.#handlers.onRecords(fetched(batch))
    }
  }

  /** Until there may be something to fetch, as a long poll does. */
  #idle(partition: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#process.clock.setTimer(longPollMs, resolve)
      this.#idlers.set(partition, () => {
        timer.cancel()
        resolve()
      })
    })
  }

  readonly #wake = (partition: number): void => {
    this.#process.enter(() => this.#idlers.get(partition)?.())
  }

  #send(arrive: () => void): void {
    const { time, random } = this.#coordinator.parts
    time.schedule(1 + random.next() * 5, () => {
      // What a stopped or killed process has sent before is on its way nevertheless.
      arrive()
    })
  }

  #reply(arrive: () => void): void {
    const { time, random } = this.#coordinator.parts
    time.schedule(1 + random.next() * 5, arrive)
  }
}
