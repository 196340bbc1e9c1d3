// A member's talk with the group's coordinator: join, sync, heartbeat, commit, leave.
import type { Clock } from '@millrace/foundation'
import type { ClusterLink } from '../cluster.ts'
import { kafkaFailure } from '../failure.ts'
import { kafkaRequests } from '../kafkajs-seams.ts'
import type { KafkaBroker, KafkaCluster } from '../kafkajs-types.ts'
import { topicPartitions } from '../topic-metadata.ts'
import {
  assignorName,
  decodeAssignment,
  encodeShares,
  encodeSubscription,
  type ReceivedAssignment,
  shareOut,
} from './assignor.ts'
import { findCoordinator } from './coordinator.ts'
import type { StartPosition } from './generation.ts'
import type { CheckedGroupOptions } from './options.ts'

const joinGroupKey = 11
/** What stands before the time in the metadata of a committed offset. */
const commitTimePrefix = 'at='
/** How long a member that leaves waits for the answer. Unit: ms. */
const leaveTimeoutMs = 5_000

export interface Joined extends ReceivedAssignment {
  generationId: number
  memberId: string
  isLeader: boolean
  /** Partitions that the leader shared out; 0 for the others. */
  partitionsKnown: number
  /** When the request was sent with whose answer the membership began (monotonic ms). */
  heardAtMs: number
}

interface JoinAnswer {
  generationId: number
  leaderId: string
  memberId: string
  members: { memberId: string }[]
}

/** Keeps the member id and the coordinator from one generation to the next. Calls are bounded, none is repeated here. */
export class Membership {
  readonly #link: ClusterLink
  readonly #options: CheckedGroupOptions
  readonly #clock: Clock
  #memberId = ''
  #coordinatorId: number | string | undefined

  constructor(link: ClusterLink, options: CheckedGroupOptions, clock: Clock) {
    this.#link = link
    this.#clock = clock
    this.#options = options
  }

