// Kibana's status, import and export as its sources and recorded sessions have them; no Kibana can run where this is tested.
import type { IncomingMessage } from 'node:http'
import multipart from '@fastify/multipart'
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { onTestFinished } from 'vitest'
import { importObjects, type Stored } from './import-rules.ts'

export interface DoubleOptions {
  basePath?: string
  /** Besides the default one. */
  spaces?: readonly string[]
  /** The one `Authorization` that is known; it may do what `mayWrite` says. */
  authorization?: string
  mayWrite?: boolean
  version?: string
  /** Looks at the status that are answered with 503 before it is ready. */
  notReadyFor?: number
  /** Seconds, in the header of these answers. */
  retryAfter?: string
  tls?: { key: string; cert: string }
  /** Answers some request in another way; true when it did. */
  instead?: (request: FastifyRequest, reply: FastifyReply) => boolean
}

export interface KibanaDouble {
  url: string
  /** Space -> `type:id` -> object. */
  stored: Map<string, Map<string, Stored>>
  /** Method and path of every request, as they came. */
  requests: string[]
}

/** The space that each request's path names. */
const spaces = new WeakMap<object, string>()
const spaceOf = ({ raw }: FastifyRequest): string => spaces.get(raw) ?? 'default'

export async function startKibanaDouble(options: DoubleOptions = {}): Promise<KibanaDouble> {
  const { basePath = '', tls } = options
  const app = fastify({
    ...(tls !== undefined && { https: tls }),
    bodyLimit: 26_214_400,
    rewriteUrl(request: IncomingMessage) {
      const { url = '' } = request
      const [, space, inner] = /^(?:\/s\/([^/]+))?(\/.*)$/.exec(url.slice(basePath.length)) ?? []
      if (space !== undefined) spaces.set(request, space)
      return url.startsWith(`${basePath}/`) ? (inner ?? '/') : '/not-found'
    },
  } as object) as unknown as FastifyInstance
  const double: KibanaDouble = { url: '', stored: new Map(), requests: [] }
  for (const space of ['default', ...(options.spaces ?? [])]) double.stored.set(space, new Map())
  await app.register(multipart)
  guard(app, double, options)
  addStatus(app, options)
  addImport(app, double, options)
  addExport(app, double)
  const address = await app.listen({ port: 0, host: '127.0.0.1' })
  double.url = `${address}${basePath}`
  onTestFinished(() => app.close())
  return double
}

function answer(
  reply: FastifyReply,
  statusCode: number,
  error: string,
  message: string,
): FastifyReply {
  return reply.code(statusCode).send({ statusCode, error, message })
}

function guard(app: FastifyInstance, double: KibanaDouble, options: DoubleOptions): void {
  const { authorization, instead } = options
  app.addHook('onRequest', async (request, reply) => {
    double.requests.push(`${request.method} ${request.originalUrl}`)
    if (instead?.(request, reply) === true) return reply
    const isKnown = authorization === undefined || request.headers.authorization === authorization
    if (!isKnown) {
      // The status of a Kibana that does not know who asks has no version.
      if (request.url === '/api/status' && request.headers.authorization === undefined) {
        return reply.send({ status: { overall: { level: 'available' } } })
      }
      return answer(reply, 401, 'Unauthorized', '[security_exception]: unable to authenticate')
    }
    if (!double.stored.has(spaceOf(request))) {
      return answer(reply, 404, 'Not Found', `space ${spaceOf(request)} not found`)
    }
    if (request.method !== 'GET' && request.headers['kbn-xsrf'] === undefined) {
      return answer(reply, 400, 'Bad Request', 'Request must contain a kbn-xsrf header.')
    }
    return undefined
  })
}

function addStatus(app: FastifyInstance, options: DoubleOptions): void {
  const { version = '9.0.1', retryAfter } = options
  let looks = 0
  app.get('/api/status', (_request, reply) => {
    if (looks++ < (options.notReadyFor ?? 0)) {
      if (retryAfter !== undefined) void reply.header('retry-after', retryAfter)
      return reply.code(503).type('text/plain').send('Kibana server is not ready yet')
    }
    return reply.send({
      name: 'double',
      version: { number: version, build_flavor: 'traditional' },
      status: { overall: { level: 'available', summary: 'All services are available' } },
    })
  })
}

function addImport(app: FastifyInstance, double: KibanaDouble, options: DoubleOptions): void {
  app.post('/api/saved_objects/_import', async (request, reply) => {
    if (!request.isMultipart()) {
      return answer(reply, 415, 'Unsupported Media Type', 'Unsupported Media Type')
    }
    const part = await request.file()
    if (part?.fieldname !== 'file')
      return answer(reply, 400, 'Bad Request', '[request body.file]: expected a file')
    const text = (await part.toBuffer()).toString('utf8')
    const extension = /\.[^.]*$/.exec(part.filename)?.[0] ?? ''
    if (extension.toLowerCase() !== '.ndjson') {
      return answer(reply, 400, 'Bad Request', `Invalid file extension ${extension}`)
    }
    if (options.mayWrite === false) {
      return answer(reply, 403, 'Forbidden', 'Unable to bulk_create dashboard,index-pattern,search')
    }
    const { overwrite } = request.query as { overwrite?: string }
    const space = double.stored.get(spaceOf(request))!
    const outcome = importObjects(text, space, overwrite === 'true')
    if ('statusCode' in outcome) return reply.code(outcome.statusCode).send(outcome)
    return reply.send(outcome)
  })
}

function addExport(app: FastifyInstance, double: KibanaDouble): void {
  app.post('/api/saved_objects/_export', (request, reply) => {
    const { objects } = request.body as { objects: { type: string; id: string }[] }
    const space = double.stored.get(spaceOf(request))!
    const missing = objects.filter(({ type, id }) => !space.has(`${type}:${id}`))
    if (missing.length > 0) {
      const errors = missing.map(({ type, id }) => ({
        type,
        id,
        error: {
          statusCode: 404,
          error: 'Not Found',
          message: `Saved object [${type}/${id}] not found`,
        },
      }))
      return reply.code(400).send({
        statusCode: 400,
        error: 'Bad Request',
        message: 'Error fetching objects to export',
        attributes: { objects: errors },
      })
    }
    const lines = objects.map(({ type, id }) => JSON.stringify(space.get(`${type}:${id}`)))
    return reply.type('application/ndjson').send(lines.join('\n'))
  })
}
