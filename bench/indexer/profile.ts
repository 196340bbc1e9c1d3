// Where the indexer's time goes: one run under V8's profiler, its self times added up by stage.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Benchmark, BenchmarkContext, Report } from '../report.ts'
import { measureAgainstSink } from './measure.ts'
import { topics } from './modes.ts'
import { type Program, programs } from './programs.ts'
import { type CpuProfile, timesByStage } from './stages.ts'
import { usualLines, World } from './world.ts'

const partitions = 6
const samplingIntervalUs = 500

export const indexerProfile: Benchmark = {
  name: 'indexer-profile',
  summary: "where the indexer's time goes, by stage of a record's journey",
  options: {
    events: {
      kind: 'number',
      default: 1_000_000,
      min: 1_000,
      max: 20_000_000,
      description: 'Lines in the topic.',
    },
  },
  run,
}

async function run({ options, progress, signal }: BenchmarkContext): Promise<Report> {
  const documents = options.number('events')
  const world = await World.open({ elasticsearch: false, signal, progress })
  try {
    const lines = { topic: topics.sink, partitions, records: documents, lines: usualLines() }
    await world.fillTopic(lines)
    progress('the indexer, under the profiler')
    const millrace = programs.find(({ name }) => name === 'millrace')!
    let directory = ''
    const profiled: Program = {
      ...millrace,
      invocation: (target) => {
        directory = target.directory
        const { parameters, ...invocation } = millrace.invocation(target)
        const flags = [
          '--cpu-prof',
          `--cpu-prof-interval=${samplingIntervalUs}`,
          `--cpu-prof-dir=${directory}`,
        ]
        return { ...invocation, parameters: [...flags, ...parameters] }
      },
    }
    const figures = await measureAgainstSink(world, profiled, {
      topic: topics.sink,
      documents,
      signal,
    })
    return reportOf(readProfile(directory), { documents, cpuSeconds: figures.cpuSeconds })
  } finally {
    await world.close()
  }
}

function readProfile(directory: string): CpuProfile {
  const file = readdirSync(directory).find((name) => name.endsWith('.cpuprofile'))
  if (file === undefined) throw new Error(`the indexer left no profile in ${directory}`)
  return JSON.parse(readFileSync(join(directory, file), 'utf8')) as CpuProfile
}

function reportOf(
  profile: CpuProfile,
  { documents, cpuSeconds }: { documents: number; cpuSeconds: number },
): Report {
  const times = timesByStage(profile)
  let total = 0
  for (const time of times.values()) total += time
  return {
    setting: `${documents.toLocaleString('en-US')} lines of pino in ${partitions} partitions into a null _bulk; one run, start of the process included; ${cpuSeconds.toFixed(1)} CPU seconds of all threads`,
    programs: ['share of the main thread', 'µs per event'],
    measures: [...times].map(([name, time]) => ({
      name,
      unit: '%, µs',
      values: [(time / total) * 100, time / documents],
    })),
    caveats: [
      `Self times of the main thread, sampled every ${samplingIntervalUs} µs by --cpu-prof; they are times on the wall, so that other work on the machine makes all of them longer: the shares travel, the microseconds do not.`,
      'Functions of Node and of the engine belong to whoever of ours called them. The threads that collect garbage and compile are not in it.',
    ],
  }
}
