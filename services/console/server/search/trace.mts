// GET /api/traces/:traceId: what all services wrote in one trace, in order.
import { textAt } from '@millrace/ecs'
import type { TraceAnswer, TraceRow } from '../api.mts'
import { rowSources } from '../rows.mts'
import type { LogStore, SearchHit } from './log-store.mts'
import { oldestFirst, rowOf } from './rows.mts'

const rowsMax = 1_000
const dayMs = 86_400_000

export async function readTrace(
  store: LogStore,
  traceId: string,
  aroundMs: number | undefined,
): Promise<TraceAnswer> {
  const time =
    aroundMs === undefined
      ? []
      : [
          {
            range: {
              '@timestamp': {
                gte: aroundMs - dayMs,
                lte: aroundMs + dayMs,
                format: 'epoch_millis',
              },
            },
          },
        ]
  const { hits } = await store.hits({
    size: rowsMax + 1,
    sort: oldestFirst,
    track_total_hits: false,
    query: { bool: { filter: [{ term: { 'trace.id': traceId } }, ...time] } },
    _source: rowSources,
  })
  const found = hits.hits.slice(0, rowsMax)
  const firstMs = millisecondsOf(found[0])
  const rows = found.map((hit) => traceRow(hit, firstMs))
  const services = new Set(rows.map(({ service }) => service).filter((name) => name !== undefined))
  return {
    traceId,
    rows,
    isCut: hits.hits.length > rowsMax,
    services: [...services].toSorted(),
    ...(found.length > 0 && {
      firstAt: Math.floor(firstMs),
      lastAt: Math.floor(millisecondsOf(found.at(-1))),
    }),
  }
}

function traceRow(hit: SearchHit, firstMs: number): TraceRow {
  const { _source: document = {} } = hit
  const spanId = textAt(document, 'span.id')
  const host = textAt(document, 'host.name')
  return {
    ...rowOf(hit),
    sinceStartMs: Math.round((millisecondsOf(hit) - firstMs) * 1_000) / 1_000,
    ...(spanId !== undefined && { spanId: spanId.slice(0, 64) }),
    ...(host !== undefined && { host: host.slice(0, 256) }),
  }
}

/** With the fractions that a date of JavaScript has no place for. */
function millisecondsOf(hit: SearchHit | undefined): number {
  const text = textAt(hit?._source, '@timestamp') ?? ''
  const fraction = /\.\d{3}(\d+)/.exec(text)?.[1]
  const at = Date.parse(text)
  if (Number.isNaN(at)) return 0
  return fraction === undefined ? at : at + Number(`0.${fraction}`)
}
