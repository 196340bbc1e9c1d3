// The topic, looked after: create, describe and list, for the setup, the doctor and the tests.
import { type ErrorCode, SourceError } from '@millrace/foundation'
import { ClusterLink, type ClusterOptions } from './cluster.ts'
import { isAbout, type KafkaFailure, kafkaFailure } from './failure.ts'
import { findCoordinator } from './group/coordinator.ts'
import { MemberAssignment } from './kafkajs-seams.ts'
import type { KafkaCluster, KafkaMetadata } from './kafkajs-types.ts'
import { listOffsets } from './offsets.ts'
import type { Administration, PartitionOffset, TopicDescription } from './port.ts'
import { closedConnectionHint, securityText } from './security-text.ts'
import type { KafkaSettings } from './settings.ts'
import { partitionsIfAny, topicPartitions } from './topic-metadata.ts'

export interface AdministrationOptions extends ClusterOptions {
  /** Longest time that one call may take. Unit: ms; default: connectionTimeoutMs + requestTimeoutMs. */
  callTimeoutMs?: number
  /** Tries of one call within that time, with 250 ms between them. Default 5, at least 1. */
  triesMax?: number
}

/** Calls fail with SourceError, whose message names the brokers, what was asked and what was found. */
export function createAdministration(
  settings: KafkaSettings,
  options: AdministrationOptions = {},
): Administration {
  return new KafkaAdministration(settings, options)
}

/** Kafka's number for a topic in DescribeConfigs. */
const topicResource = 2
const retryDelayMs = 250

class KafkaAdministration implements Administration {
  readonly #link: ClusterLink
  readonly #callTimeoutMs: number
  readonly #triesMax: number

  constructor(settings: KafkaSettings, options: AdministrationOptions) {
    this.#link = new ClusterLink(settings, options)
    this.#callTimeoutMs = options.callTimeoutMs ?? this.#link.callTimeoutMs
    this.#triesMax = Math.max(1, options.triesMax ?? 5)
  }

  async clusterId(): Promise<string> {
    const metadata = await this.#call('the cluster id', clusterMetadata)
    return metadata.clusterId ?? ''
  }

  async brokers(): Promise<{ id: number; host: string; port: number; controller: boolean }[]> {
    const { brokers, controllerId } = await this.#call('the brokers', clusterMetadata)
    return brokers
      .map(({ nodeId: id, host, port }) => ({ id, host, port, controller: id === controllerId }))
      .toSorted((left, right) => left.id - right.id)
  }

  async listTopics(): Promise<string[]> {
    const { topicMetadata } = await this.#call('the topics', clusterMetadata)
    const own = topicMetadata.filter((each) => !each.isInternal)
    return own.map((each) => each.topic).toSorted()
  }

