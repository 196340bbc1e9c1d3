// Where the indexer's time goes: one run under V8's profiler.
import type { Benchmark, BenchmarkContext, Report } from '../report.ts'
import { eventsOption } from '../indexer/benchmark.ts'
import { measureAgainstSink } from '../indexer/measure.ts'
import { topics } from '../indexer/modes.ts'
import { type Program, programs } from '../indexer/programs.ts'
import { usualLines, World } from '../indexer/world.ts'
import { flameOption, profileReport, profilingFlags, readProfiles } from './profile.ts'
import type { Stages } from './stages.ts'

const partitions = 6

/** Of a record's journey. */
const stages: Stages = [
  {
    name: 'fetch: Kafka client, requests, sockets',
    files: /kafkajs|libs\/kafka\/\w+\/(?!records)/,
  },
  { name: 'decode: checksums', files: /crc32/ },
  { name: 'decode: batches and records', files: /libs\/kafka\/\w+\/records/ },
  { name: 'normalize: by plan', files: /plans\/|bulk-request|^wasm:/ },
  { name: 'normalize: the rest', files: /libs\/(formats|ecs|envelope)\// },
  { name: 'bulk: answers read', files: /good-answer|bulk-response/ },
  { name: 'bulk: requests', files: /libs\/elastic\/|@elastic|undici/ },
  { name: 'take, batch, settle, commit', files: /services\/indexer\/src/ },
  { name: 'other libraries', files: /node_modules|libs\// },
]

export const indexerProfile: Benchmark = {
  name: 'indexer-profile',
  summary: "where the indexer's time goes, by stage of a record's journey, and as a flame graph",
  options: {
    events: eventsOption,
    plot: flameOption,
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
    const program: Program = {
      ...millrace,
      invocation: (target) => {
        directory = target.directory
        const { parameters, ...invocation } = millrace.invocation(target)
        return { ...invocation, parameters: [...profilingFlags(directory), ...parameters] }
      },
    }
    const work = { topic: topics.sink, documents, signal }
    const { cpuSeconds } = await measureAgainstSink(world, program, work)
    const { main } = readProfiles(directory)
    return profileReport(main, {
      stages,
      setting: `${documents.toLocaleString('en-US')} lines of pino in ${partitions} partitions into a null _bulk; one run, start of the process included; ${cpuSeconds.toFixed(1)} CPU seconds of all threads`,
      share: 'share of the main thread',
      per: 'event',
      count: documents,
      title: "The indexer's main thread: who calls whom, and for how much of its time",
      file: options.file('plot'),
    })
  } finally {
    await world.close()
  }
}
