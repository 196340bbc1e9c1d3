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
  /** Whether the answer names ids or indices, so that the actions must be read. */
  readsActions: boolean
}

/** @param filterPath the query parameter; null where it is absent */
export function answerShape(filterPath: string | null): AnswerShape {
  const patterns = filterPath?.split(',').map((pattern) => pattern.trim().split('.'))
  const keeps = (path: readonly string[]): boolean =>
    patterns === undefined || patterns.some((pattern) => matches(pattern, path))
  const kept = members.filter((member) => keeps(['items', 'create', member]))
  return {
    took: keeps(['took']),
    errors: keeps(['errors']),
    members: kept,
    readsActions: kept.includes('_id') || kept.includes('_index'),
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

/**
 * Goes through the items of a body without reading the documents, and counts them.
 * @param onItem told of each action and where its document lies
 */
export function walkBulkBody(
  body: Buffer,
  onItem?: (actionEnd: { start: number; end: number; documentEnd: number }) => void,
): number {
  let count = 0
  let start = 0
  while (start < body.length) {
    const end = body.indexOf(10, start)
    const documentEnd = end === -1 ? -1 : body.indexOf(10, end + 1)
    if (documentEnd === -1) throw new Error('the bulk body does not end with a line feed')
    onItem?.({ start, end, documentEnd })
    count += 1
    start = documentEnd + 1
  }
  return count
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

/** What is the same in the actions of one program and in the answers to them: all but id and number. */
interface Alike {
  lineBefore: string
  /** From the id's closing quote on. */
  lineAfter: string
  before: string
  between: string
  after: string
  hasNumber: boolean
}

/** Answers one item after the other, and makes what they have in common once, so that the sink is not the limit. */
export class ItemAnswers {
  readonly #shape: AnswerShape
  /** Of actions that name none. */
  readonly #index: string | undefined
  #alike: Alike | undefined

  constructor(shape: AnswerShape, index: string | undefined) {
    this.#shape = shape
    this.#index = index
  }

  /** @param number counts the sink's documents */
  answer(line: string, number: number): { id: string | undefined; text: string } {
    const alike = this.#alike
    if (alike === undefined || !line.startsWith(alike.lineBefore)) return this.#read(line, number)
    const { lineBefore, lineAfter, before, between, after, hasNumber } = alike
    const idEnd = line.indexOf('"', lineBefore.length)
    if (line.length !== idEnd + lineAfter.length || !line.endsWith(lineAfter)) {
      return this.#read(line, number)
    }
    const id = line.slice(lineBefore.length, idEnd)
    return { id, text: before + id + between + (hasNumber ? number : '') + after }
  }

  #read(line: string, number: number): { id: string | undefined; text: string } {
    const action = readAction(line)
    const item = { ...action, index: action.index ?? this.#index }
    if (item.id !== undefined && this.#shape.members.includes('_id')) {
      this.#alike = this.#alikeOf(line, { ...item, id: item.id })
    }
    return { id: item.id, text: answerItem(this.#shape, item, number) }
  }

  #alikeOf(line: string, item: BulkItem & { id: string }): Alike {
    const idStart = line.indexOf(`"${item.id}"`, line.indexOf('"_id"') + 5) + 1
    const pattern = answerItem(this.#shape, { ...item, id: '\0' }, Number.NaN)
    const [before = '', rest = ''] = pattern.split('\0')
    const [between = '', after] = rest.split('NaN')
    return {
      lineBefore: line.slice(0, idStart),
      lineAfter: line.slice(idStart + item.id.length),
      before,
      between,
      after: after ?? '',
      hasNumber: after !== undefined,
    }
  }
}

/** The whole answer. */
export function answerText(shape: AnswerShape, items: readonly string[]): string {
  const parts = [
    ...(shape.errors ? ['"errors":false'] : []),
    ...(shape.took ? ['"took":1'] : []),
    ...(shape.members.length > 0 ? [`"items":[${items.join(',')}]`] : []),
  ]
  return `{${parts.join(',')}}`
}
