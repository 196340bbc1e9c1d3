// What a line takes in the topic: value, key, header and its share of the batch.
import { systemClock } from '@millrace/foundation'
import { encodeBatch } from '../../libs/kafka/src/records/encode-batch.ts'
import { Instance } from '../indexer/instance.ts'
import { usualLines } from '../indexer/world.ts'
import type { Report } from '../report.ts'

const batches = 20
const recordsInBatch = 500

/** In batches of one service, as its transport sends them under load; the same figure for any number of workers. */
export async function recordBytes(): Promise<Report['measures']> {
  const measures: Report['measures'] = []
  for (const compression of ['none', 'gzip'] as const) {
    const lines = usualLines()
    let bytes = 0
    for (let number = 0; number < batches; number++) {
      const instance = new Instance('orders')
      for (let record = 0; record < recordsInBatch; record++) {
        instance.add((lines.next().value as { line: string }).line)
      }
      bytes += (await encodeBatch(instance.take(), compression, systemClock.now())).length
    }
    measures.push({
      name: `a line in the topic, compression ${compression}`,
      unit: 'B/event',
      values: [bytes / (batches * recordsInBatch), Number.NaN, Number.NaN],
    })
  }
  return measures
}
