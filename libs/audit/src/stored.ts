// What Elasticsearch holds: ledgers, the ids of lines, the ids of dead letters, and how far back all of it goes.
import { deadLetterDataStream, ledgerDataStream, readLedger } from '@millrace/envelope'
import { AuditError } from '@millrace/foundation'
import type { LedgerSource } from './instance-books.ts'
import { readHorizons, streamOf } from './horizons.ts'
import { partlySearched, scan, type ScanOptions } from './scan.ts'
import type { AuditSources, InstanceFilter } from './sources.ts'

export interface StoredOptions extends ScanOptions {
  /** Hears how many documents were seen so far. */
  onProgress?: (what: 'ledgers' | 'documents', count: number) => void
}

const logStreams = 'logs-*-*'
const deadLetterStreams = `${deadLetterDataStream.slice(0, deadLetterDataStream.lastIndexOf('-'))}-*`
/** Ledgers that name thousands of ranges are rare and large. */
const ledgerPageSize = 500
/** Elasticsearch's own bound on the terms of one query (`index.max_terms_count`) is 65 536. */
const termsMax = 10_000

type StoredSources = Pick<
  AuditSources,
  | 'horizons'
  | 'ledgers'
  | 'instancesOfDocuments'
  | 'indexed'
  | 'stillDouble'
  | 'deadLetterDocuments'
>

export function createStoredSources(options: StoredOptions): StoredSources {
  return {
    horizons: () => readHorizons([...streamsOfLogs, ledgerDataStream], options),
    ledgers: (filter, onLedger) => readLedgers(filter, onLedger, options),
    instancesOfDocuments: (filter) => readInstances(filter, options),
    indexed: (instances, onDocument) => readIndexed(instances, onDocument, options),
    stillDouble: (ids) => readDouble(ids, options),
    deadLetterDocuments: (onId) => readDeadLetters(onId, options),
  }
}

interface LedgerHit {
  _source?: {
    millrace?: { ledger?: Record<string, unknown>; topic?: unknown }
    service?: { name?: unknown }
    host?: { name?: unknown }
    event?: { ingested?: unknown }
  }
}

async function readLedgers(
  filter: InstanceFilter,
  onLedger: Parameters<AuditSources['ledgers']>[1],
  options: StoredOptions,
): Promise<void> {
  await refresh(ledgerDataStream, options)
  // An instance that was heard of since then is wanted with all that it has ever said.
  const since = filter.sinceMs === undefined ? undefined : await heardSince(filter, options)
  const instances = since ?? filter.instances
  let count = 0
  for (const query of ledgerQueries(instances, filter.services)) {
    const request = {
      streams: [ledgerDataStream],
      query,
      fields: { _source: ['millrace', 'service.name', 'host.name', 'event.ingested'] },
      hitMembers: ['_source'],
      pageSize: ledgerPageSize,
    }
    for await (const hits of scan<LedgerHit>(request, options)) {
      for (const { _source: source } of hits) {
        const ledger = readLedger(source?.millrace?.ledger ?? {})
        if (ledger !== undefined) onLedger(ledger, sourceOf(source))
      }
      count += hits.length
      options.onProgress?.('ledgers', count)
    }
  }
}

function ledgerQueries(
  instances: readonly string[] | undefined,
  services: readonly string[] | undefined,
): object[] {
  const filters =
    services === undefined ? [] : [{ terms: { 'service.name': services.slice(0, termsMax) } }]
  if (instances === undefined) return [{ bool: { filter: filters } }]
  return chunks(instances, termsMax).map((part) => ({
    bool: { filter: [...filters, { terms: { 'agent.ephemeral_id': part } }] },
  }))
}

function sourceOf(source: LedgerHit['_source']): LedgerSource {
  const service = source?.service?.name
  const host = source?.host?.name
  const topic = source?.millrace?.topic
  const takenAt = Date.parse(String(source?.event?.ingested))
  return {
    ...(typeof service === 'string' && { service }),
    ...(typeof host === 'string' && { host }),
    ...(typeof topic === 'string' && { topic }),
    ...(Number.isFinite(takenAt) && { takenAt }),
  }
}

function heardSince(filter: InstanceFilter, options: StoredOptions): Promise<string[]> {
  return instancesIn([ledgerDataStream], instanceQuery(filter), options)
}

/** Instances of which there are documents, so that those without a ledger are not overlooked. */
async function readInstances(
  filter: InstanceFilter,
  options: StoredOptions,
): Promise<string[] | undefined> {
  const { instances, services, sinceMs } = filter
  if (instances === undefined && services === undefined && sinceMs === undefined) return undefined
  await refresh(logStreams, options)
  return instancesIn(streamsOfLogs, instanceQuery(filter), options)
}

const streamsOfLogs = [logStreams, `-${deadLetterStreams}`]

