// What a document costs in Elasticsearch: our ids and templates beside random ids, its own ids, and mappings that it guesses.
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { countFields, createElasticStore, type ElasticStore } from '@millrace/elastic'
import { encodeSourceFacts, formatEventId, headerName, mintInstanceId } from '@millrace/envelope'
import { RecordNormalizer } from '@millrace/formats'
import { systemClock, systemRandom } from '@millrace/foundation'
import { startLocalStack } from '@millrace/local-stack'
import { usualLines } from '../indexer/world.ts'
import { cpuSecondsOf } from '../process-usage.ts'
import { type Benchmark, type BenchmarkContext, median, type Report } from '../report.ts'
import { installRivals, type RivalDataset } from './templates.ts'
import { roundsOption } from '../options.ts'

const bulkCount = 5000
const inFlightMax = 2

interface Variant {
  title: string
  /** Which template matches: Millrace's, the same with an index for each field, or one that says nothing of fields. */
  dataset: 'bench' | RivalDataset
  idOf: (event: StoredEvent) => string | undefined
}

interface StoredEvent {
  id: string
  documentText: string
}

const variants: readonly Variant[] = [
  { title: "Millrace's ids and template", dataset: 'bench', idOf: ({ id }) => id },
  { title: 'random ids (UUID 4), same template', dataset: 'bench', idOf: () => randomUUID() },
  { title: "Elasticsearch's own ids, same template", dataset: 'bench', idOf: () => undefined },
  {
    title: "Millrace's ids and template, an index for each field",
    dataset: 'indexed',
    idOf: ({ id }) => id,
  },
  { title: "Millrace's ids, dynamic mapping", dataset: 'dynamic', idOf: ({ id }) => id },
]

interface Filling {
  variant: Variant
  namespace: string
  dataStream: string
  count: number
}

interface Cost {
  cpuMicroseconds: number
  bytes: number
  bytesMerged: number
  fields: number
}

export const store: Benchmark = {
  name: 'store',
  summary: "Elasticsearch's processor time and bytes for a document: by ids and by mapping",
  options: {
    events: {
      kind: 'number',
      default: 300_000,
      min: 1_000,
      max: 5_000_000,
      description: 'Documents of each data stream.',
    },
    rounds: roundsOption(
      'Times that each variant is measured, in turn; one more before is not counted.',
    ),
  },
  run,
}

async function run({ options, progress, signal }: BenchmarkContext): Promise<Report> {
  const count = options.number('events')
  const rounds = options.number('rounds')
  const stack = await startLocalStack({ kafka: false, signal, onProgress: progress })
  const server = createElasticStore({
    nodes: [stack.endpoints.elasticsearch],
    requestTimeoutMs: 300_000,
  })
  try {
    await server.installTemplates()
    await installRivals(server)
    const costs = new Map<Variant, Cost[]>(variants.map((variant) => [variant, []]))
    for (let round = 0; round <= rounds; round++) {
      for (const [place, variant] of variants.entries()) {
        signal.throwIfAborted()
        progress(`round ${round} of ${rounds}: ${variant.title}`)
        const namespace = `round${round}_${place}`
        const dataStream = `logs-${variant.dataset}-${namespace}`
        const cost = await fillDataStream(
          server,
          { variant, namespace, dataStream, count, pid: stack.pid('elasticsearch')! },
          signal,
        )
        if (round > 0) costs.get(variant)!.push(cost)
      }
    }
    return reportOf(costs, { count, rounds })
  } finally {
    await server.close()
    await stack.stop()
  }
}

function reportOf(
  costs: ReadonlyMap<Variant, readonly Cost[]>,
  { count, rounds }: { count: number; rounds: number },
): Report {
  const row = (name: string, unit: string, pick: (cost: Cost) => number) => ({
    name,
    unit,
    values: variants.map((variant) => median(costs.get(variant)!.map(pick))),
  })
  const cpu = row("Elasticsearch's processor time", 'µs/document', (cost) => cost.cpuMicroseconds)
  const merged = row('on disk, in one segment', 'B/document', ({ bytesMerged }) => bytesMerged)
  const against = ({ values }: { values: number[] }): number[] =>
    values.map((value) => value / values[0]!)
  return {
    setting: `${count.toLocaleString('en-US')} documents of pino lines in bulks of ${bulkCount}, ${inFlightMax} at once, each variant into a data stream of its own; medians of ${rounds} rounds in turn`,
    programs: variants.map(({ title }) => title),
    measures: [
      cpu,
      { name: 'the same, against the first', unit: 'ratio', values: against(cpu) },
      row('on disk, as it was written', 'B/document', ({ bytes }) => bytes),
      merged,
      { name: 'the same, against the first', unit: 'ratio', values: against(merged) },
      row('fields in the mapping', 'fields', ({ fields }) => fields),
    ],
    caveats: [
      'Elasticsearch 9.5.3, one node, one shard, no replica, 1 GiB of heap. Processor time of the whole process from the first bulk until it is refreshed and no merge runs any more; one round before is not counted.',
      'The same documents everywhere, as the indexer writes them. Disk: after a flush, and after a forced merge into one segment, whose processor time is not counted.',
      'Random ids cost more the larger an index is: each is looked for in every segment, where ids that ascend are known to be new. Own ids of Elasticsearch need no such look, and cannot tell a second copy.',
    ],
  }
}

