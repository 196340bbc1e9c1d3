// Beside the line: the W3C trace that a request carries through all three services.
import { randomBytes } from 'node:crypto'
import { type IncomingMessage } from 'node:http'

/** The place of one service in the journey of one request (W3C Trace Context, level 1). */
export interface Trace {
  /** 32 hex digits, the same in every service that the request passes. */
  traceId: string
  /** 16 hex digits, this service's own part. */
  spanId: string
}

/** Version 00; all zeros means none (W3C Trace Context 3.2.2). */
const traceparentPattern = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/

const traces = new WeakMap<IncomingMessage, Trace>()

/** The trace of a request: the caller's id goes on, a request from outside gets a new one. */
export function traceOf(request: IncomingMessage): Trace {
  let trace = traces.get(request)
  if (trace === undefined) {
    trace = startTrace(request.headers['traceparent'])
    traces.set(request, trace)
  }
  return trace
}

/** Goes on with the given `traceparent`, or begins a trace where it is absent or not readable. */
export function startTrace(traceparent: string | string[] | undefined): Trace {
  const match = typeof traceparent === 'string' ? traceparentPattern.exec(traceparent) : null
  return {
    traceId: match?.[1] ?? randomBytes(16).toString('hex'),
    spanId: randomBytes(8).toString('hex'),
  }
}

/** The header for a call to the next service. */
export function traceparentOf(trace: Trace): string {
  return `00-${trace.traceId}-${trace.spanId}-01`
}
