// A proxy before the real Elasticsearch that does what servers and networks do on bad days.
import {
  createServer,
  type IncomingMessage,
  request as httpRequest,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

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

export interface BulkRequest {
  /** Counted from 1. */
  number: number
  bytes: number
  body: string
  /** The ids of its items, in order. */
  ids: string[]
  documents: Record<string, unknown>[]
}

export interface FaultProxy {
  readonly url: string
  /** Bulk requests so far. */
  readonly requests: readonly BulkRequest[]
  /** Decides about each bulk request from now on. */
  decide: (request: BulkRequest) => Fault
  /** Decides about each other request, by its path. */
  decideOther: (path: string) => Fault
}

export const pass: Fault = { kind: 'pass' }

/** What Elasticsearch answers when it refuses a whole request. */
export function refuse(status: number, type: string, reason: string): Fault {
  const body = JSON.stringify({ error: { type, reason, root_cause: [] }, status })
  return { kind: 'refuse', status, body, headers: { 'content-type': 'application/json' } }
}

/** Starts a proxy that is closed when the test ends. */
export async function startFaultProxy(target: string): Promise<FaultProxy> {
  const requests: BulkRequest[] = []
  const proxy = { url: '', requests, decide: () => pass, decideOther: () => pass } as FaultProxy & {
    url: string
  }
  const server = createServer((incoming, answer) => {
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('end', () => {
      const body = Buffer.concat(chunks)
      const exchange = { target, incoming, body, answer }
      const path = incoming.url ?? '/'
      if (!path.startsWith('/_bulk')) return carryOut(proxy.decideOther(path), exchange)
      const seen = readBulk(body, requests.length + 1)
      requests.push(seen)
      carryOut(proxy.decide(seen), exchange)
    })
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  proxy.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  )
  return proxy
}

function readBulk(body: Buffer, number: number): BulkRequest {
  const text = body.toString()
  const parsed = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
  return {
    number,
    bytes: body.byteLength,
    body: text,
    ids: parsed
      .filter((_, at) => at % 2 === 0)
      .map((line) => (line['create'] as { _id: string })._id),
    documents: parsed.filter((_, at) => at % 2 === 1),
  }
}

interface Exchange {
  target: string
  incoming: IncomingMessage
  body: Buffer
  answer: ServerResponse
}

function carryOut(fault: Fault, exchange: Exchange): void {
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
  { target, incoming, body, answer }: Exchange,
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
      received.on('end', () => {
        const text = Buffer.concat(chunks)
        const status = received.statusCode ?? 502
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
