import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'

export interface SeenRequest {
  method: string
  /** With the query. */
  url: string
  headers: IncomingMessage['headers']
  /** Unzipped. */
  body: string
}

export type Answer = (request: SeenRequest, response: ServerResponse) => void

/** A server that answers as it is told, and remembers what it was asked. */
export class FaultyServer implements AsyncDisposable {
  readonly seen: SeenRequest[] = []
  answer: Answer = json(200, {})
  readonly #server = createServer((incoming, response) => void this.#take(incoming, response))

  async listen(): Promise<this> {
    await new Promise<void>((resolve) => {
      this.#server.listen(0, '127.0.0.1', resolve)
    })
    return this
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => {
      this.#server.close(resolve)
    })
  }

  async #take(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk as Buffer)
    const bytes = Buffer.concat(chunks)
    const isZipped = incoming.headers['content-encoding'] === 'gzip'
    const request = {
      method: incoming.method ?? '',
      url: incoming.url ?? '',
      headers: incoming.headers,
      body: (isZipped ? gunzipSync(bytes) : bytes).toString(),
    }
    this.seen.push(request)
    this.answer(request, response)
  }
}

export function json(status: number, body: unknown, headers: Record<string, string> = {}): Answer {
  return (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(JSON.stringify(body))
  }
}

export function raw(status: number, type: string, body: string): Answer {
  return (_request, response) => {
    response.writeHead(status, { 'content-type': type })
    response.end(body)
  }
}
