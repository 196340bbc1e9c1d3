// Before the servers: which ports they listen on.
import { createServer } from 'node:net'
import type { Random } from '@millrace/foundation'
import { LocalStackError } from './errors.ts'

/**
 * Below the range that systems give to outgoing connections (32768 on Linux, 49152 on macOS). Inside it
 * a client that knocks at the port of a stopped server can be given that very port as its own, and the
 * server could not come back.
 */
const range = { first: 20_000, last: 31_999 } as const

/** How many ports are tried before giving up. */
const triesMax = 200

/** A port that is free now and was not handed out before (`taken`, to which it is added). */
export async function freePort(taken: Set<number>, random: Random): Promise<number> {
  for (let tries = 0; tries < triesMax; tries += 1) {
    const port = range.first + Math.floor(random.next() * (range.last - range.first + 1))
    if (taken.has(port) || !(await isFree(port))) continue
    taken.add(port)
    return port
  }
  throw new LocalStackError(
    'MILLRACE_STACK_PORT_TAKEN',
    `No free port among ${triesMax} tried between ${range.first} and ${range.last}.`,
  )
}

/** Throws `MILLRACE_STACK_PORT_TAKEN` when somebody listens on a port that was asked for. */
export async function requireFree(port: number, server: string): Promise<void> {
  if (await isFree(port)) return
  throw new LocalStackError(
    'MILLRACE_STACK_PORT_TAKEN',
    `Port ${port}, where ${server} should listen, is taken by another program. ` +
      `\`lsof -i :${port}\` (or \`ss -ltnp\`) says which; stop it or choose another port.`,
  )
}

/** Whether 127.0.0.1 can listen on `port` now. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ host: '127.0.0.1', port }, () => server.close(() => resolve(true)))
  })
}