  createTopic(options: Parameters<Administration['createTopic']>[0]): Promise<boolean> {
    const { topic, partitions, replicationFactor = -1, configuration = {} } = options
    const configEntries = Object.entries(configuration).map(([name, value]) => ({ name, value }))
    const request = { topic, numPartitions: partitions, replicationFactor, configEntries }
    return this.#call(`topic ${topic} to be created`, async (cluster) => {
      await cluster.refreshMetadata()
      const controller = await cluster.findControllerBroker()
      const timeout = this.#link.settings.requestTimeoutMs
      try {
        await controller.createTopics({ topics: [request], timeout })
      } catch (thrown) {
        if (isAbout(thrown, 'TOPIC_ALREADY_EXISTS')) return false
        throw thrown
      }
      await this.#untilLed(cluster, topic)
      return true
    })
  }

  describeTopic(topic: string): Promise<TopicDescription | undefined> {
    return this.#call(`topic ${topic}`, async (cluster) => {
      const found = await partitionsIfAny(cluster, topic)
      if (found === undefined) return undefined
      const broker = await cluster.brokerPool.findConnectedBroker()
      const { resources } = await broker.describeConfigs({
        resources: [{ type: topicResource, name: topic, configNames: [] }],
        includeSynonyms: false,
      })
      const configuration: Record<string, string> = {}
      for (const entry of resources[0]?.configEntries ?? []) {
        if (entry.configValue !== null) configuration[entry.configName] = entry.configValue
      }
      const partitions = found.map((each) => ({
        partition: each.partitionId,
        leader: each.leader,
        replicas: each.replicas,
        inSyncReplicas: each.isr,
      }))
      return { topic, partitions, configuration }
    })
  }

  topicOffsets(topic: string): Promise<{ partition: number; low: number; high: number }[]> {
    return this.#call(`the offsets of topic ${topic}`, async (cluster) => {
      const partitions = await topicPartitions(cluster, topic, { refresh: true })
      const low = await listOffsets(cluster, topic, { partitions, mark: 'earliest' })
      const high = await listOffsets(cluster, topic, { partitions, mark: 'latest' })
      return partitions.map(({ partitionId: partition }) => ({
        partition,
        low: low.get(partition) ?? -1,
        high: high.get(partition) ?? -1,
      }))
    })
  }

  offsetsAt(topic: string, timestampMs: number): ReturnType<Administration['offsetsAt']> {
    return this.#call(`the offsets of topic ${topic}`, async (cluster) => {
      const partitions = await topicPartitions(cluster, topic, { refresh: true })
      const offsets = await listOffsets(cluster, topic, { partitions, mark: timestampMs })
      return [...offsets].map(([partition, offset]) => ({ partition, offset }))
    })
  }

  groupOffsets(group: string, topic: string): Promise<PartitionOffset[]> {
    return this.#call(`the offsets of group ${group}`, async (cluster) => {
      const partitions = await topicPartitions(cluster, topic, { refresh: true })
      const coordinator = await findCoordinator(cluster, group)
      const wanted = partitions.map(({ partitionId }) => ({ partition: partitionId }))
      const { responses } = await coordinator.offsetFetch({
        groupId: group,
        topics: [{ topic, partitions: wanted }],
      })
      return responses
        .flatMap((each) => each.partitions)
        .map(({ partition, offset }) => ({ topic, partition, offset: Number(offset) }))
        .toSorted((left, right) => left.partition - right.partition)
    })
  }

  setGroupOffsets(
    group: string,
    topic: string,
    offsets: readonly { partition: number; offset: number }[],
  ): Promise<boolean> {
    return this.#call(`the offsets of group ${group} to be set`, async (cluster) => {
      const coordinator = await findCoordinator(cluster, group)
      const partitions = offsets.map(({ partition, offset }) => ({
        partition,
        offset: String(offset),
      }))
      // A commit by nobody, which Kafka takes only while the group is empty.
      const nobody = { groupId: group, groupGenerationId: -1, memberId: '' }
      try {
        await coordinator.offsetCommit({ ...nobody, topics: [{ topic, partitions }] })
        return true
      } catch (thrown) {
        if (isAbout(thrown, 'UNKNOWN_MEMBER_ID')) return false
        throw thrown
      }
    })
  }

  groups(): Promise<string[]> {
    return this.#call('the groups', async (cluster) => {
      await cluster.refreshMetadata()
      const names = new Set<string>()
      for (const nodeId of Object.keys(cluster.brokerPool.brokers)) {
        const broker = await cluster.findBroker({ nodeId })
        for (const { groupId } of (await broker.listGroups()).groups) names.add(groupId)
      }
      return [...names].toSorted()
    })
  }

  groupMembers(group: string): ReturnType<Administration['groupMembers']> {
    return this.#call(`group ${group}`, async (cluster) => {
      const coordinator = await findCoordinator(cluster, group)
      const { groups } = await coordinator.describeGroups({ groupIds: [group] })
      const found = groups[0]
      const members = found?.members ?? []
      return {
        state: found?.state ?? 'Dead',
        members: members.map(({ memberId, clientId, clientHost, memberAssignment }) => {
          // Java's way to write an address without its name: `/127.0.0.1`.
          const host = clientHost.replace(/^\//, '')
          return { memberId, clientId, host, partitions: assignedPartitions(memberAssignment) }
        }),
      }
    })
  }

  async deleteTopics(topics: readonly string[]): Promise<void> {
    await this.#call(`topics ${topics.join(', ')} to be deleted`, async (cluster) => {
      await cluster.refreshMetadata()
      const controller = await cluster.findControllerBroker()
      const timeout = this.#link.settings.requestTimeoutMs
      for (const topic of topics) {
        try {
          await controller.deleteTopics({ topics: [topic], timeout })
        } catch (thrown) {
          if (!isAbout(thrown, 'UNKNOWN_TOPIC_OR_PARTITION')) throw thrown
        }
        cluster.targetTopics.delete(topic)
      }
    })
  }

  deleteGroup(group: string): Promise<boolean> {
    return this.#call(`group ${group} to be deleted`, async (cluster) => {
      const coordinator = await findCoordinator(cluster, group)
      const { results } = await coordinator.deleteGroups([group])
      const error = results[0]?.error
      if (isAbout(error, 'NON_EMPTY_GROUP') || isAbout(error, 'GROUP_ID_NOT_FOUND')) return false
      if (error !== undefined) throw error
      return true
    })
  }

  close(): Promise<void> {
    this.#link.close()
    return Promise.resolve()
  }

  /** A created topic is of use only when its partitions have leaders and the brokers know of it. */
  async #untilLed(cluster: KafkaCluster, topic: string): Promise<void> {
    for (;;) {
      const partitions = await partitionsIfAny(cluster, topic)
      if (partitions?.every((each) => each.leader >= 0) === true) return
      await this.#link.clock.sleep(50)
    }
  }

  async #call<T>(wanted: string, operation: (cluster: KafkaCluster) => Promise<T>): Promise<T> {
    const { clock } = this.#link
    const startedAt = clock.monotonicMs()
    for (let attempt = 1; ; attempt++) {
      const leftMs = this.#callTimeoutMs - (clock.monotonicMs() - startedAt)
      try {
        return await this.#link.use(`asking for ${wanted}`, leftMs, operation)
      } catch (thrown) {
        const failure = kafkaFailure(thrown)
        const tookMs = clock.monotonicMs() - startedAt
        const last = attempt >= this.#triesMax || tookMs + retryDelayMs >= this.#callTimeoutMs
        const again = failure.retryable && failure.reason !== 'unknown-topic'
        if (last || !again) throw this.#error(wanted, failure, { thrown, tookMs, attempt })
        await clock.sleep(retryDelayMs)
      }
    }
  }

  #error(
    wanted: string,
    failure: KafkaFailure,
    details: { thrown: unknown; tookMs: number; attempt: number },
  ): SourceError {
    const brokers = this.#link.settings.brokers.join(', ')
    const seconds = (details.tookMs / 1_000).toFixed(1)
    const tries = details.attempt === 1 ? '1 try' : `${details.attempt} tries`
    const isUnreachable = failure.reason === 'unreachable' || failure.reason === 'timeout'
    const hint = closedConnectionHint(failure, this.#link.settings)
    const message = isUnreachable
      ? `Kafka (${brokers}) could not be reached for ${wanted}, ${tries} in ${seconds} s: ${failure.text}${hint}`
      : (securityText(failure, this.#link.settings, `to ask for ${wanted}`) ??
        `Kafka (${brokers}) was asked for ${wanted} and refused: ${failure.text}`)
    return new SourceError(codeOf(failure), message, {
      retryable: failure.retryable,
      cause: details.thrown,
      context: { reason: failure.reason, type: failure.type },
    })
  }
}

function codeOf(failure: KafkaFailure): ErrorCode {
  if (failure.reason === 'unreachable' || failure.reason === 'timeout') {
    return 'MILLRACE_SOURCE_UNREACHABLE'
  }
  return failure.reason === 'unknown-topic'
    ? 'MILLRACE_SOURCE_TOPIC_MISSING'
    : 'MILLRACE_SOURCE_REJECTED'
}

async function clusterMetadata(cluster: KafkaCluster): Promise<KafkaMetadata> {
  const broker = await cluster.brokerPool.findConnectedBroker()
  return broker.metadata([])
}

function assignedPartitions(bytes: Buffer): number[] {
  const decoded = bytes.length === 0 ? null : MemberAssignment.decode(bytes)
  return Object.values(decoded?.assignment ?? {})
    .flat()
    .toSorted((left, right) => left - right)
}
