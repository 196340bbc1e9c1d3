// Server-sent events to one client: what it does not take at once is never kept, the sender is told to wait.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { headersOf } from './guard.mts'

export interface EventStream {
  /** The client has taken what was sent before. */
  readonly isFree: boolean
  /** Only when it is free, or for the few words at the beginning and the end. */
  send(name: string, data: object): void
  /** Called once, when the client is gone or `end` was called. */
  onClosed(callback: () => void): void
  end(): void
}

/** Takes the answer over from fastify. */
export function openEventStream(request: FastifyRequest, reply: FastifyReply): EventStream {
  const headers = headersOf(reply)
  reply.hijack()
  const { raw } = reply
  raw.writeHead(200, {
    ...headers,
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store, no-transform',
    // Proxies that collect answers would hold it back.
    'x-accel-buffering': 'no',
  })
  // The browser comes back so soon after an interruption. Unit: ms.
  let isFree = raw.write('retry: 2000\n\n')
  raw.on('drain', () => {
    isFree = true
  })
  // A client that breaks off is no fault.
  raw.on('error', () => {})
  request.raw.socket.setNoDelay(true)
  return {
    get isFree() {
      return isFree && !raw.destroyed
    },
    send(name, data) {
      if (raw.destroyed || raw.writableEnded) return
      // JSON has no line ends of its own.
      isFree = raw.write(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`)
    },
    onClosed(callback) {
      if (raw.destroyed) callback()
      else raw.once('close', callback)
    },
    end() {
      raw.end()
    },
  }
}
