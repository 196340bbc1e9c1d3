// What a proxy can do to one HTTP exchange with Elasticsearch: pass it on, refuse it, lose it or change its answer.
import { type IncomingMessage, request as httpRequest, type ServerResponse } from 'node:http'

/** What becomes of one bulk request. */
export type Fault =
  | { kind: 'pass' }
  /** Elasticsearch never sees it; this is the answer. */
  | { kind: 'refuse'; status: number; body?: string; headers?: Record<string, string> }
  /** Elasticsearch never sees it; the connection is reset. */
  | { kind: 'reset' }
  /** Elasticsearch does it, and the answer is lost. */
  | { kind: 'lose-answer' }
  /** Elasticsearch does it, and the answer is changed on its way. */
  | { kind: 'change-answer'; change: (answer: string) => string }

export const pass: Fault = { kind: 'pass' }

/** What Elasticsearch answers when it refuses a whole request. */
export function refuse(status: number, type: string, reason: string): Fault {
  const body = JSON.stringify({ error: { type, reason, root_cause: [] }, status })
  return { kind: 'refuse', status, body, headers: { 'content-type': 'application/json' } }
}

export interface Exchange {
  target: string
  incoming: IncomingMessage
  body: Buffer
  answer: ServerResponse
  /** Elasticsearch has answered, whatever becomes of its answer. */
  onAnswered?: (status: number) => void
}

/** Does to the exchange what the fault says. */
export function carryOut(fault: Fault, exchange: Exchange): void {
  const { incoming, answer } = exchange
  switch (fault.kind) {
    case 'refuse':
      answer.writeHead(fault.status, fault.headers)
      answer.end(fault.body ?? '')
      return
    case 'reset':
      incoming.socket.resetAndDestroy()
      return
    case 'lose-answer':
      forward(exchange, () => incoming.socket.resetAndDestroy())
      return
    case 'change-answer':
      forward(exchange, (status, text) => {
        answer.writeHead(status, { 'content-type': 'application/json' })
        answer.end(fault.change(text))
      })
      return
    default:
      forward(exchange)
  }
}

function forward(
  { target, incoming, body, answer, onAnswered }: Exchange,
  conclude?: (status: number, text: string) => void,
): void {
  const { 'content-length': _length, 'transfer-encoding': _encoding, ...headers } = incoming.headers
  const url = new URL(incoming.url ?? '/', target)
  const onward = httpRequest(
    url,
    { method: incoming.method ?? 'GET', headers: { ...headers, host: url.host } },
    (received) => {
      const chunks: Buffer[] = []
      received.on('data', (chunk: Buffer) => chunks.push(chunk))
      // It died in the middle of its answer.
      received.on('error', () => incoming.socket.resetAndDestroy())
      received.on('end', () => {
        const text = Buffer.concat(chunks)
        const status = received.statusCode ?? 502
        onAnswered?.(status)
        if (conclude !== undefined) return conclude(status, text.toString())
        const { 'content-length': _own, 'transfer-encoding': _its, ...kept } = received.headers
        answer.writeHead(status, { ...kept, 'content-length': text.byteLength })
        answer.end(text)
      })
    },
  )
  onward.on('error', () => {
    if (!answer.headersSent) answer.writeHead(502)
    answer.end()
  })
  onward.end(body)
}
