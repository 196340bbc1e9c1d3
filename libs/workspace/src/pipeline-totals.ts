// The figures of the status line, read from Kafka and Elasticsearch, which remember everything.
import type { ElasticStore } from '@millrace/elastic'
import { deadLetterTopic, defaultTopic } from '@millrace/envelope'
import type { Administration } from '@millrace/kafka'
import type { PipelineTotals } from './status.ts'

/** The group that the indexers join unless they are told otherwise. */
const group = 'millrace-indexer'

export async function readTotals(connections: {
  administration: Administration
  store: ElasticStore
}): Promise<PipelineTotals> {
  const { administration, store } = connections
  const [ends, committed, deadLetters, count] = await Promise.all([
    administration.topicOffsets(defaultTopic),
    administration.groupOffsets(group, defaultTopic),
    administration.topicOffsets(deadLetterTopic(defaultTopic)),
    store.request<{ count: number }>({ method: 'GET', path: '/logs-*-*/_count' }),
  ])
  const committedOffsets = new Map(committed.map(({ partition, offset }) => [partition, offset]))
  let lag = 0
  for (const { partition, low, high } of ends) {
    const offset = committedOffsets.get(partition) ?? -1
    lag += high - (offset < 0 ? low : offset)
  }
  return {
    published: ends.reduce((sum, { high }) => sum + high, 0),
    indexed: count.body.count,
    lag,
    deadLetters: deadLetters.reduce((sum, { low, high }) => sum + high - low, 0),
  }
}
