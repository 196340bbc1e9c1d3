// What the indexers say of themselves every few seconds: their pace, their verdicts, and what went wrong with bulk requests.
import { isObject } from '@millrace/foundation'
import { memberAt, textAt } from '@millrace/ecs'
import { indexerDataStream } from '@millrace/envelope'
import type { IndexingPart } from '../api.mts'
import type { LogStore, SearchHit } from '../search/log-store.mts'

export const indexingWindowMs = 15 * 60_000
/** Reports come every 10 s: of 50 workers, all of the window's are read. */
const reportsMax = 5_000
const indexersMax = 200

/** One report: counts since the worker's start. */
interface Report {
  instance: string
  host: string | undefined
  at: number
  startedAt: number
  bulkRequests: number
  verdicts: Record<string, number>
  errors: Record<string, number>
}

export async function computeIndexing(
  store: LogStore,
  { nowMs, signal }: { nowMs: number; signal: AbortSignal },
): Promise<IndexingPart> {
  const range = { gte: nowMs - indexingWindowMs, format: 'epoch_millis' }
  const { hits } = await store.search({
    signal,
    streams: indexerDataStream,
    body: {
      size: reportsMax,
      track_total_hits: false,
      sort: [{ '@timestamp': { order: 'desc', unmapped_type: 'date' } }],
      query: { range: { '@timestamp': range } },
    },
  })
  const reports = hits.hits.map(readReport).filter((report) => report !== undefined)
  return indexingPart(reports, nowMs - indexingWindowMs)
}

/** @param reports newest first */
export function indexingPart(reports: readonly Report[], sinceMs: number): IndexingPart {
  const byInstance = Map.groupBy(reports, ({ instance }) => instance)
  const verdicts: Record<string, number> = {}
  const errors = new Map<string, { count: number; lastAt: number }>()
  const indexers: IndexingPart['indexers'] = []
  for (const [instance, all] of byInstance) {
    const newest = all[0]!
    // Of one that began within the window everything counts, of others what came since its first report.
    const base = newest.startedAt >= sinceMs ? undefined : all.at(-1)!
    addDifferences(verdicts, newest.verdicts, base?.verdicts ?? {})
    for (const [kind, total] of Object.entries(newest.errors)) {
      const count = total - (base?.errors[kind] ?? 0)
      if (count <= 0) continue
      const grewAt = all.findLast((report) => report.errors[kind] === total)?.at ?? newest.at
      const known = errors.get(kind) ?? { count: 0, lastAt: 0 }
      errors.set(kind, { count: known.count + count, lastAt: Math.max(known.lastAt, grewAt) })
    }
    if (indexers.length < indexersMax) indexers.push(indexerOf(instance, all))
  }
  return {
    windowMs: indexingWindowMs,
    indexers,
    bulkErrors: [...errors]
      .map(([kind, { count, lastAt }]) => ({ kind, count, lastAt, ...meaningOf(kind) }))
      .toSorted((one, other) => other.count - one.count),
    verdicts,
  }
}

function indexerOf(instance: string, all: readonly Report[]): IndexingPart['indexers'][number] {
  const newest = all[0]!
  const before = all.find(({ at }) => newest.at - at >= 30_000) ?? all.at(-1)!
  const seconds = (newest.at - before.at) / 1_000
  const per = (count: (report: Report) => number): number =>
    Math.round(((count(newest) - count(before)) / seconds) * 10) / 10
  return {
    instance,
    ...(newest.host !== undefined && { host: newest.host }),
    heardAt: newest.at,
    startedAt: newest.startedAt,
    ...(seconds > 0 && {
      indexedPerSecond: per(({ verdicts }) => verdicts['indexed'] ?? 0),
      bulkRequestsPerSecond: per(({ bulkRequests }) => bulkRequests),
    }),
  }
}

function addDifferences(
  sums: Record<string, number>,
  newest: Record<string, number>,
  oldest: Record<string, number>,
): void {
  for (const [name, total] of Object.entries(newest)) {
    sums[name] = (sums[name] ?? 0) + Math.max(0, total - (oldest[name] ?? 0))
  }
}

function readReport({ _source: document = {} }: SearchHit): Report | undefined {
  const instance = textAt(document, 'agent.ephemeral_id')
  const at = Date.parse(textAt(document, '@timestamp') ?? '')
  const report = memberAt(document, 'millrace.indexer')
  if (instance === undefined || Number.isNaN(at) || !isObject(report)) return undefined
  return {
    instance: instance.slice(0, 64),
    host: textAt(document, 'host.name')?.slice(0, 256),
    at,
    startedAt: Number(report['startedAt']) || at,
    bulkRequests: Number(report['bulkRequests']) || 0,
    verdicts: countsOf(report['events']),
    errors: countsOf(report['bulkErrors']),
  }
}

function countsOf(value: unknown): Record<string, number> {
  const entries = Object.entries(isObject(value) ? value : {}).slice(0, 200)
  return Object.fromEntries(
    entries.flatMap(([name, count]) =>
      typeof count === 'number' && count >= 0 ? [[name.slice(0, 100), count]] : [],
    ),
  )
}

/** What a person should know of a kind of failure. */
function meaningOf(kind: string): { meaning: string; isRetried: boolean } {
  if (kind === 'item-retried') return retried('single documents were put off and sent again')
  if (kind === '429') return retried('Elasticsearch takes no more for the moment')
  if (kind === '413') return retried('the request was too large; smaller ones are sent now')
  if (kind === 'unavailable' || kind === 'unreadable') {
    return retried('Elasticsearch was not reachable, or its answer was cut off')
  }
  if (/^5\d\d$/.test(kind)) return retried('Elasticsearch is not available or failed')
  if (/^4\d\d$/.test(kind)) return retried('Elasticsearch refused whole requests: see its settings')
  return {
    meaning: 'Elasticsearch refused single documents; they are dead letters',
    isRetried: false,
  }
}

function retried(meaning: string): { meaning: string; isRetried: boolean } {
  return { meaning, isRetried: true }
}
