// What three brokers take at most from one process: batches that were encoded before the clock starts, sent as they are.
import { formatEventId, headerName } from '@millrace/envelope'
import { systemClock } from '@millrace/foundation'
import { kafkaSettings } from '@millrace/kafka'
import { ClusterLink } from '../libs/kafka/src/cluster.ts'
import type { EncodedBatch } from '../libs/kafka/src/records/batch-buffers.ts'
import { produceBatch } from '../libs/kafka/src/produce-request.ts'
import { encodeBatch } from '../libs/kafka/src/records/encode-batch.ts'
import { topicPartitions } from '../libs/kafka/src/topic-metadata.ts'
import type { PinoServiceFigures, PinoServiceOptions } from './programs/pino-service.ts'

const batchLines = 900
const inFlightMax = 4
const timeoutMs = 300_000

export async function sendReadyBatches(options: PinoServiceOptions): Promise<PinoServiceFigures> {
  const link = new ClusterLink(kafkaSettings.parse({ brokers: options.brokers }))
  const total = options.warmUpLines + options.lines
  const batches: { bytes: EncodedBatch; lines: number }[] = []
  for (let first = 0; first < total; first += batchLines) {
    const lines = Math.min(batchLines, total - first)
    batches.push({ bytes: await batchOf(first, lines, options.compression), lines })
  }
  let sent = 0
  let next = 0
  const { tookMs, usedUs } = await link.use('sending', timeoutMs, async (cluster) => {
    const partitions = await topicPartitions(cluster, options.topic)
    const send = async (): Promise<void> => {
      for (let turn = next++; turn < batches.length; turn = next++) {
        const { partitionId, leader } = partitions[turn % partitions.length]!
        const broker = await cluster.findBroker({ nodeId: leader })
        await produceBatch(broker, {
          topic: options.topic,
          partition: partitionId,
          batch: batches[turn]!.bytes,
          replicaTimeoutMs: 27_000,
        })
        sent += batches[turn]!.lines
        if (sent - batches[turn]!.lines < options.warmUpLines && sent >= options.warmUpLines)
          start()
      }
    }
    let startedAt = 0
    let cpuBefore = process.cpuUsage()
    let before = 0
    const start = (): void => {
      startedAt = performance.now()
      cpuBefore = process.cpuUsage()
      before = sent
    }
    await Promise.all(Array.from({ length: inFlightMax }, send))
    const { user, system } = process.cpuUsage(cpuBefore)
    const part = options.lines / (total - before)
    return { tookMs: (performance.now() - startedAt) * part, usedUs: (user + system) * part }
  })
  link.close()
  return { tookMs, mainUs: usedUs, othersUs: 0, workerUs: 0, residentMaxBytes: 0 }
}

function batchOf(
  first: number,
  lines: number,
  compression: PinoServiceOptions['compression'] = 'none',
): Promise<EncodedBatch> {
  const headers = {
    [headerName]:
      '{"v":1,"format":"pino","service.name":"bench","host.name":"web-1","agent.type":"millrace","agent.version":"0.1.0","dataset":"app","namespace":"default"}',
  }
  const records = Array.from({ length: lines }, (_, index) => ({
    key: formatEventId('0000000000000000', first + index + 1),
    value: `{"level":30,"time":1767323045678,"pid":12345,"hostname":"web-1","number":${first + index},"request":{"id":"01jd8q3z5v-${first + index}","method":"GET","url":"/orders/1001?page=2&sort=newest"},"statusCode":200,"responseTimeMs":12.25,"customer":"c-20411","msg":"request completed, nothing remarkable to say about it, as about most of them"}`,
    headers,
  }))
  // A record of long ago is deleted by the topic's retention, half a minute after the broker's start at the earliest.
  return encodeBatch(records, compression, systemClock.now())
}
