// Templates, those of ledgers and of the indexers' reports: what is asked for is mapped, the rest is kept as it was sent.
import { ecsFields, type EcsPath } from '@millrace/ecs'
import { type Capabilities } from './capabilities.ts'
import { type FieldTree, keyword, mapField, place } from './mappings.ts'

export const metricsPattern = 'metrics-millrace.*-*'

/** Of ECS, what a ledger's document says of its writer. */
const ecsPaths = [
  '@timestamp',
  'ecs.version',
  'data_stream.type',
  'data_stream.dataset',
  'data_stream.namespace',
  'event.created',
  'event.dataset',
  'event.id',
  'event.ingested',
  'event.kind',
  'agent.ephemeral_id',
  'agent.type',
  'agent.version',
  'service.environment',
  'service.name',
  'service.node.name',
  'service.version',
  'host.name',
] as const satisfies readonly EcsPath[]

const long = { type: 'long' } as const
const keptObject = { type: 'object', enabled: false } as const
const keptOnly = { type: 'keyword', index: false, doc_values: false } as const

/** Why lines are dropped; of other reasons (a newer transport's) the count is kept and not searchable. */
export const dropReasonFields = [
  'memory-full',
  'spool-full',
  'spool-failed',
  'spool-damaged',
  'closed',
  'too-large',
  'rejected',
  'unreadable',
] as const
const countsByReason = {
  properties: Object.fromEntries(dropReasonFields.map((reason) => [reason, long])),
} as const

const ledgerFields = {
  v: long,
  instance: keyword(),
  number: long,
  writer: keyword(),
  at: { type: 'date', format: 'epoch_millis' },
  issued: long,
  settled: long,
  isClosed: { type: 'boolean' },
  durability: keyword(),
  published: long,
  truncated: long,
  redacted: long,
  spooled: long,
  dropped: countsByReason,
  droppedUnidentified: countsByReason,
  // Text of any length: sets of sequences, for whoever reads the whole document.
  spooledRanges: keptOnly,
  droppedRanges: keptObject,
} as const

/** What an indexer says of itself: counts since its start. */
const indexerFields = {
  startedAt: { type: 'date', format: 'epoch_millis' },
  recordsTaken: long,
  bulkRequests: long,
  itemsRetried: long,
  events: {
    properties: Object.fromEntries(
      ['indexed', 'duplicate', 'dead_lettered', 'skipped', 'given_up'].map((fate) => [fate, long]),
    ),
  },
  bulkErrors: keptObject,
  deadLetters: keptObject,
} as const

export function metricsMappings(capabilities: Capabilities, meta: object): object {
  const tree: FieldTree = { properties: {} }
  for (const path of ecsPaths) {
    const field = ecsFields.get(path)!
    place(tree, field.segments, mapField(field, capabilities))
  }
  for (const [name, mapping] of Object.entries(ledgerFields)) {
    place(tree, ['millrace', 'ledger', name], mapping)
  }
  for (const [name, mapping] of Object.entries(indexerFields)) {
    place(tree, ['millrace', 'indexer', name], mapping)
  }
  return { _meta: meta, dynamic: false, date_detection: false, properties: tree.properties }
}
