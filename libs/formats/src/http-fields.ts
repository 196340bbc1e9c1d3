// Requests and responses in a line become `http.*`, `url.*` and `client.*`.
import { isIpAddress } from '@millrace/ecs'
import type { Draft } from './draft.ts'
import { setOwn } from './leftover.ts'
import { isSourceObject, type SourceObject, type SourceValue } from './parse-json.ts'

/** `req` as pino, pino-http, fastify, bunyan and restify serialize it. */
export function takeRequest(draft: Draft, key: string, value: SourceValue): void {
  takeMembers(draft, key, value, putRequestMember)
}

/** `res`, likewise. */
export function takeResponse(draft: Draft, key: string, value: SourceValue): void {
  takeMembers(draft, key, value, putResponseMember)
}

/** Milliseconds, fractional or not, to `event.duration`, which counts nanoseconds. */
export function takeDurationMs(draft: Draft, key: string, value: SourceValue): void {
  const isUsable = typeof value === 'number' && value >= 0 && Number.isFinite(value)
  if (!isUsable || !draft.put('event.duration', Math.round(value * 1e6))) draft.leave(key, value)
}

type PutMember = (draft: Draft, name: string, value: SourceValue) => SourceValue

/** Each member is put or comes back, whole or in part, to be left over. */
function takeMembers(draft: Draft, key: string, value: SourceValue, put: PutMember): void {
  if (!isSourceObject(value)) {
    draft.leave(key, value)
    return
  }
  let rest: SourceObject | undefined
  for (const name in value) {
    const left = put(draft, name, value[name])
    if (left === undefined) continue
    rest ??= {}
    setOwn(rest, name, left)
  }
  if (rest !== undefined) draft.leave(key, rest)
}

function putRequestMember(draft: Draft, name: string, value: SourceValue): SourceValue {
  switch (name) {
    case 'method':
      return draft.put('http.request.method', value) ? undefined : value
    case 'url':
      return typeof value === 'string' && putUrl(draft, value) ? undefined : value
    case 'id':
      return draft.put('http.request.id', value) ? undefined : value
    case 'host':
      return putHostHeader(draft, value) ? undefined : value
    case 'remoteAddress':
      return putClientAddress(draft, value) ? undefined : value
    case 'remotePort':
      return draft.put('client.port', value) ? undefined : value
    case 'headers':
      return leftHeaders(draft, value, putRequestHeader)
    default:
      return value
  }
}

function putResponseMember(draft: Draft, name: string, value: SourceValue): SourceValue {
  if (name === 'statusCode') {
    return draft.put('http.response.status_code', value) ? undefined : value
  }
  return name === 'headers' ? leftHeaders(draft, value, putResponseHeader) : value
}

/** Headers that carry credentials never reach the store through `attributes`. */
export const secretHeaders: ReadonlySet<string> = new Set([
  'authorization',
  'proxy-authorization',
  'cookie',
  'set-cookie',
  'x-api-key',
])

type PutHeader = (draft: Draft, name: string, value: SourceValue) => boolean

function leftHeaders(draft: Draft, headers: SourceValue, put: PutHeader): SourceValue {
  if (!isSourceObject(headers)) return headers
  let rest: SourceObject | undefined
  for (const key in headers) {
    const name = key.toLowerCase()
    if (put(draft, name, headers[key])) continue
    rest ??= {}
    setOwn(rest, key, secretHeaders.has(name) ? '[masked]' : headers[key])
  }
  return rest
}

function putRequestHeader(draft: Draft, name: string, value: SourceValue): boolean {
  switch (name) {
    case 'host':
      return putHostHeader(draft, value)
    case 'user-agent':
      return draft.put('user_agent.original', value)
    case 'referer':
      return draft.put('http.request.referrer', value)
    case 'x-request-id':
      return draft.put('http.request.id', value)
    default:
      return false
  }
}

function putResponseHeader(draft: Draft, name: string, value: SourceValue): boolean {
  return name === 'content-length' && draft.put('http.response.body.bytes', value)
}

const hostHeader = /^(\[[0-9a-fA-F:.]{2,45}\]|[^:/\s@]{1,255})(?::(\d{1,5}))?$/

/** `host[:port]`, as in RFC 9110 7.2. */
export function putHostHeader(draft: Draft, value: SourceValue): boolean {
  const match = typeof value === 'string' ? hostHeader.exec(value) : null
  if (match === null || !draft.put('url.domain', match[1])) return false
  if (match[2] !== undefined) draft.put('url.port', match[2])
  return true
}

/** `client.address` takes anything; `client.ip` only an address. */
export function putClientAddress(draft: Draft, value: SourceValue): boolean {
  if (typeof value !== 'string' || value === '' || value === '-') return false
  if (!draft.put('client.address', value)) return false
  if (isIpAddress(value)) draft.put('client.ip', value)
  return true
}

const absoluteUrl = /^([A-Za-z][A-Za-z0-9+.-]{0,31}):\/\/([^/?#]{0,1024})(.*)$/s
const authority = /^(?:[^@]*@)?(\[[0-9a-fA-F:.]{2,45}\]|[^:[\]]*)(?::(\d{1,5}))?$/

/**
 * A request target, cut by hand at the first `#`, then at the first `?`: what arrives from the net need not be a URL
 * that a parser takes (`/%zz`, `http://[`).
 */
export function putUrl(draft: Draft, original: string): boolean {
  if (!draft.put('url.original', original)) return false
  let target = original
  const absolute = absoluteUrl.exec(original)
  if (absolute !== null) {
    draft.put('url.full', original)
    draft.put('url.scheme', absolute[1]!.toLowerCase())
    const place = authority.exec(absolute[2]!)
    if (place !== null && place[1] !== '') draft.put('url.domain', place[1])
    if (place?.[2] !== undefined) draft.put('url.port', place[2])
    target = absolute[3]!
  }
  const hash = target.indexOf('#')
  if (hash !== -1) {
    draft.put('url.fragment', target.slice(hash + 1))
    target = target.slice(0, hash)
  }
  const mark = target.indexOf('?')
  if (mark !== -1) {
    draft.put('url.query', target.slice(mark + 1))
    target = target.slice(0, mark)
  }
  if (target !== '') draft.put('url.path', target)
  return true
}
