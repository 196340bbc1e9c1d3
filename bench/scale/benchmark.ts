// Workers of one group: what two and four do that one does not, and what it costs to replace them all while lines come.
import type { Benchmark, BenchmarkContext, Report } from '../report.ts'
import { median } from '../report.ts'
import { usualLines, World } from '../indexer/world.ts'
import { repeated } from '../lines/sized-lines.ts'
import { recordBytes } from './record-bytes.ts'
import { rollingRestart } from './rolling-restart.ts'
import { measureWorkers, type WorkersFigures } from './workers.ts'
import { roundsOption } from '../options.ts'

const workerCounts = [1, 2, 4]
const partitions = 12
const distinctLines = 50_000
const waitingBulkMs = 1_000

/** Bulks that take a second leave a worker waiting: what more workers bring is seen even where cores are few. */
const delays = [
  { delayMs: 0, title: 'bulks that are answered at once' },
  { delayMs: waitingBulkMs, title: `bulks that take ${waitingBulkMs} ms` },
]

export const scale: Benchmark = {
  name: 'scale',
  summary: '1, 2 and 4 workers of one group, and what replacing all of them costs while lines come',
  options: {
    events: {
      kind: 'number',
      default: 600_000,
      min: 10_000,
      max: 20_000_000,
      description: 'Lines in the topic.',
    },
    rounds: roundsOption('Times that each is measured, in turn; figures are medians.'),
    rate: {
      kind: 'number',
      default: 5_000,
      min: 100,
      max: 100_000,
      description: 'Lines per second that come during the rolling restart.',
    },
    parts: {
      kind: 'list',
      choices: ['workers', 'restart', 'records'],
      description: 'What is measured.',
    },
  },
  run: measureScale,
}

async function measureScale({ options, progress, signal }: BenchmarkContext): Promise<Report> {
  const events = options.number('events')
  const rounds = options.number('rounds')
  const rate = options.number('rate')
  const parts = options.list('parts')
  const world = await World.open({
    elasticsearch: false,
    signal,
    progress,
    // Kafka's own default is 3 s; all workers of a run must be in the group before it begins.
    kafkaProperties: { 'group.initial.rebalance.delay.ms': '6000' },
  })
  try {
    const measures: Report['measures'] = []
    if (parts.includes('workers')) {
      const lines = repeated(usualLines(), distinctLines)
      await world.fillTopic({ topic: 'bench', partitions, records: events, lines })
      for (const { delayMs, title } of delays) {
        const runs = workerCounts.map((): WorkersFigures[] => [])
        for (let round = 1; round <= rounds; round++) {
          for (const [place, workers] of workerCounts.entries()) {
            progress(`${title}: round ${round} of ${rounds}: ${workers} workers`)
            runs[place]!.push(await measureWorkers(world, { workers, events, delayMs, signal }))
          }
        }
        measures.push(...rowsOf(title, runs))
      }
    }
    if (parts.includes('restart')) {
      measures.push(...(await rollingRestarts(world, { rounds, rate, progress, signal })))
    }
    if (parts.includes('records')) measures.push(...(await recordBytes()))
    return {
      setting: `${events.toLocaleString('en-US')} lines of pino, 318 B on average, ${partitions} partitions, null sink, defaults; medians of ${rounds} rounds. Restart: ${rate.toLocaleString('en-US')} lines/s while each worker is replaced in turn, the new one first, then SIGTERM to the old one`,
      programs: workerCounts.map((count) => `${count} worker${count === 1 ? '' : 's'}`),
      measures,
      caveats: [
        'Broker, sink and workers share the cores of this machine: where bulks are answered at once, the cores are the limit and not the workers, and what shows is what each further worker costs: above all that it compiles for itself, which is over after seconds, as these runs are. Where bulks take a second, each worker waits, and throughput shows what the workers add.',
        'Throughput from the first bulk to the last document; all workers were in the group before.',
        'A rolling restart moves partitions once for each worker that comes and once for each that goes. Duplicates: documents that the sink was sent more than once; Elasticsearch answers 409 to them and keeps one.',
      ],
    }
  } finally {
    await world.close()
  }
}

function rowsOf(title: string, runs: readonly (readonly WorkersFigures[])[]): Report['measures'] {
  const medians = (pick: (figures: WorkersFigures) => number): number[] =>
    runs.map((figures) => median(figures.map(pick)))
  const throughput = medians(({ eventsPerSecond }) => eventsPerSecond)
  return [
    { name: `${title}: throughput`, unit: 'events/s', values: throughput },
    {
      name: `${title}: throughput, against one worker`,
      unit: 'ratio',
      values: throughput.map((value) => value / throughput[0]!),
    },
    {
      name: `${title}: processor time of all workers`,
      unit: 'CPU-s per million',
      values: medians(({ cpuSecondsPerMillion }) => cpuSecondsPerMillion),
    },
  ]
}

async function rollingRestarts(
  world: World,
  run: { rounds: number; rate: number; progress: (text: string) => void; signal: AbortSignal },
): Promise<Report['measures']> {
  const { rounds, progress } = run
  const counts = workerCounts.filter((count) => count > 1)
  const figures = new Map(counts.map((count) => [count, [] as RestartFigures[]]))
  for (let round = 1; round <= rounds; round++) {
    for (const [workers, found] of figures) {
      progress(`rolling restart: round ${round} of ${rounds}: ${workers} workers`)
      found.push(await rollingRestart(world, { ...run, workers, partitions }))
    }
  }
  const row = (name: string, unit: string, pick: (figures: RestartFigures) => number) => ({
    name: `rolling restart: ${name}`,
    unit,
    values: workerCounts.map((count) => median((figures.get(count) ?? []).map(pick))),
  })
  return [
    row('all workers replaced within', 's', ({ tookSeconds }) => tookSeconds),
    row('longest time without a bulk', 's', ({ longestGapSeconds }) => longestGapSeconds),
    row('time without a bulk, in all', 's', ({ gapsSeconds }) => gapsSeconds),
    row('documents sent twice', 'documents', ({ duplicates }) => duplicates),
    row('documents in that time', 'documents', ({ documents }) => documents),
  ]
}

type RestartFigures = Awaited<ReturnType<typeof rollingRestart>>
