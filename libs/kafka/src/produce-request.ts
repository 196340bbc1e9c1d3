// A batch, handed to the leader of its partition: the Produce request, versions 3 to 7.
import { kafkaRequests } from './kafkajs-seams.ts'
import type { KafkaBroker } from './kafkajs-types.ts'

const produceKey = 0
/** acks=all: the answer comes when every in-sync replica has the batch. */
const acksAll = -1

export interface ProduceRequest {
  topic: string
  partition: number
  batch: Buffer
  /** How long the broker may wait for the replicas. Unit: ms. */
  replicaTimeoutMs: number
}

interface ProduceAnswer {
  topics: { partitions: { partition: number; baseOffset: string }[] }[]
}

/**
 * The client's own request code encodes a record in about 8 µs; here the batch comes encoded, and only the
 * envelope, the version and the answer are the client's.
 * @returns the offset of the first record, or -1 where the broker does not tell.
 */
export async function produceBatch(broker: KafkaBroker, request: ProduceRequest): Promise<number> {
  const build = broker.lookupRequest(produceKey, kafkaRequests['Produce'])
  const built = build({ acks: acksAll, timeout: request.replicaTimeoutMs, topicData: [] })
  const body = encodeBody(request)
  built.request.encode = () => Promise.resolve({ buf: body, buffer: body })
  const answer = (await broker.connectionPool.send(built)) as ProduceAnswer
  return Number(answer.topics[0]?.partitions[0]?.baseOffset ?? -1)
}

function encodeBody({ topic, partition, batch, replicaTimeoutMs }: ProduceRequest): Buffer {
  const topicLength = Buffer.byteLength(topic)
  const head = Buffer.allocUnsafe(2 + 2 + 4 + 4 + 2 + topicLength + 4 + 4 + 4)
  let at = head.writeInt16BE(-1, 0)
  at = head.writeInt16BE(acksAll, at)
  at = head.writeInt32BE(replicaTimeoutMs, at)
  at = head.writeInt32BE(1, at)
  at = head.writeInt16BE(topicLength, at)
  at += head.write(topic, at, 'utf8')
  at = head.writeInt32BE(1, at)
  at = head.writeInt32BE(partition, at)
  head.writeInt32BE(batch.length, at)
  return Buffer.concat([head, batch])
}
