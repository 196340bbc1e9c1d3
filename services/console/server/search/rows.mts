// GET /api/search: the newest events of a scope, page by page.
import { Problem } from '../http/problem.mts'
import type { EventRow, SearchAnswer } from '../api.mts'
import { eventRow, rowSources } from '../rows.mts'
import type { LogStore, SearchHit } from './log-store.mts'
import type { ResolvedScope } from './scope.mts'

export const rowsMax = 500

const timestampFormat = 'strict_date_optional_time_nanos'

/** Newest first; `event.id` tells apart what came at the same time. */
export const newestFirst = sortBy('desc')
export const oldestFirst = sortBy('asc')

function sortBy(order: 'asc' | 'desc'): object[] {
  return [
    {
      '@timestamp': {
        order,
        format: timestampFormat,
        numeric_type: 'date_nanos',
        unmapped_type: 'date_nanos',
      },
    },
    { 'event.sequence': { order, unmapped_type: 'long' } },
    { 'event.id': { order, unmapped_type: 'keyword' } },
  ]
}

export async function searchRows(
  store: LogStore,
  scope: ResolvedScope,
  { size, after }: { size: number; after?: string },
): Promise<Omit<SearchAnswer, 'kibanaUrl'>> {
  const { took, hits } = await store.hits({
    size,
    sort: newestFirst,
    query: scope.query,
    _source: rowSources,
    track_total_hits: 10_000,
    ...(after !== undefined && { search_after: readCursor(after) }),
  })
  const last = hits.hits.length < size ? undefined : hits.hits.at(-1)?.sort
  const { value = 0, relation = 'eq' } = hits.total ?? {}
  return {
    from: scope.from,
    to: scope.to,
    total: { count: value, isExact: relation === 'eq' },
    rows: hits.hits.map(rowOf),
    ...(last !== undefined && { next: writeCursor(last) }),
    tookMs: took,
  }
}

export function rowOf({ _id, _index, _source = {} }: SearchHit): EventRow {
  return { ...eventRow(_id, _source), index: _index }
}

function writeCursor(sort: readonly unknown[]): string {
  return Buffer.from(JSON.stringify(sort)).toString('base64url')
}

/** @throws Problem for one that no answer had. */
function readCursor(text: string): unknown[] {
  try {
    const sort: unknown = JSON.parse(Buffer.from(text, 'base64url').toString())
    const isSort =
      Array.isArray(sort) &&
      sort.length === newestFirst.length &&
      sort.every((each) => each === null || ['string', 'number'].includes(typeof each))
    if (isSort) return sort
  } catch {
    // Said below.
  }
  throw new Problem('input', '"after" must be the "next" of an answer before', 'after')
}