/** Writes the documents and waits until Elasticsearch has nothing left to do for them. */
async function fillDataStream(
  server: ElasticStore,
  work: Filling & { pid: number },
  signal: AbortSignal,
): Promise<Cost> {
  const { variant, dataStream, count, pid } = work
  const bodies = bulkBodies(work)
  const cpuBefore = cpuSecondsOf(pid)
  const worker = async (): Promise<void> => {
    for (const body of bodies) {
      signal.throwIfAborted()
      const { errors, items } = await server.bulk(body)
      if (errors === true) {
        const failed = items.find((item) => item['create']?.error !== undefined)
        throw new Error(`${variant.title}: ${JSON.stringify(failed)}`)
      }
    }
  }
  await Promise.all(Array.from({ length: inFlightMax }, worker))
  await server.request({ method: 'POST', path: `/${dataStream}/_refresh` })
  await untilNoMerge(server, dataStream)
  const cpuSeconds = cpuSecondsOf(pid) - cpuBefore
  const bytes = await bytesOf(server, dataStream)
  const merge = `/${dataStream}/_forcemerge`
  await server.request({
    method: 'POST',
    path: merge,
    querystring: { max_num_segments: 1 },
  })
  const stored = await server.request<{ count: number }>({
    method: 'GET',
    path: `/${dataStream}/_count`,
  })
  if (stored.body.count !== count) {
    throw new Error(`${variant.title}: ${stored.body.count} of ${count} documents are there`)
  }
  return {
    cpuMicroseconds: (cpuSeconds / count) * 1e6,
    bytes: bytes / count,
    bytesMerged: (await bytesOf(server, dataStream)) / count,
    fields: await fieldsOf(server, dataStream),
  }
}

/** Made while Elasticsearch works; shared by those who send them. */
function* bulkBodies(work: Filling): Generator<string, void, undefined> {
  const { variant, dataStream } = work
  let body = ''
  let held = 0
  for (const event of storedEvents(work)) {
    const id = variant.idOf(event)
    const action = { create: { _index: dataStream, ...(id === undefined ? {} : { _id: id }) } }
    body += `${JSON.stringify(action)}\n${event.documentText}\n`
    if (++held < bulkCount) continue
    yield body
    body = ''
    held = 0
  }
  if (held > 0) yield body
}

/** As the indexer makes them. */
function* storedEvents({
  variant,
  namespace,
  count,
}: Filling): Generator<StoredEvent, void, undefined> {
  const normalizer = new RecordNormalizer({
    clusterId: 'bench',
    dataset: variant.dataset,
    namespace,
  })
  const instance = mintInstanceId(systemClock, systemRandom)
  const lines = usualLines()
  for (let offset = 0; offset < count; offset++) {
    const { service, line } = lines.next().value as { service: string; line: string }
    const facts = { format: 'pino', 'service.name': service, 'agent.type': 'millrace' }
    const record = {
      topic: 'logs',
      partition: 0,
      offset,
      timestampMs: systemClock.now(),
      key: Buffer.from(formatEventId(instance, offset + 1)),
      value: Buffer.from(line),
      headers: { [headerName]: encodeSourceFacts(facts) },
    }
    const { id, document, documentText } = normalizer.normalize(record, systemClock.now())
      .events[0]!
    yield { id, documentText: documentText ?? JSON.stringify(document) }
  }
}

interface Statistics {
  _all: { primaries: { merges?: { current: number }; store?: { size_in_bytes: number } } }
}

const quietLooks = 5
const looksMax = 600

async function untilNoMerge(server: ElasticStore, dataStream: string): Promise<void> {
  let quiet = 0
  for (let look = 0; look < looksMax && quiet < quietLooks; look++) {
    const { body } = await server.request<Statistics>({
      method: 'GET',
      path: `/${dataStream}/_stats/merge`,
    })
    quiet = body._all.primaries.merges!.current === 0 ? quiet + 1 : 0
    await sleep(200)
  }
  if (quiet < quietLooks) throw new Error(`${dataStream} is still merging`)
}

async function bytesOf(server: ElasticStore, dataStream: string): Promise<number> {
  await server.request({ method: 'POST', path: `/${dataStream}/_flush` })
  const { body } = await server.request<Statistics>({
    method: 'GET',
    path: `/${dataStream}/_stats/store`,
  })
  return body._all.primaries.store!.size_in_bytes
}

async function fieldsOf(server: ElasticStore, dataStream: string): Promise<number> {
  const { body } = await server.request<Record<string, { mappings: { properties: object } }>>({
    method: 'GET',
    path: `/${dataStream}/_mapping`,
  })
  return Math.max(
    ...Object.values(body).map(({ mappings }) => countFields({ ...mappings.properties })),
  )
}
