// Records, asked for: one Fetch request to the leader of some partitions.
import { kafkaRequests } from '../kafkajs-seams.ts'
import type { KafkaBroker } from '../kafkajs-types.ts'
import { decodeFetch, type FetchAnswer } from '../records/decode-fetch.ts'

const fetchKey = 1
/** Readers see only what transactions have committed. */
const readCommitted = 1

export interface FetchRequest {
  topic: string
  partitions: readonly { partition: number; offset: number }[]
  maxWaitTimeMs: number
  maxBytes: number
  maxBytesPerPartition: number
}

/**
 * The client's own decoder reads a record in about 3 µs, trusts every checksum, and fails as a whole when one
 * partition does; here only the request and its version are the client's.
 */
export async function fetchRecords(
  broker: KafkaBroker,
  request: FetchRequest,
): Promise<FetchAnswer> {
  const build = broker.lookupRequest(fetchKey, kafkaRequests['Fetch'])
  const built = build({
    isolationLevel: readCommitted,
    maxWaitTime: request.maxWaitTimeMs,
    minBytes: 1,
    maxBytes: request.maxBytes,
    topics: [
      {
        topic: request.topic,
        partitions: request.partitions.map(({ partition, offset }) => ({
          partition,
          fetchOffset: offset,
          maxBytes: request.maxBytesPerPartition,
        })),
      },
    ],
  })
  const version = built.request.apiVersion
  const answer = await broker.connectionPool.send({
    ...built,
    response: {
      decode: (raw) => Promise.resolve(decodeFetch(raw, version)),
      parse: (decoded) => Promise.resolve(decoded),
    },
  })
  return answer as FetchAnswer
}
