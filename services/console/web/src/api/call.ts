// Calls of the console's own server; every failure becomes an error that says what to do.
import type { ApiError } from '../../../server/api.mts'

type Query = Record<string, string | number | readonly string[] | undefined>

const unsafeHeaders = { 'x-millrace-console': '1' }
const signInListeners = new Set<() => void>()

/** What the server said instead of an answer, or that it did not say anything. */
export class CallError extends Error {
  readonly code: ApiError['error']['code'] | 'unreachable'
  readonly at: { from: number; to: number } | undefined

  constructor(code: CallError['code'], message: string, at?: { from: number; to: number }) {
    super(message)
    this.name = 'CallError'
    this.code = code
    this.at = at
  }
}

/** Called when the server wants a token: the session has ended. */
export function onSignInNeeded(listener: () => void): void {
  signInListeners.add(listener)
}

/** GET; `Answer` is what the contract says. */
export function get<Answer>(
  path: string,
  query: Query = {},
  signal?: AbortSignal,
): Promise<Answer> {
  return call<Answer>(withQuery(path, query), signal === undefined ? {} : { signal })
}

/** POST with a JSON body. */
export function post<Answer>(path: string, body: unknown): Promise<Answer> {
  return call<Answer>(path, {
    method: 'POST',
    headers: { ...unsafeHeaders, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
}

/** DELETE; what is answered does not matter. */
export function remove(path: string): Promise<unknown> {
  return call(path, { method: 'DELETE', headers: unsafeHeaders })
}

/** A path with its query; undefined parameters are left out, lists are repeated. */
export function withQuery(path: string, query: Query): string {
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || value === '') continue
    for (const each of Array.isArray(value) ? value : [value]) parameters.append(name, String(each))
  }
  const text = parameters.toString()
  return text === '' ? path : `${path}?${text}`
}

/** The text for a person of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

async function call<Answer>(path: string, init: RequestInit): Promise<Answer> {
  let response: Response
  try {
    response = await fetch(path, init)
  } catch (error) {
    if (init.signal?.aborted === true) throw error
    throw new CallError(
      'unreachable',
      'The console’s own server does not answer. Is it running? It is tried again when you ask again.',
    )
  }
  if (response.ok) {
    const text = await response.text()
    return (text === '' ? undefined : JSON.parse(text)) as Answer
  }
  const failure = await failureOf(response)
  if (failure.code === 'sign-in') for (const listener of signInListeners) listener()
  throw failure
}

async function failureOf(response: Response): Promise<CallError> {
  try {
    const { error } = (await response.json()) as ApiError
    return new CallError(error.code, error.message, error.at)
  } catch {
    return new CallError('internal', `The console’s server answered HTTP ${response.status}.`)
  }
}
