// The audit's sources at work: Kafka and Elasticsearch, read once each.
import type { ElasticStore } from '@millrace/elastic'
import type { AuditSources } from './sources.ts'
import { createStoredSources } from './stored.ts'
import { createTopicSources, type TopicOptions } from './topic.ts'

export interface SourceOptions extends Omit<TopicOptions, 'onProgress'> {
  store: Pick<ElasticStore, 'request'>
  /** Hears how far the reading has come. */
  onProgress?: (what: 'ledgers' | 'documents' | 'records', count: number) => void
}

export function createAuditSources(options: SourceOptions): AuditSources {
  const { store, clock, signal, onProgress } = options
  return {
    ...createTopicSources({
      ...options,
      onProgress: (count) => onProgress?.('records', count),
    }),
    ...createStoredSources({
      store,
      clock,
      ...(signal !== undefined && { signal }),
      ...(onProgress !== undefined && { onProgress }),
    }),
  }
}
