// Health, over HTTP: /healthz (the process lives), /readyz (it can do its work), /metrics.
import { type AddressInfo } from 'node:net'
import { type Clock, ConfigError, errorText, systemClock } from '@millrace/foundation'
import { fastify, type FastifyInstance } from 'fastify'
import { type MetricsText } from './metrics.ts'
import { createReadiness, type ReadinessCheck } from './readiness.ts'

export interface HealthServerOptions {
  /** 0 takes any free port. */
  port: number
  /** Default: 127.0.0.1. */
  host?: string
  /** What `/healthz` asks: undefined, or why the process has to be started anew. Default: it lives while it answers. */
  failure?: () => string | undefined
  /** What `/readyz` asks; none means always ready. */
  checks?: Readonly<Record<string, ReadinessCheck>>
  /** Longest wait for one check. Unit: ms. Default: 2,000. */
  checkTimeoutMs?: number
  /** What `/metrics` answers. */
  metrics?: MetricsText
  clock?: Clock
}

export interface HealthServer {
  readonly port: number
  /** `http://host:port`, with brackets around an IPv6 address. */
  readonly url: string
  /** Ends open connections too. Safe to call twice. */
  close(): Promise<void>
}

/**
 * Listens, then resolves.
 *
 * | path | answer |
 * |---|---|
 * | `/healthz` | 200 `{"status":"alive"}` or 503 `{"status":"not alive","reason":…}` |
 * | `/readyz` | 200 or 503 `{"status":"ready"|"not ready","checks":{name:"ok"|reason}}` |
 * | `/metrics` | 200, Prometheus' text format |
 *
 * @throws ConfigError when the address is taken, not of this machine, or not allowed.
 */
export async function startHealthServer(options: HealthServerOptions): Promise<HealthServer> {
  const host = options.host ?? '127.0.0.1'
  const server = fastify({ forceCloseConnections: true, bodyLimit: 1_024, logger: false })
  addRoutes(server, options)
  try {
    await server.listen({ port: options.port, host })
  } catch (error) {
    await server.close()
    throw new ConfigError('MILLRACE_CONFIG_VALUE', listenProblem(error, host, options.port), {
      cause: error,
    })
  }
  const { port } = server.server.address() as AddressInfo
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`
  let closing: Promise<void> | undefined
  return {
    port,
    url,
    close() {
      closing ??= server.close()
      return closing
    },
  }
}

function addRoutes(server: FastifyInstance, options: HealthServerOptions): void {
  const { clock = systemClock, checks = {}, checkTimeoutMs, metrics } = options
  const bound = checkTimeoutMs === undefined ? {} : { checkTimeoutMs }
  const readiness = createReadiness({ checks, clock, ...bound })
  server.get('/healthz', async (_request, reply) => {
    const reason = options.failure?.()
    return await reply
      .code(reason === undefined ? 200 : 503)
      .send(reason === undefined ? { status: 'alive' } : { status: 'not alive', reason })
  })
  server.get('/readyz', async (_request, reply) => {
    const answer = await readiness()
    return await reply
      .code(answer.ready ? 200 : 503)
      .send({ status: answer.ready ? 'ready' : 'not ready', checks: answer.checks })
  })
  if (metrics === undefined) return
  server.get('/metrics', async (_request, reply) => {
    return await reply.header('content-type', metrics.contentType).send(await metrics.text())
  })
}

function listenProblem(error: unknown, host: string, port: number): string {
  const code = (error as NodeJS.ErrnoException).code ?? errorText(error)
  const where = `${host}:${port} (MILLRACE_HTTP_HOST, MILLRACE_HTTP_PORT)`
  if (code === 'EADDRINUSE') {
    return `Another process listens on ${where} already; choose a free port, or 0 for any`
  }
  if (code === 'EACCES') {
    return `This user may not listen on ${where}; choose a port above 1023, or 0 for any`
  }
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return `${where} is not an address of this machine (${code}); choose 127.0.0.1, or 0.0.0.0 for all`
  }
  return `Can't listen on ${where}: ${code}`
}
