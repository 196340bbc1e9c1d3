// Before any route: names that are not ours, other sites, unsafe calls without their mark, and who is not signed in.
import { isIP } from 'node:net'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Problem } from './problem.mts'
import type { Sessions } from './session.mts'

export interface GuardOptions {
  sessions: Sessions
  /** Names by which the page may be reached, beside localhost and IP addresses. */
  names: readonly string[]
}

/** A page of another site can send no such header without asking first, and nobody answers that. */
const markHeader = 'x-millrace-console'
const openPaths = new Set(['/api/session'])

const securityHeaders: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
}

export function addGuard(server: FastifyInstance, { sessions, names }: GuardOptions): void {
  const known = new Set(['localhost', ...names.map((name) => name.toLowerCase())])
  server.addHook('onRequest', (request, reply, done) => {
    reply.headers(securityHeaders)
    if (isData(request)) reply.header('cache-control', 'no-store')
    checkName(request, known)
    checkSite(request)
    if (
      isData(request) &&
      !openPaths.has(pathOf(request)) &&
      !sessions.isSignedIn(request.headers)
    ) {
      throw new Problem('sign-in', 'This console wants its token: sign in, or send it as a bearer')
    }
    done()
  })
}

/** Headers for an answer that is written past fastify, as a stream is. */
export function headersOf(reply: FastifyReply): Record<string, string> {
  return Object.fromEntries(
    Object.entries(reply.getHeaders()).map(([name, value]) => [name, String(value)]),
  )
}

function isData(request: FastifyRequest): boolean {
  return pathOf(request).startsWith('/api/')
}

function pathOf({ url }: FastifyRequest): string {
  return url.split('?', 1)[0]!
}

/** DNS rebinding: a foreign name that was made to lead here comes with that name. An address can't be rebound. */
function checkName({ headers }: FastifyRequest, known: ReadonlySet<string>): void {
  const name = nameOf(headers.host ?? '')
  if (known.has(name) || isIP(name) !== 0) return
  throw new Problem(
    'forbidden',
    'This console does not know the name it was called by; MILLRACE_CONSOLE_NAMES lists those it may have',
  )
}

function nameOf(host: string): string {
  return host
    .toLowerCase()
    .replace(/:\d+$/, '')
    .replace(/^\[(.*)\]$/, '$1')
}

/** What another site's page can make a browser send is refused, whatever cookie it carries. */
function checkSite({ method, headers }: FastifyRequest): void {
  const site = headers['sec-fetch-site']
  const mode = headers['sec-fetch-mode']
  const isForeign = site === 'cross-site' || site === 'same-site'
  const isNavigation = mode === 'navigate' && method === 'GET'
  if (isForeign && !isNavigation) throw otherSite()
  if (method === 'GET' || method === 'HEAD') return
  const { origin } = headers
  if (origin !== undefined && hostOf(origin) !== headers.host?.toLowerCase()) throw otherSite()
  if (headers[markHeader] !== '1') {
    throw new Problem(
      'forbidden',
      `A call that changes something needs the header ${markHeader}: 1`,
    )
  }
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined
}

function otherSite(): Problem {
  return new Problem('forbidden', 'Only the page of this console may call it')
}
