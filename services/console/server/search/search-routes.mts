// The calls of the Search view.
import type { FormatList, RecordNormalizer } from '@millrace/formats'
import type { Clock } from '@millrace/foundation'
import type { FastifyInstance } from 'fastify'
import type { EventAnswer, SearchQuery, SearchScope } from '../api.mts'
import { discoverUrl, type KibanaPlace } from '../kibana-url.mts'
import { findEvent, readEvent, wantedRecord } from './event.mts'
import { explainEvent } from './explain.mts'
import { FieldTypes } from './field-types.mts'
import { searchFields, searchValues } from './fields.mts'
import { searchHistogram } from './histogram.mts'
import type { LogStore } from './log-store.mts'
import type { RecordFinder } from './record-finder.mts'
import { rowsMax, searchRows } from './rows.mts'
import { resolveScope, type ResolvedScope, scopeProperties } from './scope.mts'
import { readTrace } from './trace.mts'

export interface SearchParts {
  store: LogStore
  finder: RecordFinder
  /** Knows the cluster's id, and so asks Kafka once. */
  normalizer: () => Promise<RecordNormalizer>
  formats: FormatList
  clock: Clock
  kibana: KibanaPlace | undefined
}

const scopeSchema = { type: 'object', properties: scopeProperties } as const
const text = (maxLength: number) => ({ type: 'string', minLength: 1, maxLength }) as const
const idParameters = { type: 'object', properties: { id: text(512) } } as const

export function addSearchRoutes(server: FastifyInstance, parts: SearchParts): void {
  const { store, clock } = parts
  const fields = new FieldTypes(store, clock)
  const resolve = (scope: SearchScope): Promise<ResolvedScope> =>
    resolveScope(scope, { fields, nowMs: clock.now() })

  const searchSchema = {
    type: 'object',
    properties: {
      ...scopeProperties,
      size: { type: 'integer', minimum: 1, maximum: rowsMax, default: 100 },
      after: text(4_000),
    },
  } as const
  server.get<{ Querystring: SearchQuery & { size: number } }>(
    '/api/search',
    { schema: { querystring: searchSchema } },
    async ({ query }) => {
      const scope = await resolve(query)
      const answer = await searchRows(store, scope, query)
      return { ...answer, ...kibanaLink(parts.kibana, scope) }
    },
  )

  const histogramSchema = {
    type: 'object',
    properties: {
      ...scopeProperties,
      buckets: { type: 'integer', minimum: 10, maximum: 200, default: 60 },
    },
  } as const
  server.get<{ Querystring: SearchScope & { buckets: number } }>(
    '/api/search/histogram',
    { schema: { querystring: histogramSchema } },
    async ({ query }) => await searchHistogram(store, await resolve(query), query.buckets),
  )
  server.get<{ Querystring: SearchScope }>(
    '/api/search/fields',
    { schema: { querystring: scopeSchema } },
    async ({ query }) => await searchFields(store, await resolve(query), fields),
  )
  const valuesSchema = {
    type: 'object',
    required: ['field'],
    properties: { ...scopeProperties, field: text(512) },
  } as const
  server.get<{ Querystring: SearchScope & { field: string } }>(
    '/api/search/values',
    { schema: { querystring: valuesSchema } },
    async ({ query }) =>
      await searchValues(store, await resolve(query), { field: query.field, types: fields }),
  )
  addEventRoutes(server, parts)
}

function addEventRoutes(server: FastifyInstance, parts: SearchParts): void {
  const { store, finder, clock, formats } = parts
  const indexSchema = { type: 'object', properties: { index: text(300) } } as const
  server.get<{ Params: { id: string }; Querystring: { index?: string } }>(
    '/api/events/:id',
    { schema: { params: idParameters, querystring: indexSchema } },
    async ({ params, query }): Promise<EventAnswer> => {
      const { timestamp, ...event } = await readEvent(store, finder, { ...params, ...query })
      const at = Date.parse(timestamp)
      if (Number.isNaN(at)) return event
      const [from, to] = [at - 900_000, at + 900_000].map((ms) => new Date(ms).toISOString())
      const kql = `event.id: "${event.id.replaceAll(/[\\"]/g, '\\$&')}"`
      return { ...event, ...kibanaLink(parts.kibana, { from: from!, to: to!, kql }) }
    },
  )

  const explainSchema = {
    type: 'object',
    properties: {
      index: text(300),
      partition: { type: 'integer', minimum: 0, maximum: 1_000_000 },
      offset: { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
    },
  } as const
  server.get<{
    Params: { id: string }
    Querystring: { index?: string; partition?: number; offset?: number }
  }>(
    '/api/events/:id/explain',
    { schema: { params: idParameters, querystring: explainSchema } },
    async ({ params: { id }, query: { index, partition, offset } }) => {
      const wanted =
        partition === undefined || offset === undefined
          ? wantedRecord(id, (await findEvent(store, { id, index })).document)
          : { id, place: { partition, offset } }
      const normalizer = await parts.normalizer()
      return await explainEvent(wanted, { finder, normalizer, formats, nowMs: clock.now() })
    },
  )

  const traceSchema = { type: 'object', properties: { around: text(40) } } as const
  server.get<{ Params: { id: string }; Querystring: { around?: string } }>(
    '/api/traces/:id',
    { schema: { params: idParameters, querystring: traceSchema } },
    async ({ params, query }) => {
      const around = Date.parse(query.around ?? '')
      return await readTrace(store, params.id, Number.isNaN(around) ? undefined : around)
    },
  )
}

function kibanaLink(
  kibana: KibanaPlace | undefined,
  scope: { from: string; to: string; kql: string },
): { kibanaUrl?: string } {
  return kibana === undefined ? {} : { kibanaUrl: discoverUrl(kibana, scope) }
}
