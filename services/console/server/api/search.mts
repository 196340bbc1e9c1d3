// The Search view: rows, histogram, fields, and everything about one event.
import type { EventRow, Level, RecordPlace } from './common.mts'

/** What is meant by all calls of Search. Times are ISO 8601 or Elasticsearch date math (`now-15m`). */
export interface SearchScope {
  /** Default `now-15m`. */
  from?: string
  /** Default `now`. */
  to?: string
  /**
   * Like KQL: `level:error and service.name:(orders or payments)`, `http.response.status_code >= 500`,
   * `message:"could not connect"`, `attributes.user.id:4*`, `not exists`, free text. Empty: everything.
   * Short names: `level` is log.level, `service` is service.name, `host`, `trace`, `dataset`.
   */
  filter?: string
}

/** GET /api/search: newest first. */
export interface SearchQuery extends SearchScope {
  /** Default 100, at most `limits.rowsMax`. */
  size?: number
  /** `next` of the answer before, with the same scope; its resolved `from` and `to` go with it. */
  after?: string
}

export interface SearchAnswer {
  /** The scope as it was resolved: send these with `after`, to the histogram and the fields. ISO 8601. */
  from: string
  to: string
  /** `isExact` false: at least so many. */
  total: { count: number; isExact: boolean }
  rows: EventRow[]
  /** Absent on the last page. */
  next?: string
  tookMs: number
  /** Open this search in Kibana's Discover, where Kibana is known. */
  kibanaUrl?: string
}

/** GET /api/search/histogram: SearchScope plus `buckets` (how many are wished for, 10..200, default 60). */
export interface HistogramAnswer {
  from: string
  to: string
  /** Width of each bucket. Unit: ms. */
  intervalMs: number
  /** Ascending, without gaps, from the bucket that holds `from` to the one that holds `to`. */
  buckets: HistogramBucket[]
}

export interface HistogramBucket {
  /** Start, epoch ms. */
  at: number
  total: number
  /** `none`: events without a level, or with one that is not among `levels`. Zero ones are left out. */
  levels: Partial<Record<Level | 'none', number>>
}

/** GET /api/search/fields: SearchScope. Which fields the newest matching events have. */
export interface FieldsAnswer {
  /** How many events were looked at, the newest of the scope. */
  sampled: number
  /** By name. At most 500. */
  fields: FieldSummary[]
}

export interface FieldSummary {
  /** As it is written in a filter: `service.name`, `attributes.cart.items`. */
  name: string
  /** Elasticsearch's type: `keyword`, `long`, `date`, `match_only_text`, `flattened`, … */
  type: string
  /** In how many of the sampled events. */
  events: number
  /** Values can be counted: GET /api/search/values answers. */
  isCountable: boolean
}

/** GET /api/search/values: SearchScope plus `field`. Top values over all matching events. */
export interface ValuesAnswer {
  field: string
  /** Most frequent first; at most 10. `filter` is what narrows a search to it. */
  values: { value: string; count: number; filter: string }[]
  /** Matching events that have the field. */
  events: number
  /** Matching events with other values than these. */
  others: number
}

/** GET /api/events/:id; query `index` (from the row) is optional. 404 where there is none, yet or any more. */
export interface EventAnswer {
  id: string
  index: string
  dataStream: string
  /** The whole `_source`; texts longer than `limits.textCharactersMax` are cut. */
  document: Record<string, unknown>
  /** The cut texts: dotted path -> true length in characters. */
  cut: Record<string, number>
  path: EventPath
  traceId?: string
  kibanaUrl?: string
}

/** The way of one event. Times are epoch ms; absent where nothing tells. */
export interface EventPath {
  /** Absent where the record is not in Kafka any more, or could not be found within the bound. */
  place?: RecordPlace
  /** Why there is no place. One sentence. */
  placeMissing?: string
  /** The partition is in the document even where the offset can't be found. */
  partition?: number
  instance?: string
  sequence?: number
  /** The event's own time, the record's time in Kafka, the indexer's. */
  timestampAt?: number
  recordAt?: number
  ingestedAt?: number
  /** From `timestampAt` to `recordAt` and from there to `ingestedAt`. Unit: ms; negative where clocks differ. */
  toKafkaMs?: number
  toElasticsearchMs?: number
}

/** GET /api/traces/:traceId; query `around` (an ISO 8601 time; searches a day before and after it) is optional. */
export interface TraceAnswer {
  traceId: string
  /** Oldest first, all services; by `@timestamp`, then `event.sequence`. At most 1,000. */
  rows: TraceRow[]
  /** There are more than these. */
  isCut: boolean
  services: string[]
  /** Epoch ms of the first and the last. */
  firstAt?: number
  lastAt?: number
}

export interface TraceRow extends EventRow {
  /** Since the first. Unit: ms, with fractions. */
  sinceStartMs: number
  spanId?: string
  host?: string
}

/** GET /api/events/:id/explain: the original record, read again from Kafka, and the normalizer's own explanation. Query `index`, or `partition` and `offset` (from a live row), are optional. */
export interface ExplainAnswer {
  id: string
  place: RecordPlace
  /** The bytes as text; `encoding` `base64` where they are not UTF-8. Cut at `limits.textCharactersMax`. */
  line: { text: string; encoding: 'utf8' | 'base64'; bytes: number; isCut: boolean }
  headers: Record<string, string>
  key?: string
  /** The record's own time, epoch ms. */
  recordAt?: number
  /** One sentence: which format read it, and why that one. */
  recognized: string
  format?: string
  /** In the order of the document. */
  fields: ExplainedField[]
  /** What the normalizer makes of it now; absent where it rejects it. */
  document?: Record<string, unknown>
  rejected?: { code: string; reason: string }
  /** Events in the record; more than 1 for a batch. This is the one that was asked for. */
  events: number
}

export interface ExplainedField {
  /** Dotted path in the document. */
  path: string
  value: string
  /** Where it came from, for a person: `key "msg"`, `the record's header`, … */
  origin: string
}
