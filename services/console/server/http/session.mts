// Who may look: a token, once typed, becomes a cookie that no script can read; programs send it as a bearer.
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { Clock } from '@millrace/foundation'

const cookieName = 'millrace_console'
const sessionMs = 12 * 3_600_000
/** Guesses, over all clients; then a minute's rest. */
const guessesMax = 10
const guessWindowMs = 60_000

/** Keeps no sessions: the cookie is its own proof, signed with the token, so that another token ends all of them. */
export class Sessions {
  readonly #token: string | undefined
  readonly #clock: Clock
  #guesses = 0
  #guessesSinceMs = 0

  constructor(token: string | undefined, clock: Clock) {
    this.#token = token
    this.#clock = clock
  }

  get isTokenNeeded(): boolean {
    return this.#token !== undefined
  }

  isSignedIn(headers: {
    cookie?: string | undefined
    authorization?: string | undefined
  }): boolean {
    if (this.#token === undefined) return true
    const bearer = /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1]
    if (bearer !== undefined) return isSame(bearer, this.#token)
    const cookie = cookieOf(headers.cookie ?? '')
    const [expiresAt = '', signature = ''] = cookie.split('.')
    if (!/^\d{1,16}$/.test(expiresAt) || Number(expiresAt) <= this.#clock.now()) return false
    return isSame(signature, this.#sign(expiresAt))
  }

  /** `cookie` for the right token; `later` when too many were wrong in the last minute. */
  signIn(token: string, isSecure: boolean): { cookie: string } | 'wrong' | 'later' {
    const now = this.#clock.monotonicMs()
    if (now - this.#guessesSinceMs > guessWindowMs) {
      this.#guesses = 0
      this.#guessesSinceMs = now
    }
    if (this.#guesses >= guessesMax) return 'later'
    if (this.#token === undefined || !isSame(token, this.#token)) {
      this.#guesses += 1
      return 'wrong'
    }
    const expiresAt = String(this.#clock.now() + sessionMs)
    const value = `${expiresAt}.${this.#sign(expiresAt)}`
    return { cookie: cookieText(value, sessionMs / 1_000, isSecure) }
  }

  signOut(isSecure: boolean): string {
    return cookieText('', 0, isSecure)
  }

  #sign(expiresAt: string): string {
    const text = `millrace-console session until ${expiresAt}`
    return createHmac('sha256', this.#token!).update(text).digest('base64url')
  }
}

function cookieText(value: string, maxAgeSeconds: number, isSecure: boolean): string {
  const attributes = `Path=/; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Strict`
  return `${cookieName}=${value}; ${attributes}${isSecure ? '; Secure' : ''}`
}

function cookieOf(header: string): string {
  for (const pair of header.split(';')) {
    const [name = '', value = ''] = pair.trim().split('=')
    if (name === cookieName) return value
  }
  return ''
}

/** In a time that says nothing of how much is right. */
function isSame(one: string, other: string): boolean {
  return timingSafeEqual(digestOf(one), digestOf(other))
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
