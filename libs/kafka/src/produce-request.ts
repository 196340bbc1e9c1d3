// A batch, handed to the leader of its partition: the Produce request, versions 3 to 7.
import { kafkaRequests } from './kafkajs-seams.ts'
import type { KafkaBroker } from './kafkajs-types.ts'
import { type EncodedBatch, headRoomBytes } from './records/batch-buffers.ts'
import { sendInPlace } from './send-in-place.ts'

const produceKey = 0
/** acks=all: the answer comes when every in-sync replica has the batch. */
const acksAll = -1

export interface ProduceRequest {
  topic: string
  partition: number
  /** The request's head is written before it, into the same buffer. */
  batch: EncodedBatch
  /** How long the broker may wait for the replicas. Unit: ms. */
  replicaTimeoutMs: number
}

interface ProduceAnswer {
  topics: { partitions: { partition: number; baseOffset: string }[] }[]
}

/**
 * The client's own request code encodes a record in about 8 µs; here the batch comes encoded, and only the
 * version, the connection and the answer are the client's.
 * @returns the offset of the first record, or -1 where the broker does not tell.
 */
export async function produceBatch(broker: KafkaBroker, request: ProduceRequest): Promise<number> {
  const build = broker.lookupRequest(produceKey, kafkaRequests['Produce'])
  const built = build({ acks: acksAll, timeout: request.replicaTimeoutMs, topicData: [] })
  const answer = (await sendInPlace(broker, built, (correlationId, clientId) =>
    wholeRequest(request, built.request.apiVersion, correlationId, clientId),
  )) as ProduceAnswer
  return Number(answer.topics[0]?.partitions[0]?.baseOffset ?? -1)
}

function wholeRequest(
  request: ProduceRequest,
  apiVersion: number,
  correlationId: number,
  clientId: string,
): Buffer {
  const { topic, partition, replicaTimeoutMs, batch } = request
  const topicBytes = Buffer.byteLength(topic)
  const clientBytes = Buffer.byteLength(clientId)
  const headBytes = 4 + 2 + 2 + 4 + 2 + clientBytes + 2 + 2 + 4 + 4 + 2 + topicBytes + 4 + 4 + 4
  const fits = headBytes <= headRoomBytes
  const bytes = fits ? batch.buffer : Buffer.allocUnsafe(headBytes)
  const start = fits ? headRoomBytes - headBytes : 0
  let at = bytes.writeInt32BE(headBytes - 4 + batch.length, start)
  at = bytes.writeInt16BE(produceKey, at)
  at = bytes.writeInt16BE(apiVersion, at)
  at = bytes.writeInt32BE(correlationId, at)
  at = bytes.writeInt16BE(clientBytes, at)
  at += bytes.write(clientId, at, 'utf8')
  // No transaction.
  at = bytes.writeInt16BE(-1, at)
  at = bytes.writeInt16BE(acksAll, at)
  at = bytes.writeInt32BE(replicaTimeoutMs, at)
  at = bytes.writeInt32BE(1, at)
  at = bytes.writeInt16BE(topicBytes, at)
  at += bytes.write(topic, at, 'utf8')
  at = bytes.writeInt32BE(1, at)
  at = bytes.writeInt32BE(partition, at)
  bytes.writeInt32BE(batch.length, at)
  return fits ? bytes.subarray(start, batch.end) : Buffer.concat([bytes, batch.bytes])
}
