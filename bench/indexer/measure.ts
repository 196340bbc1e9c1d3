// One run: a program from its start to the last document.
import { setTimeout as sleep } from 'node:timers/promises'
import type { DigestSummary } from '../lines/documents-digest.ts'
import { type MeasuredProcess, startMeasured } from '../measured-process.ts'
import { cpuSecondsOf, peakResidentBytesOf } from '../process-usage.ts'
import type { Program } from './programs.ts'
import type { SinkResult } from './sink.ts'
import type { World } from './world.ts'

export interface RunFigures {
  /** From the start of the process to its last document. Unit: seconds. */
  cpuSeconds: number
  /** From its first bulk on, for the documents after that one. Unit: seconds per million. */
  steadyCpuSecondsPerMillion: number
  /** From the first bulk on. */
  eventsPerSecond: number
  peakResidentBytes: number
  /** Of the program, the broker and the sink together, from the first bulk on. Unit: seconds per million. */
  allCpuSecondsPerMillion: number
  /** Of whoever takes the documents, during the run. Unit: seconds. */
  takerCpuSeconds: number
  documents: number
  requests: number
  bodyBytes: number
  digest?: DigestSummary
}

export interface RunOptions {
  topic: string
  documents: number
  delayMs?: number
  digests?: boolean
  /** The one processor that the program may use. */
  core?: number
  signal: AbortSignal
}

/** No program that is at work is slower than this. Unit: events per second. */
const slowest = 1_000
const startTimeoutMs = 60_000

/** Against the null sink. */
export async function measureAgainstSink(
  world: World,
  program: Program,
  options: RunOptions,
): Promise<RunFigures> {
  const target = world.newTarget(options.topic, world.sink.url)
  const measured = startMeasured(program.invocation(target), options)
  try {
    const { documents, delayMs = 0, digests = false } = options
    const pids = [measured.pid, world.brokerPid, world.sink.pid]
    const { result } = await world.sink.begin({ pids, documents, delayMs, digests })
    const sunk = await within(
      { ...options, measured, arrived: () => world.sink.documents() },
      result,
    )
    return { ...figuresOf(sunk), peakResidentBytes: peakResidentBytesOf(measured.pid) }
  } finally {
    await measured.end()
  }
}

function figuresOf(sunk: SinkResult): Omit<RunFigures, 'peakResidentBytes'> {
  const { first, last, digest } = sunk
  const cpuSeconds = last.cpuSeconds[0]!
  // All in one bulk: from the first to the last there is nothing to measure, and the figures are dashes.
  const documents = last.documents - first.documents || Number.NaN
  const allCpuSeconds = sumOf(last.cpuSeconds) - sumOf(first.cpuSeconds)
  return {
    cpuSeconds,
    allCpuSecondsPerMillion: (allCpuSeconds / documents) * 1e6,
    steadyCpuSecondsPerMillion: ((cpuSeconds - first.cpuSeconds[0]!) / documents) * 1e6,
    eventsPerSecond: documents / ((last.atMs - first.atMs) / 1000),
    takerCpuSeconds: sunk.sinkCpuSeconds,
    documents: last.documents,
    requests: sunk.requests,
    bodyBytes: sunk.bodyBytes,
    ...(digest === undefined ? {} : { digest }),
  }
}

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0)

/** Against the real Elasticsearch, asked every so often how far it is. */
export async function measureAgainstElasticsearch(
  world: World,
  program: Program,
  options: RunOptions,
): Promise<RunFigures> {
  const target = world.newTarget(options.topic, world.elasticsearchUrl)
  const stream = `logs-${target.dataset}-${target.namespace}`
  const store = world.store()
  const indexed = async (): Promise<number> => {
    const { body } = await store.request<{
      _all?: { primaries?: { indexing?: { index_total?: number } } }
    }>({ method: 'GET', path: `/${stream}/_stats/indexing`, acceptStatuses: [404] })
    return body._all?.primaries?.indexing?.index_total ?? 0
  }
  const serverCpu = (): number => cpuSecondsOf(world.elasticsearchPid)
  const serverBefore = serverCpu()
  const measured = startMeasured(program.invocation(target), options)
  let seen = 0
  const markNow = async () => {
    seen = await indexed()
    return { documents: seen, atMs: performance.now(), cpuSeconds: cpuSecondsOf(measured.pid) }
  }
  const watch = async () => {
    let first = await markNow()
    while (first.documents === 0) {
      await sleep(50, undefined, { signal: options.signal })
      first = await markNow()
    }
    let last = first
    while (last.documents < options.documents) {
      await sleep(50, undefined, { signal: options.signal })
      last = await markNow()
    }
    return { first, last }
  }
  try {
    const { first, last } = await within({ ...options, measured, arrived: () => seen }, watch())
    const documents = last.documents - first.documents
    return {
      cpuSeconds: last.cpuSeconds,
      steadyCpuSecondsPerMillion: ((last.cpuSeconds - first.cpuSeconds) / documents) * 1e6,
      eventsPerSecond: documents / ((last.atMs - first.atMs) / 1000),
      peakResidentBytes: peakResidentBytesOf(measured.pid),
      takerCpuSeconds: serverCpu() - serverBefore,
      documents: last.documents,
      allCpuSecondsPerMillion: Number.NaN,
      requests: Number.NaN,
      bodyBytes: Number.NaN,
    }
  } finally {
    await measured.end()
    await store.close()
  }
}

async function within<T>(
  options: RunOptions & { measured: MeasuredProcess; arrived: () => number },
  work: Promise<T>,
): Promise<T> {
  const { measured } = options
  const limitMs = startTimeoutMs + (options.documents / slowest) * 1000
  const ended = new AbortController()
  const signal = AbortSignal.any([options.signal, ended.signal])
  const late = sleep(limitMs, undefined, { signal }).then(() => {
    throw new Error(
      `${options.arrived()} of ${options.documents} documents came within ${limitMs} ms; what the program said:\n${measured.output()}`,
    )
  })
  try {
    return await Promise.race([work, measured.failed, late])
  } catch (error) {
    options.signal.throwIfAborted()
    throw error
  } finally {
    ended.abort()
  }
}