function instanceQuery({ instances, services, sinceMs }: InstanceFilter): object {
  const filter: object[] = [{ exists: { field: 'agent.ephemeral_id' } }]
  if (instances !== undefined) filter.push({ terms: { 'agent.ephemeral_id': instances } })
  if (services !== undefined) filter.push({ terms: { 'service.name': services } })
  if (sinceMs !== undefined) {
    filter.push({ range: { 'event.ingested': { gte: sinceMs, format: 'epoch_millis' } } })
  }
  return { bool: { filter } }
}

/** All values of `agent.ephemeral_id`, a thousand at a time. */
async function instancesIn(
  streams: readonly string[],
  query: object,
  { store, signal }: StoredOptions,
): Promise<string[]> {
  const found: string[] = []
  let after: object | undefined
  for (;;) {
    const { body } = await store.request<CompositeAnswer>({
      method: 'POST',
      path: `/${streams.map(encodeURIComponent).join(',')}/_search`,
      querystring: { ignore_unavailable: true, allow_partial_search_results: false },
      body: {
        size: 0,
        query,
        aggs: {
          instances: {
            composite: {
              size: 1_000,
              sources: [{ instance: { terms: { field: 'agent.ephemeral_id' } } }],
              ...(after !== undefined && { after }),
            },
          },
        },
      },
      timeoutMs: 120_000,
      ...(signal !== undefined && { signal }),
    })
    if (body.timed_out !== false || (body._shards?.failed ?? 1) > 0) throw partlySearched(streams)
    const { buckets = [], after_key: next } = body.aggregations?.instances ?? {}
    for (const { key } of buckets) found.push(key.instance)
    after = next
    if (after === undefined || buckets.length === 0) return found
  }
}

interface CompositeAnswer {
  timed_out?: boolean
  _shards?: { failed?: number }
  aggregations?: {
    instances?: { buckets?: { key: { instance: string } }[]; after_key?: object }
  }
}

async function readIndexed(
  instances: readonly string[] | undefined,
  onDocument: (id: string, stream: string) => void,
  options: StoredOptions,
): Promise<void> {
  await refresh(logStreams, options)
  const queries =
    instances === undefined
      ? [undefined]
      : chunks(instances, termsMax).map((part) => ({ terms: { 'agent.ephemeral_id': part } }))
  const streams = new Map<string, string>()
  let count = 0
  for (const query of queries) {
    const request = {
      streams: streamsOfLogs,
      ...(query !== undefined && { query }),
      hitMembers: ['_id', '_index'],
    }
    for await (const hits of scan<{ _id: string; _index: string }>(request, options)) {
      for (const { _id, _index } of hits) {
        let stream = streams.get(_index)
        if (stream === undefined) streams.set(_index, (stream = streamOf(_index)))
        onDocument(_id, stream)
      }
      count += hits.length
      options.onProgress?.('documents', count)
    }
  }
}

/** Of ids that were found twice, those that are there twice at a second look. */
async function readDouble(ids: readonly string[], options: StoredOptions): Promise<Set<string>> {
  await refresh(logStreams, options)
  const seen = new Set<string>()
  const double = new Set<string>()
  for (const values of chunks(ids, termsMax)) {
    const request = { streams: streamsOfLogs, query: { ids: { values } }, hitMembers: ['_id'] }
    for await (const hits of scan<{ _id: string }>(request, options)) {
      for (const { _id } of hits) (seen.has(_id) ? double : seen).add(_id)
    }
  }
  return double
}

async function readDeadLetters(onId: (id: string) => void, options: StoredOptions): Promise<void> {
  await refresh(deadLetterStreams, options)
  const request = {
    streams: [deadLetterStreams],
    fields: { stored_fields: '_none_', docvalue_fields: ['event.id'] },
    hitMembers: ['fields'],
  }
  type Hit = { fields?: { 'event.id'?: string[] } }
  for await (const hits of scan<Hit>(request, options)) {
    for (const { fields } of hits) for (const id of fields?.['event.id'] ?? []) onId(id)
  }
}

/** Searches see what was indexed before the last refresh; without one, fresh lines would look lost. */
async function refresh(stream: string, { store, signal }: StoredOptions): Promise<void> {
  const { status, body } = await store.request<{ _shards?: { failed?: number } }>({
    method: 'POST',
    path: `/${encodeURIComponent(stream)}/_refresh`,
    querystring: { ignore_unavailable: true, allow_no_indices: true },
    timeoutMs: 120_000,
    acceptStatuses: [403, 404],
    ...(signal !== undefined && { signal }),
  })
  if (status === 404) return
  if (status === 403) {
    throw new AuditError(
      'MILLRACE_AUDIT_INCOMPLETE',
      `The audit has to refresh ${stream} and may not: its API key or user needs the privileges read, view_index_metadata and maintenance on logs-*-* and ${ledgerDataStream}`,
    )
  }
  if ((body._shards?.failed ?? 1) > 0) throw partlySearched([stream])
}

function chunks<Item>(items: readonly Item[], size: number): Item[][] {
  const parts: Item[][] = []
  for (let from = 0; from < items.length; from += size) parts.push(items.slice(from, from + size))
  return parts
}
