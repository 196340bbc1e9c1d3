// From the call of logger.info() until a search finds the line: the whole way, real programs and servers.
import { setTimeout as sleep } from 'node:timers/promises'
import type { ElasticStore } from '@millrace/elastic'
import type { TimedLoggerOptions } from '../programs/timed-logger.ts'
import { indexerEnvironment } from '../indexer/programs.ts'
import { World } from '../indexer/world.ts'
import { type MeasuredProcess, startMeasured } from '../measured-process.ts'
import { percentile } from '../percentile.ts'
import type { Benchmark, BenchmarkContext, Report } from '../report.ts'

const partitions = 6
const pollIntervalMs = 10
const warmUpSeconds = 20
const waitMaxMs = 60_000
/** Elasticsearch's own; a document is found by searches after the next refresh. Unit: s. */
const refreshSeconds = 1

interface Seen {
  /** Of the call, by pino's clock. */
  calledMs: number
  /** When the record was written, as Kafka has it. */
  createdMs: number
  /** When the indexer made the document. */
  ingestedMs: number
  /** When a search found it. */
  searchableMs: number
}

export const latency: Benchmark = {
  name: 'latency',
  summary:
    'from logger.info() to searchable in Elasticsearch: percentiles, and where the time goes',
  options: {
    rate: {
      kind: 'number',
      default: 200,
      min: 1,
      max: 5_000,
      description: 'Lines per second.',
    },
    seconds: {
      kind: 'number',
      default: 60,
      min: 5,
      max: 3_600,
      description: `How long; the first ${warmUpSeconds} more are not counted.`,
    },
  },
  run,
}

async function run({ options, progress, signal }: BenchmarkContext): Promise<Report> {
  const rate = options.number('rate')
  const seconds = options.number('seconds') + warmUpSeconds
  const world = await World.open({ elasticsearch: true, signal, progress })
  const store = world.store()
  const processes: MeasuredProcess[] = []
  try {
    const topic = world.newTopic()
    await world.createTopic(topic, partitions)
    const target = world.newTarget(topic, world.elasticsearchUrl)
    processes.push(
      startMeasured({
        command: process.execPath,
        parameters: ['services/indexer/src/main.ts'],
        environment: indexerEnvironment(target),
      }),
    )
    await untilTemplates(store, signal)
    const loggerOptions: TimedLoggerOptions = {
      brokers: [...target.brokers],
      topic,
      dataset: target.dataset,
      namespace: target.namespace,
      spoolDirectory: target.directory,
      linesPerSecond: rate,
      seconds,
    }
    processes.push(
      startMeasured({
        command: process.execPath,
        parameters: ['bench/programs/timed-logger.ts', JSON.stringify(loggerOptions)],
        environment: {},
      }),
    )
    progress(`${rate} lines a second for ${seconds} s`)
    const stream = `logs-${target.dataset}-${target.namespace}`
    const seen = await watchStream(store, { stream, count: rate * seconds, signal, progress })
    return reportOf(seen.slice(rate * warmUpSeconds), { rate, seconds: seconds - warmUpSeconds })
  } finally {
    await Promise.all(processes.map((each) => each.end()))
    await store.close()
    await world.close()
  }
}

async function untilTemplates(store: ElasticStore, signal: AbortSignal): Promise<void> {
  const endsAt = performance.now() + waitMaxMs
  while (!(await store.checkTemplates()).ok) {
    if (performance.now() > endsAt) throw new Error('the indexer has not installed its templates')
    await sleep(100, undefined, { signal })
  }
}

interface Hits {
  hits: {
    hits: {
      _source: {
        '@timestamp': string
        event: { sequence: number; created: string; ingested: string }
      }
    }[]
  }
}

/** Searches again and again for what was not found before, in the order of the lines. */
async function watchStream(
  store: ElasticStore,
  watch: {
    stream: string
    count: number
    signal: AbortSignal
    progress: (text: string) => void
  },
): Promise<Seen[]> {
  const { stream, count, signal } = watch
  const seen = new Map<number, Seen>()
  let contiguous = 0
  let endsAt = performance.now() + waitMaxMs
  while (seen.size < count) {
    if (performance.now() > endsAt) throw new Error(`${seen.size} of ${count} lines were found`)
    const { status, body } = await store.request<Hits>({
      method: 'POST',
      path: `/${stream}/_search`,
      body: {
        size: 5_000,
        query: { range: { 'event.sequence': { gt: contiguous } } },
        sort: [{ 'event.sequence': 'asc' }],
        _source: ['@timestamp', 'event.sequence', 'event.created', 'event.ingested'],
        track_total_hits: false,
      },
      acceptStatuses: [404, 503],
    })
    const searchableMs = Date.now()
    for (const { _source: source } of status === 200 ? body.hits.hits : []) {
      const { sequence, created, ingested } = source.event
      if (seen.has(sequence)) continue
      endsAt = performance.now() + waitMaxMs
      seen.set(sequence, {
        calledMs: Date.parse(source['@timestamp']),
        createdMs: Date.parse(created),
        ingestedMs: Date.parse(ingested),
        searchableMs,
      })
    }
    while (seen.has(contiguous + 1)) contiguous += 1
    await sleep(pollIntervalMs, undefined, { signal })
  }
  return [...seen].sort(([one], [other]) => one - other).map(([, each]) => each)
}

function reportOf(
  seen: readonly Seen[],
  { rate, seconds }: { rate: number; seconds: number },
): Report {
  const shares = [0.5, 0.9, 0.99, 1]
  const row = (name: string, pick: (each: Seen) => number): Report['measures'][0] => {
    const values = seen.map(pick).sort((a, b) => a - b)
    return { name, unit: 'ms', values: shares.map((share) => percentile(values, share)) }
  }
  return {
    setting: `${rate} lines/s for ${seconds} s through pino's worker thread, one broker, one indexer and Elasticsearch, all with their defaults`,
    programs: ['p50', 'p90', 'p99', 'longest'],
    measures: [
      row('logger.info() to searchable', (each) => each.searchableMs - each.calledMs),
      row('of it, to the record in Kafka', (each) => each.createdMs - each.calledMs),
      row(
        'of it, from there to the document in the indexer',
        (each) => each.ingestedMs - each.createdMs,
      ),
      row('of it, from there to searchable', (each) => each.searchableMs - each.ingestedMs),
    ],
    caveats: [
      `Elasticsearch makes documents searchable every ${refreshSeconds} s (\`index.refresh_interval\`, its default), which is half a second on average and the largest part. The transport gathers lines for at most 20 ms (\`lingerMs\`), the indexer for at most 100 ms.`,
      `A search every ${pollIntervalMs} ms looks for new lines; its own time is part of the figures. One clock: all on one machine.`,
      `The first ${warmUpSeconds} s are not counted. Every line was found, or the benchmark would have failed.`,
    ],
  }
}
