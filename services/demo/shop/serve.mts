// Life of a service: listen, say where, and on SIGTERM finish the requests, empty the log, and go.
import { systemClock } from '@millrace/foundation'
import { type FastifyInstance } from 'fastify'

export interface ServeOptions {
  service: string
  /** 0 lets the operating system choose. */
  port: number
  host: string
  /** Resolves when every line is in Kafka. */
  flushLog(): Promise<void>
  /** Past it the process ends with code 1. Unit: ms. */
  stopTimeoutMs?: number
}

/** What the first line on standard output, and the message to a parent with an IPC channel, say. */
export interface Announcement {
  service: string
  url: string
  pid: number
}

type Server = Pick<FastifyInstance, 'listen' | 'close'>

/** Serves until SIGTERM or SIGINT, then ends the process with code 0. */
export async function serve(server: Server, options: ServeOptions): Promise<void> {
  let stopping = false
  const stop = async (): Promise<void> => {
    if (stopping) return
    stopping = true
    systemClock.setTimer(options.stopTimeoutMs ?? 15_000, () => process.exit(1), { unref: true })
    await server.close()
    await options.flushLog()
    process.exit(0)
  }
  process.on('SIGTERM', () => void stop())
  process.on('SIGINT', () => void stop())

  const url = await server.listen({ port: options.port, host: options.host })
  const announcement: Announcement = { service: options.service, url, pid: process.pid }
  process.stdout.write(`${JSON.stringify(announcement)}\n`)
  process.send?.(announcement)
}

/** Where to listen, of the environment's `HOST` and `PORT`. @throws an Error that names the variable. */
export function addressOf(
  environment: NodeJS.ProcessEnv,
  portOfService: number,
): { host: string; port: number } {
  const text = environment['PORT'] ?? ''
  const port = text === '' ? portOfService : Number(text)
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new Error(`PORT must be 0..65535 (0 = any free one), got "${text}"`)
  }
  return { host: environment['HOST'] || '127.0.0.1', port }
}
