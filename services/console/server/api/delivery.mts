// The Delivery view: GET /api/delivery, asked every few seconds; each part is computed at most so often and kept.

/** GET /api/delivery */
export interface DeliveryAnswer {
  topic: string
  group: string
  audit: Part<AuditPart>
  lag: Part<LagPart>
  workers: Part<WorkersPart>
  delays: Part<DelaysPart>
  indexing: Part<IndexingPart>
}

/** A part that could not be computed again keeps its last value, with the trouble beside it. */
export interface Part<Value> {
  /** Absent before the first is there: `isComputing` is true then, or `trouble` is said. */
  value?: Value
  /** Epoch ms at which `value` was true. */
  computedAt?: number
  /** How long that took. Unit: ms. */
  tookMs?: number
  /** Epoch ms before which nobody computes it again. */
  nextAt?: number
  isComputing: boolean
  /** Why the newest try failed. One line. */
  trouble?: string
  /** What a running computation does now, for the audit. */
  step?: string
}

/** `issued` = indexed + deadLettered + dropped + pending + expired + lost. */
export interface AuditFigures {
  issued: number
  indexed: number
  deadLettered: number
  /** By reason. */
  dropped: Record<string, number>
  pending: number
  /** Where they are: in the topic before the indexers, in a spool on disk, in the sender's memory. */
  pendingIn: { topic: number; spool: number; memory: number }
  /** Older than what retention left: nobody can tell any more. */
  expired: number
  lost: number
  /** Documents too many. */
  duplicates: number
}

export interface AuditPart extends AuditFigures {
  /** Nothing is lost and nothing is double. */
  isWell: boolean
  services: ServiceFigures[]
  /** Newest first, at most 500. */
  instances: InstanceFigures[]
  instancesLeftOut: number
  /** At most 100. */
  lostRuns: { instance: string; service?: string; firstId: string; lastId: string; count: number }[]
  /** What a person should know beside the figures. */
  notes: string[]
}

export interface ServiceFigures extends AuditFigures {
  /** Empty where no instance names it. */
  service: string
  instances: number
}

export interface InstanceFigures extends AuditFigures {
  instance: string
  service?: string
  host?: string
  /** Epoch ms. */
  startedAt: number
  heardAt: number
  state: 'open' | 'closed' | 'recovered' | 'silent' | 'unknown'
  durability?: string
}

export interface LagPart {
  /** Sum over partitions. Unit: records. */
  lag: number
  partitions: PartitionLag[]
  /** Ascending; every few seconds, at most 30 minutes back, since the console looks. */
  history: { at: number; lag: number; end: number }[]
  /** Over the last minute of history; absent before there is one. Unit: records a second. */
  arrivingPerSecond?: number
  committedPerSecond?: number
  /** At this pace; absent where the lag grows or is none. Unit: s. */
  emptyInSeconds?: number
}

export interface PartitionLag {
  partition: number
  /** Oldest offset, next offset. */
  start: number
  end: number
  /** Absent where the group never committed. */
  committed?: number
  lag: number
  /** Change of the lag over the last minute. Unit: records. */
  trend?: number
  /** `memberId` of its owner in `workers`. */
  owner?: string
  leader?: number
}

export interface WorkersPart {
  /** Kafka's word: Stable, PreparingRebalance, CompletingRebalance, Empty, Dead. */
  state: string
  members: { memberId: string; clientId: string; host: string; partitions: number[] }[]
}

/** Over the events that were indexed in the last 15 minutes. Unit: ms. */
export interface DelaysPart {
  windowMs: number
  events: number
  /** From the record's time in Kafka to the indexer's reading it. */
  indexing?: Percentiles
  /** From the event's own time to being ingested. Clocks of other machines are in it. */
  endToEnd?: Percentiles
}

export interface Percentiles {
  p50: number
  p90: number
  p99: number
  max: number
}

/** What the indexers say of themselves, every 10 s, over the last 15 minutes. */
export interface IndexingPart {
  windowMs: number
  /** Newest reports; those of dead workers go after the window. */
  indexers: {
    instance: string
    host?: string
    /** Epoch ms of its newest report and of its start. */
    heardAt: number
    startedAt?: number
    indexedPerSecond?: number
    bulkRequestsPerSecond?: number
  }[]
  /** Sum over the window, most first. `kind`: HTTP status or failure, for example `429`, `timeout`, `mapper_parsing_exception`. */
  bulkErrors: {
    kind: string
    count: number
    meaning: string
    isRetried: boolean
    lastAt?: number
  }[]
  /** Events by verdict over the window. */
  verdicts: Record<string, number>
}
