// What a second core brings to one process: lines whose cost is the indexer's own, so that broker and sink leave room for it.
import { formatNames, RecordNormalizer } from '@millrace/formats'
import { repeated } from './lines/sized-lines.ts'
import { typicalRecords } from './lines/typical-records.ts'
import { measureAgainstSink, type RunFigures } from './indexer/measure.ts'
import type { ServiceLine } from './indexer/preload.ts'
import { type Program, programs } from './indexer/programs.ts'
import { withThreads } from './indexer/threads.ts'
import { World } from './indexer/world.ts'
import { type Benchmark, type BenchmarkContext, median, type Report } from './report.ts'
import { roundsOption } from './options.ts'

const partitions = 6
const topic = 'bench'
/** These go by plan, and cost hardly more than broker and sink do. */
const planned = new Set(['pino', 'ecs'])
const mebibyte = 1024 ** 2

export const threads: Benchmark = {
  name: 'threads',
  summary:
    'what a second thread brings on a second core, with lines of all formats but the planned',
  options: {
    lines: {
      kind: 'number',
      default: 3_000_000,
      min: 1_000,
      max: 20_000_000,
      description: 'Lines in the topic.',
    },
    rounds: roundsOption('Times that each way is measured, in turn; figures are medians.'),
  },
  run,
}

/** One process, and where it and the servers run. */
interface Way {
  title: string
  program: Program
  /** The process's core; default: all of them. */
  core?: number
  /** Cores of broker and sink, as taskset writes them. */
  serverCores: string
}

async function run({ options, progress, signal }: BenchmarkContext): Promise<Report> {
  const records = options.number('lines')
  const lines = linesOfManyFormats()
  let documents = 0
  for (let line = 0; line < records; line++) documents += lines[line % lines.length]!.documents
  const rounds = options.number('rounds')
  const [millrace] = programs
  const ways: Way[] = [
    { title: '1 thread, a core of its own', program: millrace!, core: 0, serverCores: '1' },
    { title: '1 thread, one core for all', program: millrace!, core: 0, serverCores: '0' },
    { title: '2 threads, both cores', program: withThreads(millrace!, 2), serverCores: '0-1' },
  ]
  const figures = new Map<Way, RunFigures[]>(ways.map((way) => [way, []]))
  const world = await World.open({ elasticsearch: false, signal, progress })
  try {
    const valueBytes = await world.fillTopic({
      topic,
      partitions,
      records,
      lines: repeated(lines.values(), lines.length),
    })
    for (let round = 1; round <= rounds; round++) {
      for (const [way, runs] of figures) {
        progress(`round ${round} of ${rounds}: ${way.title}`)
        const { program, core, serverCores } = way
        world.confineServers(serverCores)
        const pinned = core === undefined ? {} : { core }
        runs.push(await measureAgainstSink(world, program, { topic, documents, signal, ...pinned }))
      }
    }
    return reportOf(figures, { records, rounds, lineBytes: Math.round(valueBytes / records) })
  } finally {
    await world.close()
  }
}

interface CountedLine extends ServiceLine {
  /** How many documents it becomes: some formats are containers. */
  readonly documents: number
}

/** The typical lines of each format in turn, each format a service. */
function linesOfManyFormats(): CountedLine[] {
  const normalizer = new RecordNormalizer({ clusterId: 'bench' })
  return formatNames
    .filter((format) => !planned.has(format))
    .flatMap((format) =>
      typicalRecords(format).map((record) => ({
        format,
        service: `shop-${format}`,
        line: Buffer.from(record.value!).toString(),
        documents: normalizer.normalize(record, Date.now()).events.length,
      })),
    )
}

function reportOf(
  figures: ReadonlyMap<Way, readonly RunFigures[]>,
  done: { records: number; rounds: number; lineBytes: number },
): Report {
  const ways = [...figures.keys()]
  const row = (name: string, unit: string, pick: (figures: RunFigures) => number) => ({
    name,
    unit,
    values: ways.map((way) => median(figures.get(way)!.map(pick))),
  })
  const throughput = row('throughput', 'events/s', ({ eventsPerSecond }) => eventsPerSecond)
  const against = (way: number, name: string): Report['measures'][number] => ({
    name,
    unit: 'ratio',
    values: throughput.values.map((value) => value / throughput.values[way]!),
  })
  const most = (each: RunFigures): number => (2 / each.allCpuSecondsPerMillion) * 1e6
  return {
    setting: `${done.records.toLocaleString('en-US')} lines of ${formatNames.length - planned.size} formats in turn, ${done.lineBytes} B on average, in ${partitions} partitions, null sink; medians of ${done.rounds} rounds in turn`,
    programs: ways.map(({ title }) => title),
    measures: [
      throughput,
      against(0, 'against one thread with a core of its own'),
      against(1, 'against one thread, one core for all'),
      row('its own processor time', 'µs/event', (each) => each.steadyCpuSecondsPerMillion),
      row('with broker and sink', 'µs/event', (each) => each.allCpuSecondsPerMillion),
      row('most that two cores can do, by that', 'events/s', most),
      row('peak resident memory', 'MiB', ({ peakResidentBytes }) => peakResidentBytes / mebibyte),
    ],
    caveats: [
      'A core of its own: broker and sink have the second core. One core for all: process, broker and sink share the first. Two threads: all of them share both cores; beside one thread with a core of its own, what broker and sink take is missing there.',
      'Processor time from the first bulk on; each thread compiles for itself meanwhile, so a longer run has less of that in an event.',
    ],
  }
}
