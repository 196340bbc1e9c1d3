// Between the services: one calls another over HTTP and hands the trace on.
import { type Trace, traceparentOf } from './trace.mts'

export interface PeerCall {
  trace: Trace
  method?: 'GET' | 'POST' | 'DELETE'
  body?: unknown
  /** Unit: ms. */
  timeoutMs?: number
}

/** Another service refused (its own status and text) or did not answer (502, with the cause). */
export class PeerError extends Error {
  readonly statusCode: number

  constructor(message: string, statusCode: number, options?: ErrorOptions) {
    super(message, options)
    this.name = 'PeerError'
    this.statusCode = statusCode
  }
}

/** Calls `url` and returns the parsed answer. @throws PeerError for any other outcome. */
export async function callPeer<Answer>(url: string, call: PeerCall): Promise<Answer> {
  const method = call.method ?? 'GET'
  let response: Response
  let answer: unknown
  try {
    response = await fetch(url, {
      method,
      headers: {
        traceparent: traceparentOf(call.trace),
        ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
      signal: AbortSignal.timeout(call.timeoutMs ?? 5_000),
    })
    answer = response.status === 204 ? undefined : await response.json()
  } catch (cause) {
    throw new PeerError(`${method} ${url} got no answer`, 502, { cause })
  }
  if (!response.ok) throw new PeerError(refusalText(answer), response.status)
  return answer as Answer
}

function refusalText(answer: unknown): string {
  const message = (answer as { message?: unknown } | undefined)?.message
  return typeof message === 'string' ? message : 'refused without a reason'
}
