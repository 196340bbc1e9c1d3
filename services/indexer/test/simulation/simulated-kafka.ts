// Kafka, simulated: a topic, and a group coordinator with sessions, generations and fencing.
import type { Random } from '@millrace/foundation'
import type { KafkaRecord, PartitionOffset } from '@millrace/kafka'
import type { SimulatedMember } from './simulated-member.ts'
import type { VirtualTime } from './virtual-time.ts'

export const topic = 'logs'
export const sessionTimeoutMs = 10_000
const rebalanceTimeoutMs = 60_000

export class SimulatedTopic {
  readonly partitions: KafkaRecord[][]
  /** Told of the partition of each new record. */
  readonly listeners = new Set<(partition: number) => void>()

  constructor(partitions: number) {
    this.partitions = Array.from({ length: partitions }, () => [])
  }

  append(
    partition: number,
    record: Omit<KafkaRecord, 'topic' | 'partition' | 'offset'>,
  ): KafkaRecord {
    const log = this.partitions[partition]!
    const stored = { ...record, topic, partition, offset: log.length }
    log.push(stored)
    for (const listener of this.listeners) listener(partition)
    return stored
  }
}

export interface KafkaParts {
  time: VirtualTime
  random: Random
  log: SimulatedTopic
  /** Told of each commit before it is stored. */
  onCommit: (partition: number, offset: number) => void
  /** Chance that a commit fails, and that its answer gets lost. 0 to 1. */
  troubleRatio: () => number
  /** A bug on purpose: offsets by which a commit goes too far. */
  commitsAheadBy: () => number
}

/** Knows the members; hands out partitions; stores offsets. */
export class Coordinator {
  readonly parts: KafkaParts
  readonly committed = new Map<number, number>()
  generation = 0
  #members = new Set<SimulatedMember>()
  #joined = new Set<SimulatedMember>()
  #isRebalancing = false

  constructor(parts: KafkaParts) {
    this.parts = parts
  }

  get hasMembers(): boolean {
    return this.#members.size > 0
  }

  get isStable(): boolean {
    return !this.#isRebalancing
  }

  join(member: SimulatedMember): void {
    this.#members.add(member)
    this.#joined.add(member)
    this.#watchSession(member)
    this.#rebalance()
    this.#completeWhenAllAreIn()
  }

  leave(member: SimulatedMember): void {
    if (!this.#members.delete(member)) return
    this.#joined.delete(member)
    this.#rebalance()
    this.#completeWhenAllAreIn()
  }

  heartbeat(member: SimulatedMember): 'ok' | 'rebalancing' | 'unknown' {
    if (!this.#members.has(member)) return 'unknown'
    this.#watchSession(member)
    return this.#isRebalancing ? 'rebalancing' : 'ok'
  }

  /** Kafka takes commits of the present generation only, also while the next one is being prepared. */
  commit(
    member: SimulatedMember,
    generation: number,
    offsets: readonly PartitionOffset[],
  ): boolean {
    if (!this.#members.has(member) || generation !== this.generation) return false
    for (const { partition, offset: settled } of offsets) {
      const end = this.parts.log.partitions[partition]!.length
      const offset = Math.min(end, settled + this.parts.commitsAheadBy())
      this.parts.onCommit(partition, offset)
      this.committed.set(partition, offset)
    }
    return true
  }

  #watchSession(member: SimulatedMember): void {
    member.session?.cancel()
    member.session = this.parts.time.schedule(sessionTimeoutMs, () => this.leave(member))
  }

  #rebalance(): void {
    if (this.#isRebalancing) return
    this.#isRebalancing = true
    this.parts.time.schedule(rebalanceTimeoutMs, () => {
      if (!this.#isRebalancing) return
      for (const member of this.#members) {
        if (!this.#joined.has(member)) this.#members.delete(member)
      }
      this.#completeWhenAllAreIn()
    })
  }

  #completeWhenAllAreIn(): void {
    if (!this.#isRebalancing || this.#joined.size < this.#members.size) return
    this.#isRebalancing = false
    this.generation += 1
    const members = [...this.#members]
    this.#joined.clear()
    for (const [position, member] of members.entries()) {
      const own = this.parts.log.partitions
        .map((_, partition) => partition)
        .filter((partition) => partition % members.length === position)
      member.assign(this.generation, own)
    }
  }
}
