// The broker that looks after a group: asked for directly, so that its refusals are heard.
import type { KafkaBroker, KafkaCluster } from '../kafkajs-types.ts'

/** Kafka's number for a group's coordinator, in contrast to a transaction's. */
const groupCoordinator = 0

/** The client's own search swallows every error, a missing permission among them. */
export async function findCoordinator(cluster: KafkaCluster, group: string): Promise<KafkaBroker> {
  const broker = await cluster.brokerPool.findConnectedBroker()
  const { coordinator } = await broker.findGroupCoordinator({
    groupId: group,
    coordinatorType: groupCoordinator,
  })
  const { brokerPool } = cluster
  if (brokerPool.brokers[coordinator.nodeId] === undefined) await cluster.refreshMetadata()
  return cluster.findBroker({ nodeId: coordinator.nodeId })
}
