// nginx and Apache access lines: common, combined and vhost forms, with whatever the operator added at the end.
import { isIpAddress } from '@millrace/ecs'
import type { Draft } from '../draft.ts'
import { defineFormat, type Line } from '../format.ts'
import { putClientAddress, putHostHeader, putUrl } from '../http-fields.ts'
import { closingQuote, unescapeWeb } from '../quoted-text.ts'
import { takePart, unlessDash } from '../text-parts.ts'

interface Parts {
  vhost?: string | undefined
  address: string
  identity: string
  user: string
  time: string
  /** As it stands between its quotes. */
  request: string
  status: string
  bytes: string
  /** Referrer, user agent and more, without their quotes; what was bare is marked. */
  more: { text: string; isQuoted: boolean }[]
}

const time = /\[(\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d(?:[.,]\d{1,9})? [+-]\d{4})\] "/y
const result = / (\d{3}|-) (\d{1,18}|-)(?: |$)/y
/** The time begins this early. Unit: characters. */
const headLengthMax = 1024

export const access = defineFormat({
  name: 'access',
  aliases: ['nginx', 'nginx-access', 'apache', 'apache-access', 'combined', 'common', 'morgan'],
  shape: 'text',
  signature:
    '`[vhost:port] address ident user [dd/Mon/yyyy:…] "request" status bytes`, with anything after it',

  recognize({ text }: Line): Parts | undefined {
    const start = text.slice(0, headLengthMax).search(/ \[\d\d\//)
    if (start === -1) return undefined
    time.lastIndex = start + 1
    const when = time.exec(text)
    const who = readClient(text.slice(0, start).split(' '))
    if (when === null || who === undefined) return undefined
    const open = time.lastIndex - 1
    const close = closingQuote(text, open)
    if (close === -1) return undefined
    result.lastIndex = close + 1
    const outcome = result.exec(text)
    if (outcome === null) return undefined
    const [, status, bytes] = outcome
    const request = text.slice(open + 1, close)
    const more = readMore(text, result.lastIndex)
    return { ...who, time: when[1]!, request, status: status!, bytes: bytes!, more }
  },

  normalize(parts: Parts, draft: Draft, { line }): void {
    draft.keepsOriginal = true
    draft.from = ''
    draft.put('message', line.text)
    draft.put('event.kind', 'event')
    draft.put('event.category', ['web'])
    draft.put('event.type', ['access'])
    takePart(draft, 'time', '@timestamp', parts.time)
    putClient(draft, parts)
    takeRequestLine(draft, parts.request)
    const status = unlessDash(parts.status)
    takePart(draft, 'status', 'http.response.status_code', status)
    if (status !== undefined)
      draft.put('event.outcome', Number(status) < 400 ? 'success' : 'failure')
    takePart(draft, 'bytes', 'http.response.body.bytes', unlessDash(parts.bytes))
    takeMore(draft, parts.more)
  },
})

type Client = Pick<Parts, 'vhost' | 'address' | 'identity' | 'user'>

const vhostName = /^[^\s:]{1,255}:\d{1,5}$/

/** `[vhost:port] address identity user`; a list of addresses and a user with spaces occur. */
function readClient(words: string[]): Client | undefined {
  if (words.length < 3 || words.length > 32 || words[0] === '') return undefined
  if (words.length === 3) return { address: words[0]!, identity: words[1]!, user: words[2]! }
  if (words[0]!.endsWith(',')) {
    return { address: words.slice(0, -2).join(' '), identity: words.at(-2)!, user: words.at(-1)! }
  }
  const hasVhost = vhostName.test(words[0]!) || (isIpAddress(words[1]!) && !isIpAddress(words[0]!))
  const [vhost, address, identity, ...user] = hasVhost ? words : [undefined, ...words]
  return { vhost, address: address!, identity: identity!, user: user.join(' ') }
}

function readMore(text: string, from: number): Parts['more'] {
  const more: Parts['more'] = []
  let at = from
  while (at < text.length) {
    if (text[at] === ' ') {
      at++
      continue
    }
    const isQuoted = text[at] === '"'
    const end = isQuoted ? closingQuote(text, at) : text.indexOf(' ', at)
    // Also for a quote that never closes: the rest is one text.
    if (end === -1) return [...more, { text: text.slice(at), isQuoted: false }]
    more.push({ text: text.slice(isQuoted ? at + 1 : at, end), isQuoted })
    at = end + 1
  }
  return more
}

function putClient(draft: Draft, { vhost, address, identity, user }: Client): void {
  draft.from = 'vhost'
  if (vhost !== undefined && !putHostHeader(draft, vhost)) draft.leave('vhost', vhost)
  draft.from = 'address'
  if (address !== '-' && !putClientAddress(draft, address)) draft.leave('address', address)
  if (identity !== '-') draft.leave('identity', unescapeWeb(identity))
  const name = unlessDash(user)
  takePart(draft, 'user', 'user.name', name === undefined ? undefined : unescapeWeb(name))
}

const method = /^[A-Za-z][A-Za-z0-9_-]{0,31}$/
const version = /^HTTP\/(\d(?:\.\d)?)$/

/** `METHOD target HTTP/x.y`; scanners send anything, which is then kept as it is and has no method. */
export function takeRequestLine(draft: Draft, request: string): void {
  if (request === '' || request === '-') return
  draft.from = 'request'
  const first = request.indexOf(' ')
  const last = request.lastIndexOf(' ')
  const protocol = last > first ? version.exec(request.slice(last + 1)) : null
  const verb = request.slice(0, Math.max(first, 0))
  const target = request.slice(first + 1, protocol === null ? undefined : last)
  // HTTP/0.9 has no version; there, only what begins like a target is one.
  const isRequest =
    method.test(verb) &&
    target !== '' &&
    (protocol !== null || (last === first && /^(?:\/|\*$|https?:\/\/)/.test(target)))
  if (!isRequest || !putTarget(draft, verb, unescapeWeb(target))) {
    draft.leave('request', unescapeWeb(request))
    return
  }
  draft.put('http.request.method', verb)
  if (protocol !== null) draft.put('http.version', protocol[1])
}

/** CONNECT names a host and a port, no path (RFC 9112 3.2.3). */
function putTarget(draft: Draft, verb: string, target: string): boolean {
  if (verb !== 'CONNECT') return putUrl(draft, target)
  if (!draft.put('url.original', target)) return false
  putHostHeader(draft, target)
  return true
}

/** Combined's two quoted texts, then the operator's own. */
function takeMore(draft: Draft, more: Parts['more']): void {
  const [referrer, agent] = more
  const isCombined = referrer?.isQuoted === true && agent?.isQuoted === true
  if (isCombined) {
    takeQuoted(draft, 'referrer', 'http.request.referrer', referrer.text)
    takeQuoted(draft, 'agent', 'user_agent.original', agent.text)
  }
  const rest = isCombined ? more.slice(2) : more
  if (rest.length > 0) {
    draft.leave(
      'extra',
      rest.map(({ text, isQuoted }) => (isQuoted ? unescapeWeb(text) : text)),
    )
  }
}

// oxlint-disable-next-line max-params -- each is a part of the line; an object would be made for every one
function takeQuoted(
  draft: Draft,
  name: string,
  path: 'http.request.referrer' | 'user_agent.original',
  text: string,
): void {
  const value = unlessDash(text)
  takePart(draft, name, path, value === undefined ? undefined : unescapeWeb(value))
}
