// How long events were on their way, over the last minutes: percentiles of what the documents themselves tell.
import { isObject } from '@millrace/foundation'
import type { DelaysPart, Percentiles } from '../api.mts'
import type { LogStore, SearchHit } from '../search/log-store.mts'

export const delaysWindowMs = 15 * 60_000
const sampleSize = 1_000
const percents = [50, 90, 99] as const

/**
 * The indexing delay is a field, and exact. The delay from end to end is the difference of two times, for which a
 * script would be needed; an even sample of the events tells it well enough.
 */
export async function computeDelays(
  store: LogStore,
  { nowMs, signal }: { nowMs: number; signal: AbortSignal },
): Promise<DelaysPart> {
  const range = { gte: nowMs - delaysWindowMs, format: 'epoch_millis' }
  const query = { bool: { filter: [{ range: { 'event.ingested': range } }] } }
  const field = 'millrace.indexing_delay_ms'
  const { hits, aggregations } = await store.search({
    signal,
    body: {
      size: sampleSize,
      track_total_hits: true,
      _source: false,
      docvalue_fields: [
        { field: '@timestamp', format: 'epoch_millis' },
        { field: 'event.ingested', format: 'epoch_millis' },
      ],
      query: { function_score: { query, random_score: {} } },
      aggs: {
        delays: { percentiles: { field, percents } },
        longest: { max: { field } },
      },
    },
  })
  const indexing = percentilesOf(aggregations)
  const endToEnd = samplePercentiles(hits.hits.map(delayOf).filter((delay) => delay !== undefined))
  return {
    windowMs: delaysWindowMs,
    events: hits.total?.value ?? 0,
    ...(indexing !== undefined && { indexing }),
    ...(endToEnd !== undefined && { endToEnd }),
  }
}

function percentilesOf(aggregations: Record<string, unknown> | undefined): Percentiles | undefined {
  const delays = aggregations?.['delays']
  const longest = aggregations?.['longest']
  const values = isObject(delays) && isObject(delays['values']) ? delays['values'] : {}
  const [p50, p90, p99] = percents.map((percent) => values[`${percent}.0`])
  const max = isObject(longest) ? longest['value'] : undefined
  const all = [p50, p90, p99, max].map((value) => (typeof value === 'number' ? value : undefined))
  if (all.includes(undefined)) return undefined
  return { p50: all[0]!, p90: all[1]!, p99: all[2]!, max: all[3]! }
}

function delayOf({ fields = {} }: SearchHit): number | undefined {
  const at = Number(fields['@timestamp']?.[0])
  const ingestedAt = Number(fields['event.ingested']?.[0])
  const delay = ingestedAt - at
  return Number.isNaN(delay) ? undefined : delay
}

/** By nearest rank. Undefined for no values. */
export function samplePercentiles(values: readonly number[]): Percentiles | undefined {
  if (values.length === 0) return undefined
  const sorted = values.toSorted((one, other) => one - other)
  const at = (percent: number): number =>
    sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)]!
  return { p50: at(50), p90: at(90), p99: at(99), max: sorted.at(-1)! }
}
