// GET /api/search/histogram: how many events when, by level, in buckets without gaps.
import { isObject } from '@millrace/foundation'
import { logLevels } from '@millrace/ecs'
import type { HistogramAnswer, HistogramBucket } from '../api.mts'
import type { LogStore } from './log-store.mts'
import type { ResolvedScope } from './scope.mts'

const second = 1_000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour
/** Widths that a person can read off an axis. */
const intervals = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500].map((ms) => ms),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * second),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * minute),
  ...[1, 2, 3, 6, 12].map((count) => count * hour),
  ...[1, 2, 7, 14, 30, 90, 365].map((count) => count * day),
]

export async function searchHistogram(
  store: LogStore,
  scope: ResolvedScope,
  bucketsWanted: number,
): Promise<HistogramAnswer> {
  const { fromMs, toMs } = scope
  const intervalMs = intervalFor(toMs - fromMs, bucketsWanted)
  const { aggregations } = await store.search({
    body: {
      size: 0,
      track_total_hits: false,
      query: scope.query,
      aggs: {
        times: {
          date_histogram: {
            field: '@timestamp',
            fixed_interval: `${intervalMs}ms`,
            min_doc_count: 1,
          },
          aggs: { levels: { terms: { field: 'log.level', size: 20 } } },
        },
      },
    },
  })
  return {
    from: scope.from,
    to: scope.to,
    intervalMs,
    buckets: withoutGaps(bucketsOf(aggregations?.['times']), { fromMs, toMs, intervalMs }),
  }
}

/** The narrowest readable width that gives no more buckets than are wished for. */
export function intervalFor(spanMs: number, bucketsWanted: number): number {
  const last = intervals.at(-1)!
  const fitting = intervals.find((interval) => spanMs / interval <= bucketsWanted)
  return fitting ?? last * Math.ceil(spanMs / last / bucketsWanted)
}

function bucketsOf(histogram: unknown): Map<number, HistogramBucket> {
  const found = new Map<number, HistogramBucket>()
  for (const bucket of bucketsIn(histogram)) {
    const at = Number(bucket['key'])
    const total = Number(bucket['doc_count'])
    const levels: HistogramBucket['levels'] = {}
    let known = 0
    for (const each of bucketsIn(bucket['levels'])) {
      const level = logLevels.find((name) => name === each['key'])
      const count = Number(each['doc_count'])
      if (level === undefined || !(count > 0)) continue
      levels[level] = count
      known += count
    }
    if (total > known) levels.none = total - known
    found.set(at, { at, total, levels })
  }
  return found
}

export function bucketsIn(aggregation: unknown): Record<string, unknown>[] {
  const buckets = isObject(aggregation) ? aggregation['buckets'] : undefined
  return Array.isArray(buckets) ? buckets.filter(isObject) : []
}

function withoutGaps(
  found: ReadonlyMap<number, HistogramBucket>,
  { fromMs, toMs, intervalMs }: { fromMs: number; toMs: number; intervalMs: number },
): HistogramBucket[] {
  const buckets: HistogramBucket[] = []
  for (let at = Math.floor(fromMs / intervalMs) * intervalMs; at < toMs; at += intervalMs) {
    buckets.push(found.get(at) ?? { at, total: 0, levels: {} })
  }
  return buckets
}
