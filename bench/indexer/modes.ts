// The ways in which each program is run, and the rows that each way gives the report.
import { cpus } from 'node:os'
import { digestDifference, type DigestSummary, DocumentsDigest } from '../lines/documents-digest.ts'
import { mapPlainly } from '../lines/plain-mapping.ts'
import { measureAgainstElasticsearch, measureAgainstSink, type RunFigures } from './measure.ts'
import type { Program } from './programs.ts'
import { usualLines, type World } from './world.ts'

export interface ModeRow {
  name: string
  unit: string
  pick: (figures: RunFigures) => number
}

export interface RunMode {
  name: 'cores' | 'core' | 'shared-core' | 'slow' | 'elasticsearch'
  title: string
  rows: readonly ModeRow[]
  /** What is done once before the rounds of this mode. */
  prepare?: (world: World, options: ModeOptions) => Promise<void>
  run: (world: World, program: Program, options: ModeOptions) => Promise<RunFigures>
  /** Undoes `prepare`. */
  finish?: (world: World) => void
}

export interface ModeOptions {
  documents: number
  /** In the topic that goes to Elasticsearch. */
  elasticsearchDocuments: number
  signal: AbortSignal
  programs: readonly Program[]
}

export const topics = { sink: 'bench', elasticsearch: 'bench-elasticsearch' }
export const slowBulkMs = 100
const mebibyte = 1024 ** 2

const eventsPerSecond = (name: string): ModeRow => ({
  name,
  unit: 'events/s',
  pick: (figures) => figures.eventsPerSecond,
})

/** Those in which programs are run unless somebody asks for others. */
export const usualModes = ['cores', 'core', 'slow', 'elasticsearch'] as const

const allCores = `0-${cpus().length - 1}`

export const runModes: readonly RunMode[] = [
  {
    name: 'cores',
    title: 'on all cores',
    rows: [
      {
        name: 'processor time, from the first bulk on',
        unit: 'CPU-s per million',
        pick: (figures) => figures.steadyCpuSecondsPerMillion,
      },
      {
        name: 'processor time, start of the process included',
        unit: 'CPU-s per million',
        pick: ({ cpuSeconds, documents }) => (cpuSeconds / documents) * 1e6,
      },
      eventsPerSecond(`throughput, ${cpus().length} cores, with broker and sink on them too`),
      {
        name: `most that ${cpus().length} cores can do, by the processor time of program, broker and sink`,
        unit: 'events/s',
        pick: ({ allCpuSecondsPerMillion }) => (cpus().length / allCpuSecondsPerMillion) * 1e6,
      },
      {
        name: 'peak resident memory',
        unit: 'MiB',
        pick: ({ peakResidentBytes }) => peakResidentBytes / mebibyte,
      },
      {
        name: 'documents in a bulk, mean',
        unit: 'documents',
        pick: ({ documents, requests }) => documents / requests,
      },
      {
        name: 'bulk bodies',
        unit: 'B/event',
        pick: ({ bodyBytes, documents }) => bodyBytes / documents,
      },
      {
        name: "the sink's own processor time",
        unit: 'CPU-s per million',
        pick: ({ takerCpuSeconds, documents }) => (takerCpuSeconds / documents) * 1e6,
      },
    ],
    run: (world, program, { documents, signal }) =>
      measureAgainstSink(world, program, { topic: topics.sink, documents, signal }),
  },
  {
    name: 'core',
    title: 'on one core',
    rows: [eventsPerSecond('throughput, 1 core of its own')],
    prepare: async (world) => world.confineServers(`1-${Math.max(1, cpus().length - 1)}`),
    run: (world, program, { documents, signal }) =>
      measureAgainstSink(world, program, { topic: topics.sink, documents, core: 0, signal }),
    finish: (world) => world.confineServers(allCores),
  },
  {
    name: 'shared-core',
    title: 'everything on one core',
    rows: [eventsPerSecond('throughput, 1 core, with broker and sink on it too')],
    prepare: async (world) => world.confineServers('0'),
    run: (world, program, { documents, signal }) =>
      measureAgainstSink(world, program, { topic: topics.sink, documents, core: 0, signal }),
    finish: (world) => world.confineServers(allCores),
  },
  {
    name: 'slow',
    title: `bulks that take ${slowBulkMs} ms`,
    rows: [eventsPerSecond(`throughput where a bulk takes ${slowBulkMs} ms`)],
    run: (world, program, { documents, signal }) =>
      measureAgainstSink(world, program, {
        topic: topics.sink,
        documents,
        delayMs: slowBulkMs,
        signal,
      }),
  },
  {
    name: 'elasticsearch',
    title: 'into Elasticsearch',
    rows: [
      eventsPerSecond('throughput into Elasticsearch'),
      {
        name: 'its own processor time there',
        unit: 'CPU-s per million',
        pick: (figures) => figures.steadyCpuSecondsPerMillion,
      },
      {
        name: "Elasticsearch's processor time",
        unit: 'CPU-s per million',
        pick: ({ takerCpuSeconds, documents }) => (takerCpuSeconds / documents) * 1e6,
      },
    ],
    // A Java program is several times slower at first: what it has compiled then is not measured.
    prepare: async (world, options) => {
      const store = world.store()
      await store.installTemplates()
      await store.close()
      const millrace = options.programs[0]!
      await runIntoElasticsearch(world, millrace, options)
    },
    run: runIntoElasticsearch,
  },
]

async function runIntoElasticsearch(
  world: World,
  program: Program,
  { elasticsearchDocuments, signal }: ModeOptions,
): Promise<RunFigures> {
  const topic = topics.elasticsearch
  return measureAgainstElasticsearch(world, program, {
    topic,
    documents: elasticsearchDocuments,
    signal,
  })
}

/** What all programs must make of the topic, by a mapping of our own. */
export function expectedDigest(documents: number): DigestSummary {
  const digest = new DocumentsDigest()
  const lines = usualLines()
  for (let number = 0; number < documents; number++) {
    const { line } = lines.next().value as { line: string }
    digest.add(mapPlainly(JSON.parse(line)))
  }
  return digest.summary()
}

/** @throws Error when the program does not do the same work as the others */
export async function checkEqualWork(
  world: World,
  program: Program,
  options: Pick<ModeOptions, 'documents' | 'signal'> & { expected: DigestSummary },
): Promise<void> {
  const { documents, signal, expected } = options
  const { digest } = await measureAgainstSink(world, program, {
    topic: topics.sink,
    documents,
    digests: true,
    signal,
  })
  const difference = digestDifference(expected, digest!)
  if (difference !== undefined) {
    throw new Error(`${program.title} does not do the same work: ${difference}`)
  }
}
