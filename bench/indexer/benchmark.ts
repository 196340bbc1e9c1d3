// The indexer beside the ways that people use today: a topic that is full already, a `_bulk` that is not the limit.
import { mappedFields } from '../lines/documents-digest.ts'
import { type Benchmark, type BenchmarkContext, median, type Report } from '../report.ts'
import type { RunFigures } from './measure.ts'
import {
  checkEqualWork,
  expectedDigest,
  type ModeOptions,
  type RunMode,
  runModes,
  topics,
  usualModes,
} from './modes.ts'
import { type Program, programs } from './programs.ts'
import { withThreads } from './threads.ts'
import { usualLines, World } from './world.ts'
import { roundsOption } from '../options.ts'

const partitions = 6
const progressIntervalMs = 5_000

const measurable: readonly Program[] = [...programs, withThreads(programs[0]!, 2)]

export const eventsOption = {
  kind: 'number',
  default: 1_000_000,
  min: 1_000,
  max: 20_000_000,
  description: 'Lines in the topic.',
} as const

export const indexer: Benchmark = {
  name: 'indexer',
  summary:
    'events/s, CPU seconds per million events and memory of the indexer, rsyslog and kafkajs loops',
  options: {
    events: eventsOption,
    'elasticsearch-events': {
      kind: 'number',
      default: 300_000,
      min: 1_000,
      max: 20_000_000,
      description: 'Lines in the topic that goes to Elasticsearch; never more than --events.',
    },
    rounds: roundsOption('Times that each program is measured, in turn; figures are medians.'),
    only: {
      kind: 'list',
      choices: measurable.map(({ name }) => name),
      default: programs.map(({ name }) => name),
      description: 'Programs.',
    },
    modes: {
      kind: 'list',
      choices: ['digest', ...runModes.map(({ name }) => name)],
      default: ['digest', ...usualModes],
      description: 'Ways to run them; digest is the check that all do equal work.',
    },
  },
  run,
}

async function run({ options, progress, signal }: BenchmarkContext): Promise<Report> {
  const documents = options.number('events')
  const elasticsearchDocuments = Math.min(documents, options.number('elasticsearch-events'))
  const rounds = options.number('rounds')
  const chosen = measurable.filter(({ name }) => options.list('only').includes(name))
  const modes = runModes.filter(({ name }) => options.list('modes').includes(name))
  const isChecked = options.list('modes').includes('digest')
  const needsElasticsearch = modes.some(({ name }) => name === 'elasticsearch')
  const versions = chosen.map((program) => program.version())
  const world = await World.open({ elasticsearch: needsElasticsearch, signal, progress })
  try {
    const fillWith = (topic: string, records: number): Promise<number> =>
      world.fillTopic({ topic, partitions, records, lines: usualLines() })
    const valueBytes = await fillWith(topics.sink, documents)
    if (needsElasticsearch) await fillWith(topics.elasticsearch, elasticsearchDocuments)
    if (isChecked) {
      const expected = expectedDigest(documents)
      for (const program of chosen) {
        progress(`equal work: ${program.title}`)
        await checkEqualWork(world, program, { documents, signal, expected })
      }
    }
    const rows: Report['measures'] = []
    for (const mode of modes) {
      const modeOptions = { documents, elasticsearchDocuments, signal, programs: chosen }
      const figures = await runRounds(world, { mode, modeOptions, rounds, progress })
      rows.push(...rowsOf(mode, chosen, figures))
    }
    return {
      setting: `${documents.toLocaleString('en-US')} lines of pino, ${Math.round(valueBytes / documents)} B on average, in ${partitions} partitions, uncompressed, parsed, ${mappedFields.length} fields mapped, \`create\` into _bulk; medians of ${rounds} rounds in turn, each a process of its own`,
      programs: chosen.map(({ title }) => title),
      measures: rows,
      caveats: caveatsOf(versions, { isChecked, needsElasticsearch, elasticsearchDocuments }),
    }
  } finally {
    await world.close()
  }
}

async function runRounds(
  world: World,
  parts: {
    mode: RunMode
    modeOptions: ModeOptions
    rounds: number
    progress: (text: string) => void
  },
): Promise<Map<Program, RunFigures[]>> {
  const { mode, modeOptions, rounds, progress } = parts
  const figures = new Map<Program, RunFigures[]>(
    modeOptions.programs.map((program) => [program, []]),
  )
  progress(`${mode.title}: preparing`)
  await mode.prepare?.(world, modeOptions)
  try {
    for (let round = 1; round <= rounds; round++) {
      for (const [program, runs] of figures) {
        modeOptions.signal.throwIfAborted()
        const step = `${mode.title}: round ${round} of ${rounds}: ${program.title}`
        progress(step)
        const timer = setInterval(() => {
          if (mode.name === 'elasticsearch') return
          progress(`${step}: ${world.sink.documents().toLocaleString('en-US')} documents`)
        }, progressIntervalMs)
        try {
          runs.push(await mode.run(world, program, modeOptions))
        } finally {
          clearInterval(timer)
        }
      }
    }
  } finally {
    mode.finish?.(world)
  }
  return figures
}

function rowsOf(
  mode: RunMode,
  chosen: readonly Program[],
  figures: ReadonlyMap<Program, readonly RunFigures[]>,
): Report['measures'] {
  return mode.rows.map(({ name, unit, pick }) => ({
    name,
    unit,
    values: chosen.map((program) => median(figures.get(program)!.map(pick))),
  }))
}

function caveatsOf(
  versions: readonly string[],
  done: { isChecked: boolean; needsElasticsearch: boolean; elasticsearchDocuments: number },
): string[] {
  const count = done.elasticsearchDocuments.toLocaleString('en-US')
  return [
    `${[...new Set(versions)].join('; ')}; Kafka 4.1.0, one broker, on the same machine.`,
    done.isChecked
      ? `Equal work: a digest over ${mappedFields.length} fields of every document (${mappedFields.join(', ')}) was the same for all programs, or the benchmark would have failed.`
      : 'Whether all do equal work was not checked in this run.',
    'Millrace does more than that for the same line: it keeps what the others drop (all members of the line, its ids, the facts of its header), maps some 15 more fields, and commits an offset only when the fate of all before it is final. The loops commit what they have sent; rsyslog does not read keys, so its ids are random ones (`create` demands an id of it).',
    'The sink is a process of its own that counts documents without reading them, and answers as Elasticsearch does with what `filter_path` asks for.',
    'With 2 threads (`--only millrace,millrace-2-threads`), the cores have broker and sink to carry as well; what all three may do at most stands below the throughput, and `--modes cores,shared-core` has the same on one core.',
    'rsyslog: imkafka, mmjsonparse, omelasticsearch with 2 queue workers and 4,000 lines a batch. Vector, Filebeat, the OpenTelemetry Collector and Bento are not in this run: no package registry that the benchmark may use has them ready to run.',
    ...(done.needsElasticsearch
      ? [
          `Into Elasticsearch 9.5.3: ${count} lines, one node with 1 GiB of heap and Millrace's templates for all, after one run that is not counted. Programs, broker and Elasticsearch share the machine.`,
        ]
      : []),
  ]
}
