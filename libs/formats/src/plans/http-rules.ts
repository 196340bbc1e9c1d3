// Which values of `req` and `res` may vary: see `takeRequest` and `takeResponse`.
import { secretHeaders } from '../http-fields.ts'
import { kinds } from './kinds.ts'
import type { Freedom, Leaf } from './value-rules.ts'

/** Members and headers that go into a field of another type than text, or are taken apart. */
const special = new Map<string, { text: Freedom; number: Freedom }>([
  ['req.url', { text: kinds.urlPath, number: 'refused' }],
  ['req.host', { text: 'literal', number: 'refused' }],
  ['req.remoteAddress', { text: kinds.ip, number: 'refused' }],
  ['req.remotePort', { text: 'refused', number: kinds.integer }],
  ['req.headers.host', { text: 'literal', number: 'refused' }],
  ['res.statusCode', { text: 'refused', number: kinds.integer }],
  ['res.headers.content-length', { text: kinds.integer, number: kinds.integer }],
])

const headerPath = /^re[qs]\.headers\.([^.]+)/

/** What is not special here goes to a text field or is left over, as it is. */
export function freedomInHttp(leaf: Leaf): Freedom {
  const { isText } = leaf
  const header = headerPath.exec(leaf.path)?.[1]?.toLowerCase()
  if (header !== undefined && secretHeaders.has(header)) return isText ? kinds.masked : 'refused'
  const path = header === undefined ? leaf.path : leaf.path.toLowerCase()
  const said = special.get(path)
  // A field takes a list of one as it takes the one.
  if (leaf.isInArray) return said === undefined && !isField(path) ? anyOf(isText) : 'refused'
  if (said === undefined) return anyOf(isText)
  return isText ? said.text : said.number
}

/** Text fields. */
const fieldPaths = new Set([
  'req.method',
  'req.id',
  'req.headers.user-agent',
  'req.headers.referer',
  'req.headers.x-request-id',
])

function isField(path: string): boolean {
  return fieldPaths.has(path)
}

function anyOf(isText: boolean): Freedom {
  return isText ? kinds.text : kinds.number
}
