// What Lens asks Elasticsearch for a panel, and what it makes of the answer: one row for each innermost bucket.
import type { Column, LensPanel } from './opened.ts'

export interface View {
  fromMs: number
  toMs: number
  /** Of a date histogram; Lens takes a fiftieth of the time, rounded up. */
  intervalMs: number
  /** What controls and the dashboard's own query add. */
  filters: readonly object[]
}

export function documentsOf(query: string, { fromMs, toMs, filters }: View): object {
  const range = { gte: fromMs, lte: toMs, format: 'epoch_millis' }
  const kql = query === '' ? [] : [{ kql: { query } }]
  return { bool: { filter: [{ range: { '@timestamp': range } }, ...kql, ...filters] } }
}

export function lensSearch(panel: LensPanel, view: View): object {
  const { buckets, figures } = partsOf(panel)
  let aggs = aggregationsOf(panel, figures)
  for (const id of buckets.toReversed()) {
    const ranking = rankingOf(panel.columns[id]!)
    const isOfInner = ranking !== undefined && aggs[ranking] === undefined
    const own = isOfInner ? aggregationsOf(panel, [ranking]) : {}
    aggs = { [id]: { ...bucketOf(panel, id, view), aggs: { ...aggs, ...own } } }
  }
  return { size: 0, track_total_hits: true, query: documentsOf(panel.query, view), aggs }
}

function partsOf({ columnOrder, columns }: LensPanel): { buckets: string[]; figures: string[] } {
  const isBucket = (id: string): boolean => columns[id]!.isBucketed
  return {
    buckets: columnOrder.filter(isBucket),
    figures: columnOrder.filter((id) => !isBucket(id)),
  }
}

/** The figure that ranks the values of a terms column. */
function rankingOf({ operationType, params: { orderBy } }: Column): string | undefined {
  return operationType === 'terms' && orderBy?.type === 'column' ? orderBy.columnId : undefined
}

function bucketOf({ columns }: LensPanel, id: string, view: View): object {
  const column = columns[id]!
  const { sourceField: field, params } = column
  if (column.operationType === 'date_histogram') {
    const { fromMs, toMs, intervalMs } = view
    const bounds = { min_doc_count: 0, extended_bounds: { min: fromMs, max: toMs } }
    const histogram = { field, fixed_interval: `${intervalMs}ms`, time_zone: 'UTC' }
    return {
      date_histogram: { ...histogram, ...(params.includeEmptyRows === true && bounds) },
    }
  }
  const ranking = rankingOf(column)
  const isCount = ranking !== undefined && isPlainCount(columns[ranking]!)
  const by = ranking === undefined ? '_key' : isCount ? '_count' : ranking
  return { terms: { field, size: params.size, order: { [by]: params.orderDirection } } }
}

const isPlainCount = ({ operationType, filter }: Column): boolean =>
  operationType === 'count' && filter === undefined

function aggregationsOf({ columns }: LensPanel, ids: readonly string[]): Record<string, object> {
  const entries = ids
    .filter((id) => !isPlainCount(columns[id]!))
    .map((id) => {
      const column = columns[id]!
      if (column.filter === undefined) return [id, figureOf(column)]
      const filter = { kql: { query: column.filter.query } }
      const isCount = column.operationType === 'count'
      return [id, { filter, ...(!isCount && { aggs: { of: figureOf(column) } }) }]
    })
  return Object.fromEntries(entries) as Record<string, object>
}

function figureOf({ operationType, sourceField: field, params }: Column): object {
  switch (operationType) {
    case 'unique_count':
      return { cardinality: { field } }
    case 'max':
      return { max: { field } }
    case 'percentile':
      return { percentiles: { field, percents: [params.percentile] } }
    default:
      throw new Error(`no search is known for ${operationType}`)
  }
}

interface Bucket {
  key?: string | number
  doc_count: number
  [id: string]: unknown
}

/** Values of the columns in their order; buckets without documents are left out. */
export function rowsOf(panel: LensPanel, answer: SearchAnswer): unknown[][] {
  const { buckets, figures } = partsOf(panel)
  const top = { doc_count: answer.hits.total.value, ...answer.aggregations }
  const rows = (bucket: Bucket, inner: readonly string[], keys: unknown[]): unknown[][] => {
    const [id, ...rest] = inner
    if (id === undefined) {
      return [
        [...keys, ...figures.map((figure) => valueOf(panel.columns[figure]!, figure, bucket))],
      ]
    }
    return (bucket[id] as { buckets: Bucket[] }).buckets
      .filter((each) => each.doc_count > 0)
      .flatMap((each) => rows(each, rest, [...keys, each.key]))
  }
  return rows(top, buckets, [])
}

export interface SearchAnswer {
  _shards: { failed: number }
  hits: { total: { value: number }; hits: { _id: string; _source: Record<string, unknown> }[] }
  aggregations?: Record<string, unknown>
}

function valueOf(column: Column, id: string, bucket: Bucket): unknown {
  if (isPlainCount(column)) return bucket.doc_count
  const answer = bucket[id] as { doc_count?: number; of?: object; value?: number; values?: object }
  if (column.operationType === 'count') return answer.doc_count
  const figure = (answer.of ?? answer) as typeof answer
  return figure.values === undefined ? figure.value : Object.values(figure.values)[0]
}
