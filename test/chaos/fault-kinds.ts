// What can go wrong in a chaos run: the kinds of fault, what each one hits, and how long it lasts.

/** What a fault takes hold of; two faults never hold the same thing at once. */
export type FaultTarget =
  | 'service'
  | 'indexer'
  | 'indexers'
  | 'broker'
  | 'elasticsearch'
  | 'kafka-network'
  | 'elasticsearch-network'
  | 'bulk-answers'
  | 'disk'
  | 'topic'

interface FaultKindFacts {
  target: FaultTarget
  /** Shortest and longest time until the fault is healed. Unit: ms. */
  durationMs: readonly [shortest: number, longest: number]
  /** What happens, for a person. */
  says: string
}

export const faultKinds = {
  'service-kill': {
    target: 'service',
    durationMs: [200, 3_000],
    says: 'kill -9 of a service, which is started again',
  },
  'service-stop': {
    target: 'service',
    durationMs: [500, 12_000],
    says: 'a service stands still (SIGSTOP, SIGCONT)',
  },
  'service-term': {
    target: 'service',
    durationMs: [200, 3_000],
    says: 'a service is told to end, and is started again',
  },
  'indexer-kill': {
    target: 'indexer',
    durationMs: [500, 5_000],
    says: 'kill -9 of an indexer, which is started again',
  },
  'indexer-stop': {
    target: 'indexer',
    durationMs: [1_000, 40_000],
    says: 'an indexer stands still, at times beyond its session (SIGSTOP, SIGCONT)',
  },
  'indexer-term': {
    target: 'indexer',
    durationMs: [500, 5_000],
    says: 'an indexer is told to end, and is started again',
  },
  'indexer-join': {
    target: 'indexers',
    durationMs: [2_000, 10_000],
    says: 'one more indexer joins, and leaves again',
  },
  replay: {
    target: 'indexers',
    durationMs: [1_000, 4_000],
    says: 'the group is set back to earlier offsets, and the data stream rolls over while it reads again',
  },
  rollover: {
    target: 'topic',
    durationMs: [100, 1_000],
    says: 'the data stream rolls over',
  },
  'broker-kill': {
    target: 'broker',
    durationMs: [500, 8_000],
    says: 'kill -9 of a broker, which is started again',
  },
  'broker-stop': {
    target: 'broker',
    durationMs: [1_000, 15_000],
    says: 'a broker stands still, at times beyond its session (SIGSTOP, SIGCONT)',
  },
  'broker-term': {
    target: 'broker',
    durationMs: [500, 8_000],
    says: 'a broker is told to end, and is started again',
  },
  'elasticsearch-kill': {
    target: 'elasticsearch',
    durationMs: [500, 6_000],
    says: 'kill -9 of Elasticsearch, which is started again',
  },
  'elasticsearch-stop': {
    target: 'elasticsearch',
    durationMs: [1_000, 15_000],
    says: 'Elasticsearch stands still (SIGSTOP, SIGCONT)',
  },
  'elasticsearch-term': {
    target: 'elasticsearch',
    durationMs: [500, 6_000],
    says: 'Elasticsearch is told to end, and is started again',
  },
  'kafka-reset': {
    target: 'kafka-network',
    durationMs: [200, 4_000],
    says: 'connections to the brokers are reset again and again',
  },
  'kafka-stall': {
    target: 'kafka-network',
    durationMs: [1_000, 40_000],
    says: 'connections to a broker, or to all of them, stay open and carry nothing',
  },
  'kafka-refuse': {
    target: 'kafka-network',
    durationMs: [500, 12_000],
    says: 'a broker, or all of them, refuse connections',
  },
  'elasticsearch-reset': {
    target: 'elasticsearch-network',
    durationMs: [200, 4_000],
    says: 'connections to Elasticsearch are reset again and again',
  },
  'elasticsearch-stall': {
    target: 'elasticsearch-network',
    durationMs: [1_000, 15_000],
    says: 'connections to Elasticsearch stay open and carry nothing',
  },
  'elasticsearch-refuse': {
    target: 'elasticsearch-network',
    durationMs: [500, 12_000],
    says: 'Elasticsearch refuses connections',
  },
  'bulk-429': {
    target: 'bulk-answers',
    durationMs: [500, 6_000],
    says: 'every second bulk request is refused with 429',
  },
  'bulk-503': {
    target: 'bulk-answers',
    durationMs: [500, 6_000],
    says: 'every second bulk request is refused with 503',
  },
  'bulk-items-429': {
    target: 'bulk-answers',
    durationMs: [500, 6_000],
    says: 'some items of each bulk answer say 429, though they were indexed',
  },
  'bulk-truncated': {
    target: 'bulk-answers',
    durationMs: [500, 6_000],
    says: 'every second bulk answer is cut off in the middle',
  },
  'bulk-wrong': {
    target: 'bulk-answers',
    durationMs: [500, 6_000],
    says: 'bulk answers lack an item, belong to other ids, or are a page of HTML',
  },
  'bulk-lost': {
    target: 'bulk-answers',
    durationMs: [500, 6_000],
    says: 'every second bulk request is carried out, and its answer is lost',
  },
  'disk-full': {
    target: 'disk',
    durationMs: [1_000, 10_000],
    says: 'the disk of a service’s spool is full, at times while Kafka is away',
  },
  poison: {
    target: 'topic',
    durationMs: [100, 500],
    says: 'records that cannot become documents are written to the topic',
  },
} as const satisfies Record<string, FaultKindFacts>

export type FaultKind = keyof typeof faultKinds

export const faultKindNames = Object.keys(faultKinds) as FaultKind[]

/**
 * Kinds by name, or all of those whose name begins with one that is given: `indexer` is the three of indexers.
 * @throws TypeError for a name that fits none.
 */
export function selectFaultKinds(names: readonly string[]): FaultKind[] {
  const selected = new Set<FaultKind>()
  for (const name of names) {
    const fitting = faultKindNames.filter((kind) => kind === name || kind.startsWith(`${name}-`))
    if (fitting.length === 0) {
      throw new TypeError(`--faults: there is no "${name}"; there are ${faultKindNames.join(', ')}`)
    }
    for (const kind of fitting) selected.add(kind)
  }
  return faultKindNames.filter((kind) => selected.has(kind))
}
