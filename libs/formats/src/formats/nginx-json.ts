// nginx access lines with `escape=json`: the names of nginx's variables as keys (nginx `ngx_http_log_module`, `log_format`).
import type { EcsPath } from '@millrace/ecs'
import type { Draft } from '../draft.ts'
import { defineFormat, type Line } from '../format.ts'
import { putClientAddress, putHostHeader, putUrl } from '../http-fields.ts'
import { placeRest, takeFirst } from '../key-placement.ts'
import type { SourceObject, SourceValue } from '../parse-json.ts'
import { takeRequestLine } from './access.ts'

/**
 * The first that is there and says something: `msec` before times without a fraction. nginx writes `-` or nothing for a
 * variable without a value.
 */
const paths: readonly (readonly [EcsPath, ...string[]])[] = [
  ['@timestamp', 'msec', 'time_iso8601', 'time_local', '@timestamp', 'timestamp', 'time'],
  ['http.request.method', 'request_method'],
  ['http.response.status_code', 'status'],
  ['http.response.body.bytes', 'body_bytes_sent'],
  ['http.response.bytes', 'bytes_sent'],
  ['http.request.bytes', 'request_length'],
  ['http.request.referrer', 'http_referer', 'http_referrer'],
  ['http.request.id', 'request_id'],
  ['user_agent.original', 'http_user_agent'],
  ['user.name', 'remote_user'],
  ['client.port', 'remote_port'],
  ['url.scheme', 'scheme'],
  ['url.query', 'args', 'query_string'],
  ['message', 'message', 'msg'],
]

export const nginxJson = defineFormat({
  name: 'nginx-json',
  shape: 'json',
  signature: '`remote_addr` as text with `status`',

  recognize({ json }: Line): SourceObject | undefined {
    if (json === undefined) return undefined
    const line = json.object
    return typeof line['remote_addr'] === 'string' && line['status'] !== undefined
      ? line
      : undefined
  },

  accept: ({ json }: Line): SourceObject | undefined => json?.object,

  normalize(line: SourceObject, draft: Draft): void {
    const { taken } = draft
    const said: SourceObject = {}
    for (const key in line) if (line[key] !== '-' && line[key] !== '') said[key] = line[key]
    draft.put('event.kind', 'event')
    draft.put('event.category', ['web'])
    draft.put('event.type', ['access'])
    takeWith(draft, 'remote_addr', (text) => putClientAddress(draft, text))
    takeWith(draft, 'request_uri', (text) => putUrl(draft, text))
    for (const key of ['http_host', 'host', 'server_name']) {
      takeWith(draft, key, (text) => putHostHeader(draft, text))
    }
    for (const [path, ...keys] of paths) takeFirst(draft, said, path, keys)
    const status = draft.get('http.response.status_code')
    if (typeof status === 'number') {
      draft.put('event.outcome', status < 400 ? 'success' : 'failure')
    }
    takeWith(draft, 'request_time', (text) => putSeconds(draft, text))
    takeRest(draft, said)
    // What the client asked for, which says nothing about where the event happened.
    if (line['host'] !== undefined && !taken.includes('host')) {
      if (draft.get('url.domain') !== line['host']) draft.leave('host', line['host'])
      taken.push('host')
    }
    for (const key in line) if (!Object.hasOwn(said, key)) taken.push(key)
    placeRest(draft, line)
  },
})

/** Hands the text of a variable to `put`, once, and marks it as dealt with when that could use it. */
function takeWith(draft: Draft, key: string, put: (text: string) => boolean): void {
  const value = draft.source[key]
  const text = typeof value === 'number' ? String(value) : value
  if (typeof text !== 'string' || text === '' || text === '-') return
  draft.from = key
  if (put(text)) draft.taken.push(key)
}

/** `$request_time` and the like: seconds with milliseconds. */
function putSeconds(draft: Draft, text: string): boolean {
  const seconds = Number(text)
  return seconds >= 0 && draft.put('event.duration', Math.round(seconds * 1e9))
}

/** The request line says what the other variables did not; what it repeats is kept as it is. */
function takeRest(draft: Draft, said: SourceObject): void {
  const { taken } = draft
  const { request, server_protocol: protocol } = said
  const version: SourceValue =
    typeof protocol === 'string' && protocol.startsWith('HTTP/') ? protocol.slice(5) : undefined
  draft.from = 'server_protocol'
  if (draft.put('http.version', version)) taken.push('server_protocol')
  if (typeof request !== 'string') return
  taken.push('request')
  // A request that nginx refuses before it knows the target has no `request_uri`, and a line that is none has nothing else.
  if (draft.has('url.original')) draft.leave('request', request)
  else takeRequestLine(draft, request)
  if (!draft.has('url.original')) draft.put('message', request)
}
