// The null sink's answers: as Elasticsearch gives them when every document was created, with as much as `filter_path` asks for.

/** One item of a bulk body. */
export interface BulkItem {
  /** Its action: `create` or `index`. */
  action: string
  /** Absent where the action names none: Elasticsearch then makes one. */
  id: string | undefined
  index: string | undefined
}

const members = [
  '_index',
  '_id',
  '_version',
  'result',
  '_shards',
  '_seq_no',
  '_primary_term',
  'status',
] as const
type Member = (typeof members)[number]

/** What a `filter_path` leaves of an answer in which nothing failed. */
export interface AnswerShape {
  took: boolean
  errors: boolean
  /** In Elasticsearch's order; none: the answer has no items. */
  members: readonly Member[]
}

/** @param filterPath the query parameter; null where it is absent */
export function answerShape(filterPath: string | null): AnswerShape {
  const patterns = filterPath?.split(',').map((pattern) => pattern.trim().split('.'))
  const keeps = (path: readonly string[]): boolean =>
    patterns === undefined || patterns.some((pattern) => matches(pattern, path))
  return {
    took: keeps(['took']),
    errors: keeps(['errors']),
    members: members.filter((member) => keeps(['items', 'create', member])),
  }
}

/** `*` stands for a part of one name, `**` for any number of names; a shorter pattern keeps all below it. */
function matches(pattern: readonly string[], path: readonly string[]): boolean {
  if (pattern.length === 0) return true
  if (pattern[0] === '**') {
    return path.some((_, place) => matches(pattern.slice(1), path.slice(place)))
  }
  if (path.length === 0) return false
  const name = pattern[0]!.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')
  return new RegExp(`^${name}$`).test(path[0]!) && matches(pattern.slice(1), path.slice(1))
}

/** Reads an action line such as `{"create":{"_index":"logs-app-default","_id":"1"}}`. */
export function readAction(line: string): BulkItem {
  const action = /^\{\s*"(\w+)"/.exec(line)?.[1] ?? 'create'
  return { action, id: stringMember(line, '"_id"'), index: stringMember(line, '"_index"') }
}

function stringMember(line: string, name: string): string | undefined {
  const at = line.indexOf(name)
  if (at === -1) return undefined
  const from = line.indexOf('"', line.indexOf(':', at + name.length)) + 1
  return line.slice(from, line.indexOf('"', from))
}

/** @param item in the answer's own words; `number` counts the sink's documents */
export function answerItem(shape: AnswerShape, item: BulkItem, number: number): string {
  const parts = shape.members.map((member) => `"${member}":${memberText(member, item, number)}`)
  return `{"${item.action}":{${parts.join(',')}}}`
}

function memberText(member: Member, item: BulkItem, number: number): string {
  if (member === '_index') return `".ds-${item.index ?? 'logs-app-default'}-2026.01.02-000001"`
  if (member === '_id') return `"${item.id ?? `made-${number}`}"`
  if (member === '_seq_no') return String(number)
  return constantMembers[member]
}

const constantMembers = {
  _version: '1',
  _primary_term: '1',
  result: '"created"',
  _shards: '{"total":2,"successful":1,"failed":0}',
  status: '201',
} as const
