// Templates, the mapping: every field that Millrace writes, generated from the pinned ECS list.
import { type EcsField, ecsFields, ownFields } from '@millrace/ecs'
import { type Capabilities, type FieldMapping, optionalTypes } from './capabilities.ts'

export interface FieldTree {
  properties: Record<string, FieldMapping | FieldTree>
}

/** Longest text that a keyword field makes searchable; longer ones are kept in `_source` only. */
const keywordLengthMax = 1024

/** Types whose values are numbers to Lucene. */
const numericTypes: ReadonlySet<unknown> = new Set([
  'long',
  'float',
  'double',
  'scaled_float',
  'date',
])
/** Numbers and times by which people narrow a search down. */
const indexedNumbers: ReadonlySet<string> = new Set([
  '@timestamp',
  'event.ingested',
  'http.response.status_code',
])
/** `_id` says the first; the others are the same in nearly all documents. */
const keywordsWithoutIndex: ReadonlySet<string> = new Set(['event.id', 'ecs.version', 'agent.type'])

/**
 * `dynamic: false`: a field that is not in the list is kept in `_source` and adds nothing to the mapping, so
 * no input can make it grow or conflict. Searchable leftovers live in `attributes`, one `flattened` field.
 */
export function buildMappings(capabilities: Capabilities, meta: object): object {
  const tree: FieldTree = { properties: {} }
  for (const field of ecsFields.values()) place(tree, field.segments, mapField(field, capabilities))
  for (const [path, mapping] of Object.entries(ownFields)) {
    const own = mapping.type === 'keyword' ? keyword() : mapping
    place(tree, path.split('.'), withIndexIfSearched(path, own))
  }
  return { _meta: meta, dynamic: false, date_detection: false, properties: tree.properties }
}

/** Mapped fields as Elasticsearch counts them: leaves, multi-fields and objects. */
export function countFields(properties: Readonly<Record<string, unknown>>): number {
  let count = 0
  for (const value of Object.values(properties)) {
    const { properties: nested = {}, fields = {} } = value as {
      properties?: Record<string, unknown>
      fields?: Record<string, unknown>
    }
    count += 1 + countFields(nested) + Object.keys(fields).length
  }
  return count
}

export function mapField(field: EcsField, capabilities: Capabilities): FieldMapping {
  if (!field.indexed) return { type: 'keyword', index: false, doc_values: false }
  const mapping = withIndexIfSearched(field.path, mapType(field.type, capabilities))
  if (!field.text) return mapping
  return { ...mapping, fields: { text: mapType('match_only_text', capabilities) } }
}

/**
 * Without an index a field is found, sorted and counted by its doc values: slower, in what the rest of a search leaves,
 * which has a time range. A dozen numbers in each document, each in an index of points, cost more than they are asked
 * for: `npm run bench -- store` has the figures.
 */
function withIndexIfSearched(path: string, mapping: FieldMapping): FieldMapping {
  const isNumber = numericTypes.has(mapping['type'])
  const hasIndex = isNumber ? indexedNumbers.has(path) : !keywordsWithoutIndex.has(path)
  return hasIndex ? mapping : { ...mapping, index: false }
}

function mapType(type: string, capabilities: Capabilities): FieldMapping {
  const optional = optionalTypes[type]
  if (optional !== undefined) {
    return capabilities.types.has(type) ? { type, ...optional.needs } : optional.mapping
  }
  if (type === 'keyword') return keyword()
  // A "key NUL value" of a flattened field above 32,766 bytes would reject the whole document.
  if (type === 'flattened') return { type, ignore_above: keywordLengthMax }
  return { type }
}

export function keyword(): FieldMapping {
  return { type: 'keyword', ignore_above: keywordLengthMax }
}

/** Puts a mapping at its place in the tree; objects on the way are made. */
export function place(tree: FieldTree, segments: readonly string[], mapping: FieldMapping): void {
  let node = tree
  for (const segment of segments.slice(0, -1)) {
    node.properties[segment] ??= { properties: {} }
    node = node.properties[segment] as FieldTree
  }
  node.properties[segments.at(-1)!] = mapping
}
