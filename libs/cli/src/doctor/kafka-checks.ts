// The doctor at the topic: brokers, topics, and the group that reads them.
import { deadLetterTopic } from '@millrace/envelope'
import { errorText } from '@millrace/foundation'
import type { Administration, TopicDescription } from '@millrace/kafka'
import { counted } from '../number-text.ts'
import { failed, type Finding, warning, well } from './finding.ts'

export interface KafkaCheckOptions {
  administration: Administration
  /** As configured, for what is said when none answers. */
  brokers: readonly string[]
  topic: string
  group: string
}

/** Findings in the order in which a line travels. Ends early where the rest can't be asked. */
export async function* checkKafka(options: KafkaCheckOptions): AsyncGenerator<Finding> {
  const { administration, topic, group } = options
  const brokers = await brokersFinding(options)
  yield brokers
  if (brokers.status === 'failed') return
  const description = await administration.describeTopic(topic)
  yield topicFinding(topic, description)
  if (description === undefined) return
  const deadLetters = await administration.describeTopic(deadLetterTopic(topic))
  yield topicFinding(deadLetterTopic(topic), deadLetters)
  try {
    yield await groupFinding(administration, topic, group)
  } catch (error) {
    yield failed(`group ${group}`, errorText(error), 'The user needs DESCRIBE on the group.')
  }
  if (deadLetters !== undefined) yield await deadLettersFinding(administration, topic)
}

async function brokersFinding({ administration, brokers }: KafkaCheckOptions): Promise<Finding> {
  try {
    const found = await administration.brokers()
    const clusterId = await administration.clusterId()
    const names = found.map(({ id, host, port }) => `${id} (${host}:${port})`).join(', ')
    const controller = found.find((broker) => broker.controller)
    const text = `${counted(found.length, 'broker')}: ${names}; controller ${controller?.id ?? 'not known'}; cluster ${clusterId}`
    return well('brokers', text)
  } catch (error) {
    const advice = `Is Kafka running at ${brokers.join(', ')}? Set MILLRACE_KAFKA_BROKERS or --brokers, or run npm start.`
    return failed('brokers', errorText(error), advice)
  }
}

function topicFinding(topic: string, description: TopicDescription | undefined): Finding {
  const check = `topic ${topic}`
  if (description === undefined) {
    return failed(check, 'it does not exist', 'Run "millrace setup".')
  }
  const { partitions } = description
  const offline = partitions.filter(({ leader }) => leader < 0)
  if (offline.length > 0) {
    const names = offline.map(({ partition }) => partition).join(', ')
    const advice = `Start the brokers that hold them: "millrace topic describe ${topic}" names the replicas.`
    return failed(check, `partitions without a leader: ${names}`, advice)
  }
  const behind = partitions.filter(
    ({ replicas, inSyncReplicas }) => inSyncReplicas.length < replicas.length,
  )
  if (behind.length > 0) {
    const names = behind.map(({ partition }) => partition).join(', ')
    const advice = 'A broker is down or slow; until it is back, one failure more can stop writing.'
    return warning(check, `replicas out of sync in partitions ${names}`, advice)
  }
  const replicas = partitions[0]?.replicas.length ?? 0
  return well(
    check,
    `${counted(partitions.length, 'partition')}, ${counted(replicas, 'replica')} each, all in sync`,
  )
}

async function groupFinding(
  administration: Administration,
  topic: string,
  group: string,
): Promise<Finding> {
  const check = `group ${group}`
  const [{ state, members }, offsets, committed] = await Promise.all([
    administration.groupMembers(group),
    administration.topicOffsets(topic),
    administration.groupOffsets(group, topic),
  ])
  const next = new Map(committed.map(({ partition, offset }) => [partition, offset]))
  let lag = 0
  for (const { partition, low, high } of offsets) {
    lag += high - Math.max(low, next.get(partition) ?? -1)
  }
  const lagText = `lag ${counted(lag, 'record')}`
  if (members.length > 0) {
    return well(check, `${counted(members.length, 'worker')}, ${state.toLowerCase()}, ${lagText}`)
  }
  const advice = 'Start an indexer: node services/indexer/src/main.ts'
  if (lag > 0) return failed(check, `nobody reads the topic, ${lagText}`, advice)
  return warning(check, 'nobody reads the topic (nothing is waiting)', advice)
}

async function deadLettersFinding(administration: Administration, topic: string): Promise<Finding> {
  const offsets = await administration.topicOffsets(deadLetterTopic(topic))
  const count = offsets.reduce((sum, { low, high }) => sum + high - low, 0)
  if (count === 0) return well('dead letters', 'none')
  const advice = 'Look at them: millrace dead-letters list'
  return warning('dead letters', `${counted(count, 'record')} in ${deadLetterTopic(topic)}`, advice)
}
