// Configuration: what an indexer can be told, by environment variable.
import {
  type Config,
  consumerGroup,
  dataStreamGroup,
  elasticsearchGroup,
  formatsGroup,
  httpGroup,
  integer,
  kafkaGroup,
  logGroup,
  setting,
  settingGroup,
  setupGroup,
  text,
} from '@millrace/service'
import { bytesPerThreadMin, threadCount, threadsMax } from './threads/thread-count.mts'

const mebibyte = 1024 * 1024

const timeZone = text({
  pattern: /^[A-Za-z0-9_+/-]{1,64}$/,
  accepts: 'a time zone name such as Europe/Berlin, or UTC',
}).refine(isTimeZone, 'a time zone name such as Europe/Berlin, or UTC')

const threads = text({
  pattern: /^(auto|[1-9]|[1-5]\d|6[0-4])$/,
  accepts: `auto, or an integer from 1 to ${threadsMax}`,
})

const indexerGroup = settingGroup({
  title: 'Indexer',
  variables: {
    MILLRACE_INDEXER_THREADS: setting(threads.default('1'), {
      description:
        'Threads of the process, each a member of the consumer group with connections of its own; about one core each. 1: all in one, and another core needs another process. `auto`: one for each core that the process may use, as far as MILLRACE_INDEXER_IN_FLIGHT_BYTES_MAX has room for two bulk requests of each.',
    }),
    MILLRACE_INDEXER_BULK_BYTES: setting(
      integer({ min: 10_000, max: 100 * mebibyte }).default(2_500_000),
      {
        description:
          'Size at which a bulk request is sent. One larger document goes alone. Lowered by itself while the worker runs when Elasticsearch answers 413.',
        unit: 'bytes',
      },
    ),
    MILLRACE_INDEXER_BULK_COUNT: setting(integer({ min: 1, max: 100_000 }).default(5_000), {
      description: 'Documents at which a bulk request is sent.',
    }),
    MILLRACE_INDEXER_LINGER_MS: setting(integer({ min: 0, max: 60_000 }).default(100), {
      description: 'Longest that a document waits for others before its bulk request is sent.',
      unit: 'ms',
    }),
    MILLRACE_INDEXER_MAX_IN_FLIGHT: setting(integer({ min: 1, max: 64 }).default(12), {
      description:
        'Most bulk requests of a thread at once. How many really are adapts to what Elasticsearch takes.',
    }),
    MILLRACE_INDEXER_LATENCY_TARGET_MS: setting(
      integer({ min: 10, max: 600_000 }).default(10_000),
      {
        description: 'A bulk request slower than this halves the number of requests at once.',
        unit: 'ms',
      },
    ),
    MILLRACE_INDEXER_IN_FLIGHT_BYTES_MAX: setting(
      integer({ min: mebibyte, max: 16 * 1024 * mebibyte }).default(32 * mebibyte),
      {
        description:
          'Most bytes of records and documents in memory, of the whole process: each thread has an equal part. Partitions pause at it and resume below 70 % of it; one partition alone gets two thirds. At least twice MILLRACE_INDEXER_BULK_BYTES for each thread.',
        unit: 'bytes',
      },
    ),
    MILLRACE_INDEXER_UNSETTLED_RECORDS_MAX: setting(
      integer({ min: 100, max: 10_000_000 }).default(100_000),
      {
        description:
          'Most records of one partition from the first unsettled one to the last read one; as many are read again at most after a crash. The partition pauses at it.',
        unit: 'records',
      },
    ),
    MILLRACE_INDEXER_RETRY_INITIAL_MS: setting(integer({ min: 1, max: 60_000 }).default(200), {
      description: 'Wait after the first failure, doubled with each further one, with jitter.',
      unit: 'ms',
    }),
    MILLRACE_INDEXER_RETRY_MAX_MS: setting(integer({ min: 10, max: 600_000 }).default(10_000), {
      description: 'Longest wait between two tries. At least MILLRACE_INDEXER_RETRY_INITIAL_MS.',
      unit: 'ms',
    }),
    MILLRACE_INDEXER_COMMIT_INTERVAL_MS: setting(integer({ min: 50, max: 60_000 }).default(1_000), {
      description: 'Time between two commits of offsets.',
      unit: 'ms',
    }),
    MILLRACE_INDEXER_DRAIN_TIMEOUT_MS: setting(integer({ min: 0, max: 300_000 }).default(10_000), {
      description:
        'Longest that a shutdown or a rebalance waits for what is in flight. What is not finished then is read again by the next owner, and not indexed twice.',
      unit: 'ms',
    }),
    MILLRACE_INDEXER_CLOCK_MARGIN_MS: setting(
      integer({ min: 0, max: 2_592_000_000 }).default(3_900_000),
      {
        description:
          'How far the clocks of producers, workers and Elasticsearch may be apart, where a replay decides which older backing indices can hold a document. The default is a little more than the hour that Kafka lets a record be ahead.',
        unit: 'ms',
      },
    ),
    MILLRACE_INDEXER_REPORT_INTERVAL_MS: setting(
      integer({ min: 0, max: 3_600_000 }).default(10_000),
      {
        description:
          'Time between two reports of each thread in `metrics-millrace.indexer-default`, which the console shows. 0: none.',
        unit: 'ms',
      },
    ),
    MILLRACE_INDEXER_TIME_ZONE: setting(timeZone.default('UTC'), {
      description: 'Time zone of lines whose time names none.',
    }),
  },
  shape: (values, report) => {
    const config = {
      threads: threadCount(values.MILLRACE_INDEXER_THREADS, {
        inFlightBytesMax: values.MILLRACE_INDEXER_IN_FLIGHT_BYTES_MAX,
        bulkBytes: values.MILLRACE_INDEXER_BULK_BYTES,
      }),
      bulkBytes: values.MILLRACE_INDEXER_BULK_BYTES,
      bulkCount: values.MILLRACE_INDEXER_BULK_COUNT,
      lingerMs: values.MILLRACE_INDEXER_LINGER_MS,
      maxInFlight: values.MILLRACE_INDEXER_MAX_IN_FLIGHT,
      latencyTargetMs: values.MILLRACE_INDEXER_LATENCY_TARGET_MS,
      inFlightBytesMax: values.MILLRACE_INDEXER_IN_FLIGHT_BYTES_MAX,
      unsettledRecordsMax: values.MILLRACE_INDEXER_UNSETTLED_RECORDS_MAX,
      retryInitialMs: values.MILLRACE_INDEXER_RETRY_INITIAL_MS,
      retryMaxMs: values.MILLRACE_INDEXER_RETRY_MAX_MS,
      commitIntervalMs: values.MILLRACE_INDEXER_COMMIT_INTERVAL_MS,
      drainTimeoutMs: values.MILLRACE_INDEXER_DRAIN_TIMEOUT_MS,
      clockMarginMs: values.MILLRACE_INDEXER_CLOCK_MARGIN_MS,
      reportIntervalMs: values.MILLRACE_INDEXER_REPORT_INTERVAL_MS,
      timeZone: values.MILLRACE_INDEXER_TIME_ZONE,
    }
    if (config.inFlightBytesMax < config.threads * bytesPerThreadMin(config)) {
      const each = config.threads === 1 ? '' : `, for each of ${config.threads} threads`
      report(
        'MILLRACE_INDEXER_IN_FLIGHT_BYTES_MAX',
        `is ${config.inFlightBytesMax}; it must be at least twice MILLRACE_INDEXER_BULK_BYTES, which is ${config.bulkBytes}${each}.`,
      )
    }
    if (config.retryMaxMs < config.retryInitialMs) {
      report(
        'MILLRACE_INDEXER_RETRY_MAX_MS',
        `is ${config.retryMaxMs}; it must be at least MILLRACE_INDEXER_RETRY_INITIAL_MS, which is ${config.retryInitialMs}.`,
      )
    }
    return config
  },
})

/** All that an indexer reads from its environment. */
export const indexerGroups = {
  kafka: kafkaGroup,
  consumer: consumerGroup,
  elasticsearch: elasticsearchGroup,
  setup: setupGroup,
  dataStream: dataStreamGroup,
  formats: formatsGroup,
  indexer: indexerGroup,
  http: httpGroup,
  log: logGroup,
}

export type IndexerConfig = Config<typeof indexerGroups>

function isTimeZone(name: string): boolean {
  try {
    Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}
