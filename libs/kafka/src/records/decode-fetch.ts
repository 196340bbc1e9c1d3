// Records, on their way in: the answer to a Fetch request, versions 4 to 11, records still packed.
import { ByteReader } from './byte-reader.ts'
import { type FetchMemory, memoryOf } from './fetch-memory.ts'

export interface AbortedTransaction {
  producerId: number
  firstOffset: number
}

export interface FetchedPartition {
  partition: number
  errorCode: number
  highWatermark: number
  aborted: AbortedTransaction[]
  /** Record batches, the last one perhaps cut off. */
  recordSet: Buffer
}

export interface FetchAnswer {
  errorCode: number
  /** How long the broker wants to be left alone (KIP-219); the client keeps to it. Unit: ms. */
  clientSideThrottleTime: number
  partitions: FetchedPartition[]
  /** Where all of it lies; whoever reads it holds that. Absent where it is left to the garbage collector. */
  memory: FetchMemory | undefined
}

/** @throws ShortBytesError when the bytes are not such an answer. */
export function decodeFetch(bytes: Buffer, version: number): FetchAnswer {
  const reader = new ByteReader(bytes)
  const clientSideThrottleTime = reader.int32()
  const errorCode = version >= 7 ? reader.int16() : 0
  if (version >= 7) reader.int32()
  const partitions: FetchedPartition[] = []
  for (let topics = reader.int32(); topics > 0; topics--) {
    reader.string()
    for (let count = reader.int32(); count > 0; count--) {
      partitions.push(decodePartition(reader, version))
    }
  }
  return { errorCode, clientSideThrottleTime, partitions, memory: memoryOf(bytes) }
}

function decodePartition(reader: ByteReader, version: number): FetchedPartition {
  const partition = reader.int32()
  const errorCode = reader.int16()
  const highWatermark = reader.int64()
  reader.int64()
  if (version >= 5) reader.int64()
  const aborted: AbortedTransaction[] = []
  for (let count = reader.int32(); count > 0; count--) {
    aborted.push({ producerId: reader.int64(), firstOffset: reader.int64() })
  }
  if (version >= 11) reader.int32()
  const recordSet = reader.slice(Math.max(0, reader.int32()))
  return { partition, errorCode, highWatermark, aborted, recordSet }
}
