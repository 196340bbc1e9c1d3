// Configuration, handed on: what a person may set, and what is fixed, become the pipeline's options.
import { deadLetterTopic } from '@millrace/envelope'
import type { IndexerConfig } from './config.mts'
import type { PipelineOptions } from './pipeline-parts.mts'

export function pipelineOptions(config: IndexerConfig, clusterId: string): PipelineOptions {
  const { indexer, elasticsearch, kafka } = config
  const backoff = { initialMs: indexer.retryInitialMs, maxMs: indexer.retryMaxMs }
  return {
    clusterId,
    bulkBytes: indexer.bulkBytes,
    bulkCount: indexer.bulkCount,
    lingerMs: indexer.lingerMs,
    minInFlight: 1,
    maxInFlight: indexer.maxInFlight,
    latencyTargetMs: indexer.latencyTargetMs,
    inFlightBytesMax: indexer.inFlightBytesMax,
    resumeRatio: 0.7,
    unsettledRecordsMax: indexer.unsettledRecordsMax,
    requestTimeoutMs: elasticsearch.requestTimeoutMs,
    backoff,
    clockMarginMs: indexer.clockMarginMs,
    backingIndicesMaxAgeMs: 30_000,
    lookUpIdsMax: 2_000,
    lateMs: 2 * elasticsearch.requestTimeoutMs,
    lateWatchedMax: 100_000,
    soleRefusalsMax: 3,
    commitIntervalMs: indexer.commitIntervalMs,
    drainTimeoutMs: indexer.drainTimeoutMs,
    deadLetters: {
      topic: deadLetterTopic(kafka.topic),
      batchCount: 100,
      batchBytes: 512 * 1024,
      backoff,
    },
  }
}
