// The vocabulary of a document: every ECS field that Millrace writes, with its Elasticsearch type.
import { ecsFieldTable, ecsVersion as pinnedVersion } from './generated/ecs-fields.ts'

/** The ECS release that `data/fields.csv` was taken from; goes into `ecs.version`. */
export const ecsVersion: string = pinnedVersion

export type EcsType =
  | 'keyword'
  | 'constant_keyword'
  | 'match_only_text'
  | 'wildcard'
  | 'long'
  | 'float'
  | 'scaled_float'
  | 'date'
  | 'boolean'
  | 'ip'
  | 'geo_point'
  | 'flattened'

export interface EcsField {
  readonly path: string
  /** Its place in `ecsFields`, from 0. */
  readonly index: number
  /** The path's names, from the root. */
  readonly segments: readonly string[]
  readonly type: EcsType
  /** ECS asks for an array ("normalize: array"). */
  readonly array: boolean
  /** False: kept in `_source` only, no index and no doc values (`event.original`). */
  readonly indexed: boolean
  /** Has a multi-field `<path>.text` of type match_only_text. */
  readonly text: boolean
}

/** The path of a field that Millrace maps, such as `service.name`. */
export type EcsPath = keyof typeof ecsFieldTable

interface TableEntry {
  readonly type: EcsType
  readonly array?: boolean
  readonly indexed?: boolean
  readonly text?: boolean
}

function buildFields(): Map<string, EcsField> {
  const fields = new Map<string, EcsField>()
  for (const [path, entry] of Object.entries<TableEntry>(ecsFieldTable)) {
    fields.set(path, {
      path,
      index: fields.size,
      segments: path.split('.'),
      type: entry.type,
      array: entry.array ?? false,
      indexed: entry.indexed ?? true,
      text: entry.text ?? false,
    })
  }
  return fields
}

function buildObjectPaths(fields: ReadonlyMap<string, EcsField>): Set<string> {
  const paths = new Set<string>()
  for (const { segments } of fields.values()) {
    for (let depth = 1; depth < segments.length; depth++) {
      paths.add(segments.slice(0, depth).join('.'))
    }
  }
  return paths
}

/** Every mapped ECS leaf by its dotted path. What is not here lives in `attributes`. */
export const ecsFields: ReadonlyMap<string, EcsField> = buildFields()

/** Every dotted path that is an object in ECS, such as `log.origin.file`. Disjoint from `ecsFields`. */
export const ecsObjectPaths: ReadonlySet<string> = buildObjectPaths(ecsFields)

/** What a document holds beside ECS, for the templates. */
export const ownFields = {
  /** The name of the format that read the line. */
  'millrace.format': { type: 'keyword' },
  /** From the record's own time (`event.created`) to its receipt by the indexer (`event.ingested`). Unit: ms. */
  'millrace.indexing_delay_ms': { type: 'long' },
  /** Of the topic: where the record came from. */
  'millrace.partition': { type: 'long' },
  /** Of the documents that tell of dead letters: what they have in common, where they were, how often they failed. */
  'millrace.dead_letter.group': { type: 'keyword' },
  'millrace.dead_letter.topic': { type: 'keyword' },
  'millrace.dead_letter.partition': { type: 'long' },
  'millrace.dead_letter.offset': { type: 'long' },
  'millrace.dead_letter.attempts': { type: 'long' },
  /** Everything without a home in ECS. The limits are those that `libs/formats` writes within. */
  attributes: { type: 'flattened', ignore_above: 4096, depth_limit: 20 },
} as const
