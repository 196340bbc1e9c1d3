// A proxy before the real Elasticsearch that does what servers and networks do on bad days.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { carryOut, type Fault, pass } from './http-faults.ts'

export { type Fault, pass, refuse } from './http-faults.ts'

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
