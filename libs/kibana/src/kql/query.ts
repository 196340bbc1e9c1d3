// KQL, as a query of Elasticsearch: what Kibana makes of it, for a server that has no KQL of its own.
import { type KqlNode, literalText } from './parse.ts'
import { KqlError, type KqlLiteral } from './tokens.ts'

export interface KqlQueryOptions {
  /** The query, for errors. */
  query: string
  /** Elasticsearch's type of a field; undefined for one that is not mapped. Keys of a `flattened` field are `flattened`. */
  typeOf: (field: string) => string | undefined
  /** Short names of fields: `level` for `log.level`. */
  aliases?: Readonly<Record<string, string>>
  /** Names of fields that a name with wildcards stands for. */
  expand?: (isMatch: RegExp) => readonly string[]
}

type Query = Readonly<Record<string, unknown>>

/** Where a name with wildcards stands for more fields than that, each of them costs too much. */
const expandedFieldsMax = 50
const operatorNames = { '<': 'lt', '<=': 'lte', '>': 'gt', '>=': 'gte' } as const

/** @throws KqlError for what a field can't be asked for. */
export function kqlQuery(node: KqlNode, options: KqlQueryOptions): Query {
  const compile = (each: KqlNode): Query => kqlQuery(each, options)
  switch (node.kind) {
    case 'all':
      return { match_all: {} }
    case 'not':
      return { bool: { must_not: compile(node.part) } }
    case 'and':
      return { bool: { filter: node.parts.map(compile) } }
    case 'or':
      return { bool: { should: node.parts.map(compile), minimum_should_match: 1 } }
    case 'is':
      return node.field === undefined
        ? anywhere(node.value)
        : either(fieldsOf(node.field, options).map((field) => is(field, node.value, options)))
    default:
      return either(fieldsOf(node.field, options).map((field) => range(field, node)))
  }
}

/** The name in full, where a short one was written. */
export function withFullNames(node: KqlNode, aliases: Readonly<Record<string, string>>): KqlNode {
  const full = (field: KqlLiteral): KqlLiteral => {
    const name = aliasOf(field, aliases)
    return name === undefined ? field : { ...field, pieces: [name] }
  }
  switch (node.kind) {
    case 'not':
      return { ...node, part: withFullNames(node.part, aliases) }
    case 'and':
    case 'or':
      return { ...node, parts: node.parts.map((part) => withFullNames(part, aliases)) }
    case 'is':
      return node.field === undefined ? node : { ...node, field: full(node.field) }
    case 'range':
      return { ...node, field: full(node.field) }
    default:
      return node
  }
}

function aliasOf(
  { pieces }: KqlLiteral,
  aliases: Readonly<Record<string, string>>,
): string | undefined {
  const name = pieces.length === 1 ? pieces[0]! : ''
  return Object.hasOwn(aliases, name) ? aliases[name] : undefined
}

function fieldsOf(field: KqlLiteral, options: KqlQueryOptions): readonly string[] {
  const { aliases = {}, expand, query } = options
  const alias = aliasOf(field, aliases)
  if (alias !== undefined) return [alias]
  if (field.kind === 'quoted' || field.pieces.length === 1) return [field.pieces.join('')]
  const escaped = field.pieces.map((piece) => piece.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  const found = expand?.(new RegExp(`^${escaped.join('.*')}$`)) ?? []
  if (found.length > expandedFieldsMax) {
    const text = `${literalText(field)} stands for ${found.length} fields, more than ${expandedFieldsMax}`
    throw new KqlError(query, field, text)
  }
  return found
}

function either(queries: readonly Query[]): Query {
  if (queries.length === 1) return queries[0]!
  if (queries.length === 0) return { match_none: {} }
  return { bool: { should: queries, minimum_should_match: 1 } }
}

function is(field: string, value: KqlLiteral, options: KqlQueryOptions): Query {
  const type = options.typeOf(field)
  if (value.pieces.length > 1) return wildcard(field, value, { type, query: options.query })
  const text = value.pieces[0]!
  if (type === 'date' || type === 'date_nanos') {
    return { range: { [field]: { gte: text, lte: text } } }
  }
  // Lenient: one index that has another type for the field must not fail the search of all others.
  if (value.kind === 'quoted') {
    return { multi_match: { query: text, fields: [field], type: 'phrase', lenient: true } }
  }
  return { match: { [field]: { query: text, lenient: true } } }
}

function wildcard(
  field: string,
  value: KqlLiteral,
  { type, query }: { type: string | undefined; query: string },
): Query {
  const { pieces } = value
  if (pieces.every((piece) => piece === '')) return { exists: { field } }
  if (type === 'flattened') {
    // Keys of a flattened field know no wildcards but a beginning.
    if (pieces.length === 2 && pieces[1] === '') return { prefix: { [field]: pieces[0]! } }
    const text = `${field} is a key of a flattened field: only one * at the end of a value is possible`
    throw new KqlError(query, value, text)
  }
  if (type === 'text' || type === 'match_only_text') return queryString(pieces, [field])
  if (
    type === undefined ||
    type === 'keyword' ||
    type === 'constant_keyword' ||
    type === 'wildcard'
  ) {
    const pattern = pieces.map((piece) => piece.replaceAll(/[*?\\]/g, '\\$&')).join('*')
    return { wildcard: { [field]: { value: pattern } } }
  }
  throw new KqlError(
    query,
    value,
    `${field} is of type ${type}: a * within a value is not possible`,
  )
}

function range(
  field: string,
  { operator, value }: { operator: keyof typeof operatorNames; value: KqlLiteral },
): Query {
  return { range: { [field]: { [operatorNames[operator]]: literalText(value) } } }
}

/** In the fields that the index searches by default. */
function anywhere(value: KqlLiteral): Query {
  const { kind, pieces } = value
  if (pieces.length > 1) {
    return pieces.every((piece) => piece === '') ? { match_all: {} } : queryString(pieces)
  }
  const type = kind === 'quoted' ? 'phrase' : 'best_fields'
  return { multi_match: { query: pieces[0]!, type, lenient: true } }
}

function queryString(pieces: readonly string[], fields?: readonly string[]): Query {
  const escaped = pieces.map((piece) =>
    // What can't be escaped can't be asked for.
    piece.replaceAll(/[<>]/g, ' ').replaceAll(/[+\-=&|!(){}[\]^"~*?:\\/ ]/g, '\\$&'),
  )
  return {
    query_string: {
      query: escaped.join('*'),
      lenient: true,
      analyze_wildcard: true,
      ...(fields !== undefined && { fields }),
    },
  }
}