  /** Joins and takes the assignment; as the leader, also makes it. Waits for the other members. */
  async join(): Promise<Joined> {
    const joinTimeoutMs = this.#options.rebalanceTimeoutMs + this.#link.callTimeoutMs
    const answer = await this.#ask('joining the group', joinTimeoutMs, (_, coordinator) =>
      this.#joinGroup(coordinator),
    )
    const isLeader = answer.leaderId === answer.memberId
    // The others wait for the leader's word, and it for the cluster's: both are bounded by the same time.
    return this.#ask('syncing the group', joinTimeoutMs, async (cluster, coordinator) => {
      const share = isLeader ? await this.#share(cluster, coordinator, answer) : undefined
      const heardAtMs = this.#clock.monotonicMs()
      const { memberAssignment } = await this.#sync(coordinator, answer, share?.assignment ?? [])
      return {
        ...decodeAssignment(this.#options.topic, memberAssignment),
        generationId: answer.generationId,
        memberId: answer.memberId,
        isLeader,
        partitionsKnown: share?.partitions ?? 0,
        heardAtMs,
      }
    })
  }

  async heartbeat(generation: { generationId: number; memberId: string }): Promise<void> {
    // A third of a session, so that a coordinator that has stopped answering is given up in time for another.
    const timeoutMs = Math.ceil(this.#options.sessionTimeoutMs / 3)
    await this.#askAs(generation.memberId, 'a heartbeat', timeoutMs, (coordinator) =>
      coordinator.heartbeat({
        groupId: this.#options.group,
        groupGenerationId: generation.generationId,
        memberId: generation.memberId,
      }),
    )
  }

  async commit(
    generation: { generationId: number; memberId: string },
    offsets: ReadonlyMap<number, number>,
    timeoutMs: number,
  ): Promise<void> {
    // For the next owner, which tells how long the partition stood still in between.
    const metadata = commitTimePrefix + String(this.#clock.now())
    const partitions = [...offsets].map(([partition, offset]) => ({
      partition,
      offset: String(offset),
      metadata,
    }))
    await this.#askAs(generation.memberId, 'committing offsets', timeoutMs, (coordinator) =>
      coordinator.offsetCommit({
        groupId: this.#options.group,
        groupGenerationId: generation.generationId,
        memberId: generation.memberId,
        topics: [{ topic: this.#options.topic, partitions }],
      }),
    )
  }

  /** Committed offsets; partitions without one are left out. */
  committed(partitions: readonly number[]): Promise<Map<number, StartPosition>> {
    return this.#ask('reading offsets', this.#link.callTimeoutMs, (_, coordinator) =>
      this.#fetchOffsets(coordinator, partitions),
    )
  }

  /** Best effort: a group that is not told finds out when the session ends. Never throws. */
  async leave(): Promise<void> {
    const memberId = this.#memberId
    if (memberId === '') return
    this.#memberId = ''
    try {
      await this.#ask('leaving the group', leaveTimeoutMs, (_, coordinator) =>
        coordinator.leaveGroup({ groupId: this.#options.group, memberId }),
      )
    } catch {
      // Nobody is left to retry for.
    }
  }

  async #ask<T>(
    what: string,
    timeoutMs: number,
    operation: (cluster: KafkaCluster, coordinator: KafkaBroker) => Promise<T>,
  ): Promise<T> {
    try {
      return await this.#link.use(what, timeoutMs, async (cluster) =>
        operation(cluster, await this.#coordinator(cluster)),
      )
    } catch (thrown) {
      const { reason } = kafkaFailure(thrown)
      if (reason === 'no-coordinator' || reason === 'unreachable' || reason === 'timeout') {
        this.#coordinatorId = undefined
      }
      throw thrown
    }
  }

  /** As `#ask`; an answer that the group does not know this member is not taken for a word on a later one. */
  async #askAs(
    memberId: string,
    what: string,
    timeoutMs: number,
    operation: (coordinator: KafkaBroker) => Promise<unknown>,
  ): Promise<void> {
    try {
      await this.#ask(what, timeoutMs, (_, coordinator) => operation(coordinator))
    } catch (thrown) {
      const isUnknown = kafkaFailure(thrown).type === 'UNKNOWN_MEMBER_ID'
      if (isUnknown && memberId === this.#memberId) this.#memberId = ''
      throw thrown
    }
  }

  async #coordinator(cluster: KafkaCluster): Promise<KafkaBroker> {
    const known = this.#coordinatorId
    if (known !== undefined && cluster.brokerPool.brokers[known] !== undefined) {
      return cluster.findBroker({ nodeId: known })
    }
    const coordinator = await findCoordinator(cluster, this.#options.group)
    this.#coordinatorId = coordinator.nodeId ?? undefined
    return coordinator
  }

  /** The client's own join hides the member id until it is in, so that a member which stops meanwhile cannot leave. */
  async #joinGroup(coordinator: KafkaBroker): Promise<JoinAnswer> {
    const { group, topic, sessionTimeoutMs, rebalanceTimeoutMs } = this.#options
    const build = coordinator.lookupRequest(joinGroupKey, kafkaRequests['JoinGroup'])
    for (let round = 1; ; round++) {
      const request = build({
        groupId: group,
        sessionTimeout: sessionTimeoutMs,
        rebalanceTimeout: rebalanceTimeoutMs,
        memberId: this.#memberId,
        protocolType: 'consumer',
        groupProtocols: [{ name: assignorName, metadata: encodeSubscription(topic) }],
      })
      try {
        const answer = (await coordinator.connectionPool.send(request)) as JoinAnswer
        this.#memberId = answer.memberId
        return answer
      } catch (thrown) {
        // A newcomer is first told its id and then asked to join with it (KIP-394).
        const told = memberIdRequired(thrown)
        if (kafkaFailure(thrown).type === 'UNKNOWN_MEMBER_ID') this.#memberId = ''
        if (told === undefined || round > 1) throw thrown
        this.#memberId = told
      }
    }
  }

  async #sync(
    coordinator: KafkaBroker,
    answer: JoinAnswer,
    groupAssignment: { memberId: string; memberAssignment: Buffer }[],
  ): Promise<{ memberAssignment: Buffer }> {
    const { generationId, memberId } = answer
    try {
      const groupId = this.#options.group
      return await coordinator.syncGroup({ groupId, generationId, memberId, groupAssignment })
    } catch (thrown) {
      if (kafkaFailure(thrown).type === 'UNKNOWN_MEMBER_ID') this.#memberId = ''
      throw thrown
    }
  }

  async #share(
    cluster: KafkaCluster,
    coordinator: KafkaBroker,
    answer: JoinAnswer,
  ): Promise<{ assignment: { memberId: string; memberAssignment: Buffer }[]; partitions: number }> {
    const { topic } = this.#options
    const found = await topicPartitions(cluster, topic, { refresh: true })
    const partitions = found.map((each) => each.partitionId)
    // 1. Two newcomers of a new group start at `latest`; 2. one of them commits its place; 3. the other asks
    // whether the group has offsets and hears yes, and would read its partitions from the beginning.
    // Therefore the leader asks once, before anyone of this generation can commit, and tells all.
    const groupHasOffsets = (await this.#fetchOffsets(coordinator, partitions)).size > 0
    const shares = shareOut(
      answer.members.map((member) => member.memberId),
      partitions,
    )
    return {
      assignment: encodeShares(topic, shares, groupHasOffsets),
      partitions: partitions.length,
    }
  }

  async #fetchOffsets(
    coordinator: KafkaBroker,
    partitions: readonly number[],
  ): Promise<Map<number, StartPosition>> {
    const { group, topic } = this.#options
    const offsets = new Map<number, StartPosition>()
    if (partitions.length === 0) return offsets
    const wanted = partitions.map((partition) => ({ partition }))
    const { responses } = await coordinator.offsetFetch({
      groupId: group,
      topics: [{ topic, partitions: wanted }],
    })
    for (const answer of responses.flatMap((each) => each.partitions)) {
      const offset = Number(answer.offset)
      if (offset < 0) continue
      const committedAtMs = commitTimeOf(answer.metadata)
      const position = committedAtMs === undefined ? { offset } : { offset, committedAtMs }
      offsets.set(answer.partition, position)
    }
    return offsets
  }
}

function commitTimeOf(metadata: string | null | undefined): number | undefined {
  if (metadata?.startsWith(commitTimePrefix) !== true) return undefined
  const atMs = Number(metadata.slice(commitTimePrefix.length))
  return Number.isSafeInteger(atMs) && atMs > 0 ? atMs : undefined
}

function memberIdRequired(thrown: unknown): string | undefined {
  if (kafkaFailure(thrown).type !== 'MEMBER_ID_REQUIRED') return undefined
  const { memberId } = thrown as { memberId?: unknown }
  return typeof memberId === 'string' && memberId !== '' ? memberId : undefined
}
