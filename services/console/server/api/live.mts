// The Live view: GET /api/live, server-sent events, from now on.
import type { EventRow, Level } from './common.mts'

/** The query of GET /api/live; all are optional. */
export interface LiveQuery {
  /** Repeated for several: any of them. */
  service?: string[]
  /** This level and those above it; what has no level counts as info. */
  level?: Level
  /** Text that message, error, trace id or attributes contain, upper and lower case alike. At most 200 characters. */
  text?: string
}

/** The server-sent events by name; each `data` is one JSON object. */
export interface LiveEvents {
  /** Once at the start, and again after an interruption: reading begins at the ends of the partitions. */
  ready: LiveReady
  /** About four times a second while there is anything to tell, and every 5 s else. */
  batch: LiveBatch
  /** Kafka is not reachable; reading is tried again by itself, `ready` tells when it goes on. */
  trouble: { message: string }
}

export interface LiveReady {
  topic: string
  partitions: number
}

/** Counts are since the previous batch of this stream. */
export interface LiveBatch {
  /** Oldest first in order of arrival. At most what the page can take; `matching - rows.length` are left out. */
  rows: EventRow[]
  /** How long this batch covers. Unit: ms. */
  spanMs: number
  /** Events that were read from the topic. */
  seen: number
  /** Of them those that the filter lets through. */
  matching: number
  /** Matching ones by level, `none` for those without one. */
  levels: Partial<Record<Level | 'none', number>>
  /** True where `rows` is an even sample of the matching ones. */
  isSampled: boolean
  /** Ledger records, which are no events and not in `seen`. */
  ledgers: number
  /** Records that were skipped unread, since there were more than the console can look at; estimated into nothing else. */
  skipped: number
  /** Batches that this client was too slow for and that were given up; their counts are in this one. */
  missedBatches: number
  /** Services seen since the start of reading, at most 200, sorted: for the filter's menu. Only when it changed. */
  services?: string[]
}
