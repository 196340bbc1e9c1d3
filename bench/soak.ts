// Memory over a long run: many events through one indexer, and whether it grows with them.
import { startMeasured } from './measured-process.ts'
import { programs } from './indexer/programs.ts'
import { usualLines, World } from './indexer/world.ts'
import { fitLine } from './least-squares.ts'
import { repeated } from './lines/sized-lines.ts'
import { cpuSecondsOf, peakResidentBytesOf, residentBytesOf } from './process-usage.ts'
import type { Benchmark, BenchmarkContext, Report } from './report.ts'
import { writePlots } from './svg-plot.ts'

const partitions = 6
const distinctLines = 50_000
const sampleIntervalMs = 250
/** What compiling and filling of buffers takes: the first part of the events is not looked at. */
const warmUpShare = 0.2
const mebibyte = 1024 ** 2
const stalledMs = 60_000

interface Sample {
  /** Documents that the sink has, in millions. */
  millions: number
  residentMebibytes: number
}

export const soak: Benchmark = {
  name: 'soak',
  summary: "the indexer's memory over ten million events: bounded, and without growth, or it fails",
  options: {
    events: {
      kind: 'number',
      default: 10_000_000,
      min: 100_000,
      max: 1_000_000_000,
      description: 'Events that go through one indexer.',
    },
    'resident-max': {
      kind: 'number',
      default: 256,
      min: 64,
      max: 4096,
      description: 'Most resident memory at any time, in MiB.',
    },
    'growth-max': {
      kind: 'number',
      default: 16,
      min: 1,
      max: 1024,
      description:
        'Most growth that the slope may make from the end of the warm-up to the last event, in MiB.',
    },
    plot: { kind: 'file', description: 'Where to write the memory over time as a picture (SVG).' },
  },
  run,
}

async function run({ options, progress, signal }: BenchmarkContext): Promise<Report> {
  const events = options.number('events')
  const world = await World.open({ elasticsearch: false, signal, progress })
  try {
    const lines = repeated(usualLines(), distinctLines)
    await world.fillTopic({ topic: 'bench', partitions, records: events, lines })
    const { samples, cpuSeconds, peakMebibytes, seconds } = await watch(world, {
      events,
      progress,
      signal,
    })
    const warm = samples.filter(({ millions }) => millions * 1e6 >= events * warmUpShare)
    const fit = fitLine(
      warm.map(({ millions, residentMebibytes }) => [millions, residentMebibytes]),
    )
    const growthMebibytes = fit.slope * (events / 1e6) * (1 - warmUpShare)
    const file = options.file('plot')
    if (file !== undefined) writePlots(file, [plotOf(samples)])
    const report = reportOf(events, {
      'peak resident memory (MiB)': peakMebibytes,
      'resident memory, mean after the warm-up (MiB)':
        warm.reduce((sum, sample) => sum + sample.residentMebibytes, 0) / warm.length,
      'slope after the warm-up (MiB per million events)': fit.slope,
      'standard error of the slope (MiB per million events)': fit.slopeError,
      'growth by that slope to the last event (MiB)': growthMebibytes,
      'throughput (events/s)': events / seconds,
      'processor time (CPU-s per million)': (cpuSeconds / events) * 1e6,
      'samples (samples)': warm.length,
    })
    demand(peakMebibytes, options.number('resident-max'), 'MiB were resident at the most', report)
    demand(growthMebibytes, options.number('growth-max'), 'MiB of growth', report)
    const title = 'Resident memory of the indexer over its events'
    return file === undefined ? report : { ...report, picture: { path: file, title } }
  } finally {
    await world.close()
  }
}

/** The figures are told in any case: they say by how much it failed. */
function demand(found: number, most: number, what: string, report: Report): void {
  if (found <= most) return
  const figures = report.measures.map(
    ({ name, unit, values }) => `  ${name} (${unit}): ${values[0]}`,
  )
  throw new Error(
    `${found.toFixed(1)} ${what}, at most ${most} would be right\n${figures.join('\n')}`,
  )
}

async function watch(
  world: World,
  bounds: { events: number; progress: (text: string) => void; signal: AbortSignal },
): Promise<{ samples: Sample[]; cpuSeconds: number; peakMebibytes: number; seconds: number }> {
  const { events, progress, signal } = bounds
  const measured = startMeasured(programs[0]!.invocation(world.newTarget('bench', world.sink.url)))
  const samples: Sample[] = []
  const startedAt = performance.now()
  let lastDocuments = 0
  let movedAt = startedAt
  const stall = Promise.withResolvers<never>()
  const timer = setInterval(() => {
    const documents = world.sink.documents()
    const now = performance.now()
    if (documents !== lastDocuments) movedAt = now
    if (now - movedAt > stalledMs) {
      stall.reject(new Error(`nothing came for a minute:\n${measured.output()}`))
    }
    lastDocuments = documents
    const residentMebibytes = residentBytesOf(measured.pid) / mebibyte
    samples.push({ millions: documents / 1e6, residentMebibytes })
    if (samples.length % 20 === 0) {
      progress(`${documents} of ${events} events, ${Math.round(residentMebibytes)} MiB`)
    }
  }, sampleIntervalMs)
  const stopped = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
  })
  stopped.catch(() => {})
  stall.promise.catch(() => {})
  try {
    const order = { pids: [measured.pid], documents: events, delayMs: 0, digests: false }
    const { result } = await world.sink.begin(order)
    await Promise.race([result, measured.failed, stall.promise, stopped])
    return {
      samples,
      cpuSeconds: cpuSecondsOf(measured.pid),
      peakMebibytes: peakResidentBytesOf(measured.pid) / mebibyte,
      seconds: (performance.now() - startedAt) / 1000,
    }
  } finally {
    clearInterval(timer)
    await measured.end()
  }
}

function reportOf(events: number, figures: Record<string, number>): Report {
  return {
    setting: `${events.toLocaleString('en-US')} lines of pino, 318 B on average, ${partitions} partitions, one indexer with its defaults, null sink; memory looked at every ${sampleIntervalMs} ms`,
    programs: ['Millrace'],
    measures: Object.entries(figures).map(([name, value]) => {
      const [, words, unit] = /^(.*) \((.*)\)$/.exec(name)!
      return { name: words!, unit: unit!, values: [value] }
    }),
    caveats: [
      `Slope: least squares of resident memory over events, after the first ${warmUpShare * 100} % of them.`,
      `Past ${distinctLines.toLocaleString('en-US')} lines the same come again with other ids.`,
    ],
  }
}

function plotOf(samples: readonly Sample[]) {
  const step = Math.max(1, Math.ceil(samples.length / 400))
  const shown = samples.filter((_, place) => place % step === 0)
  const points = shown.map(({ millions, residentMebibytes }) => ({
    x: millions,
    y: residentMebibytes,
  }))
  return {
    title: 'Memory of the indexer over its events',
    xTitle: 'million events',
    yTitle: 'MiB resident',
    xLogarithmic: false,
    series: [{ name: 'indexer', points }],
  }
}
