// How the indexer's cost grows with its work: more events, more partitions, longer lines.
import { measureAgainstSink, type RunFigures } from './indexer/measure.ts'
import { programs } from './indexer/programs.ts'
import { type TopicOptions, usualLines, World } from './indexer/world.ts'
import { repeated, sizedLines } from './lines/sized-lines.ts'
import { type Benchmark, type BenchmarkContext, median, type Report } from './report.ts'
import { type Plot, writePlots } from './svg-plot.ts'
import { roundsOption } from './options.ts'

const eventCounts = [100_000, 1_000_000, 10_000_000]
const partitionCounts = [1, 6, 24]
const lineLengths = [100, 1_000, 10_000, 100_000]
const usualPartitions = 6
/** Lines made anew; past them the same come again, with ids of their own. */
const distinctLines = 50_000
/** Of all lines of one length together, so that each takes about as long. Short lines are more than that, by their count. */
const lengthBytes = 200_000_000
const lengthEventsMax = 300_000
const mebibyte = 1024 ** 2

interface Case {
  axis: 'events' | 'partitions' | 'line length'
  title: string
  x: number
  topic: Omit<TopicOptions, 'topic'>
}

export const growth: Benchmark = {
  name: 'growth',
  summary:
    "the indexer's cost with 0.1 to 10 million events, 1 to 24 partitions, lines of 100 B to 100 kB",
  options: {
    scale: {
      kind: 'number',
      default: 100,
      min: 1,
      max: 100,
      description: 'Per cent of the events of each case, for a shorter run.',
    },
    rounds: roundsOption('Times that each case is measured; figures are medians.'),
    axes: {
      kind: 'list',
      choices: ['events', 'partitions', 'length'],
      description: 'What grows.',
    },
    plot: { kind: 'file', description: 'Where to write the figures as a picture (SVG).' },
  },
  run,
}

async function run({ options, progress, signal }: BenchmarkContext): Promise<Report> {
  const rounds = options.number('rounds')
  const share = options.number('scale') / 100
  const axes = options.list('axes')
  const cases = allCases(share).filter(({ axis }) => axes.includes(axis.split(' ').at(-1)!))
  const runs = new Map<Case, RunFigures[]>()
  for (const each of cases) {
    // A world for each: nothing of the case before lies in the broker's memory or on the disk.
    const world = await World.open({ elasticsearch: false, signal, progress })
    try {
      progress(`${each.axis} ${each.title}: filling the topic`)
      await world.fillTopic({ ...each.topic, topic: 'bench' })
      const figures: RunFigures[] = []
      for (let round = 1; round <= rounds; round++) {
        progress(`${each.axis} ${each.title}: round ${round} of ${rounds}`)
        const documents = each.topic.records
        figures.push(
          await measureAgainstSink(world, programs[0]!, { topic: 'bench', documents, signal }),
        )
      }
      runs.set(each, figures)
    } finally {
      await world.close()
    }
  }
  const file = options.file('plot')
  if (file !== undefined) writePlots(file, plotsOf(runs))
  const title = 'Processor time of an event by number of events, partitions and line length'
  const report = reportOf(runs, { rounds, share })
  return file === undefined ? report : { ...report, picture: { path: file, title } }
}

function allCases(share: number): Case[] {
  const scaled = (count: number): number => Math.max(1_000, Math.round(count * share))
  const lines = () => repeated(usualLines(), Math.min(distinctLines, scaled(distinctLines)))
  const short = new Intl.NumberFormat('en-US', { notation: 'compact' })
  return [
    ...eventCounts.map((count): Case => ({
      axis: 'events',
      title: `${short.format(scaled(count))} events`,
      x: scaled(count),
      topic: { partitions: usualPartitions, records: scaled(count), lines: lines() },
    })),
    ...partitionCounts.map((partitions): Case => ({
      axis: 'partitions',
      title: `${partitions} partition${partitions === 1 ? '' : 's'}`,
      x: partitions,
      topic: { partitions, records: scaled(500_000), lines: lines() },
    })),
    ...lineLengths.map((lineBytes): Case => {
      const count = Math.min(lengthEventsMax, Math.round(lengthBytes / lineBytes))
      const distinct = Math.min(1_000, count)
      return {
        axis: 'line length',
        title: `${short.format(lineBytes)}B lines`,
        x: lineBytes,
        topic: {
          partitions: usualPartitions,
          records: scaled(count),
          lines: repeated(sizedLines(lineBytes), distinct),
        },
      }
    }),
  ]
}

const microsecondsPerEvent = (figures: RunFigures): number => figures.steadyCpuSecondsPerMillion

function reportOf(
  runs: ReadonlyMap<Case, readonly RunFigures[]>,
  { rounds, share }: { rounds: number; share: number },
): Report {
  const cases = [...runs.keys()]
  const row = (name: string, unit: string, pick: (figures: RunFigures, each: Case) => number) => ({
    name,
    unit,
    values: cases.map((each) => median(runs.get(each)!.map((figures) => pick(figures, each)))),
  })
  return {
    setting: `Millrace's indexer, one worker, null sink; medians of ${rounds} rounds, each case with a new broker`,
    programs: cases.map(({ title }) => title),
    measures: [
      row('events', 'events', ({ documents }) => documents),
      row('processor time', 'µs/event', microsecondsPerEvent),
      row('throughput', 'events/s', ({ eventsPerSecond }) => eventsPerSecond),
      row(
        'bulk bodies',
        'MB/s',
        ({ bodyBytes, documents, eventsPerSecond }) =>
          ((bodyBytes / documents) * eventsPerSecond) / 1e6,
      ),
      row('peak resident memory', 'MiB', ({ peakResidentBytes }) => peakResidentBytes / mebibyte),
    ],
    caveats: [
      `Events: lines of pino, 318 B on average, in ${usualPartitions} partitions. Partitions: the same lines, 500,000 of them. Length: lines with one long message, ${lengthBytes / 1e6} MB of them, at most ${lengthEventsMax.toLocaleString('en-US')} lines, in ${usualPartitions} partitions.`,
      ...(share < 1 ? [`Shortened: ${Math.round(share * 100)} % of the events of each case.`] : []),
      `Past ${distinctLines.toLocaleString('en-US')} lines the same come again with other ids. Processor time from the first bulk on.`,
    ],
  }
}

function plotsOf(runs: ReadonlyMap<Case, readonly RunFigures[]>): Plot[] {
  const axes = [...new Set([...runs.keys()].map(({ axis }) => axis))]
  const xTitles = { events: 'events', partitions: 'partitions', 'line length': 'bytes of a line' }
  return axes.map((axis) => ({
    title: `Cost by ${axis === 'events' ? 'number of events' : axis}`,
    xTitle: xTitles[axis],
    yTitle: 'µs of processor time an event',
    xLogarithmic: true,
    series: [
      {
        name: 'indexer',
        points: [...runs]
          .filter(([each]) => each.axis === axis)
          .map(([{ x }, figures]) => ({ x, y: median(figures.map(microsecondsPerEvent)) })),
      },
    ],
  }))
}
