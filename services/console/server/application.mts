// The console's HTTP side: the guard before everything, the calls of each view, the page itself.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import { fastify, type FastifyInstance, type FastifyReply } from 'fastify'
import type { ConsoleFacts, Session, SignInRequest } from './api.mts'
import { addGuard, type GuardOptions } from './http/guard.mts'
import { answerFor, Problem } from './http/problem.mts'
import type { Sessions } from './http/session.mts'

export interface ApplicationOptions extends GuardOptions {
  /** Where the built page lies. */
  pageDirectory: string
  facts: ConsoleFacts
  /** Adds the calls of the views. */
  addViews: (server: FastifyInstance) => void
  onError: (error: unknown, path: string) => void
}

const bodyBytesMax = 16 * 1024
const parameterCharactersMax = 512
const views = ['/', '/live', '/search', '/delivery', '/dead-letters']

export async function createApplication(options: ApplicationOptions): Promise<FastifyInstance> {
  const server = fastify({
    logger: false,
    forceCloseConnections: true,
    bodyLimit: bodyBytesMax,
    routerOptions: { maxParamLength: parameterCharactersMax },
    requestTimeout: 30_000,
    ajv: { customOptions: { coerceTypes: 'array', removeAdditional: false } },
  })
  // JSON only: a form of another site can send the other kinds.
  server.removeContentTypeParser('text/plain')
  addGuard(server, options)
  server.setErrorHandler(async (error, request, reply) => {
    const { status, body, isOurFault } = answerFor(error)
    if (isOurFault) options.onError(error, request.routeOptions.url ?? '')
    return await reply.code(status).send(body)
  })
  server.get('/healthz', () => ({ status: 'alive' }))
  addSession(server, options.sessions)
  server.get('/api/console', () => options.facts)
  options.addViews(server)
  await addPage(server, options.pageDirectory)
  return server
}

function addSession(server: FastifyInstance, sessions: Sessions): void {
  server.get('/api/session', ({ headers }): Session => {
    return { isTokenNeeded: sessions.isTokenNeeded, isSignedIn: sessions.isSignedIn(headers) }
  })
  const body = {
    type: 'object',
    required: ['token'],
    properties: { token: { type: 'string', maxLength: 512 } },
  } as const
  server.post<{ Body: SignInRequest }>(
    '/api/session',
    { schema: { body } },
    async (request, reply) => {
      const signedIn = sessions.signIn(request.body.token, isSecure(request.headers.origin))
      if (signedIn === 'later') {
        throw new Problem('busy', 'Too many wrong tokens; try again in a minute')
      }
      if (signedIn === 'wrong') throw new Problem('sign-in', 'That is not the token')
      return await reply.code(204).header('set-cookie', signedIn.cookie).send()
    },
  )
  server.delete('/api/session', async ({ headers }, reply) => {
    const cookie = sessions.signOut(isSecure(headers.origin))
    return await reply.code(204).header('set-cookie', cookie).send()
  })
}

/** The page itself came by TLS, ended by a proxy perhaps. */
function isSecure(origin: string | undefined): boolean {
  return origin?.startsWith('https:') === true
}

async function addPage(server: FastifyInstance, directory: string): Promise<void> {
  const isBuilt = (): boolean => existsSync(join(directory, 'index.html'))
  if (existsSync(directory)) {
    await server.register(fastifyStatic, {
      root: directory,
      index: false,
      wildcard: true,
      // Names of assets are hashes of what they hold.
      setHeaders: (reply, path) => {
        const isHashed = path.startsWith(join(directory, 'assets'))
        reply.header('cache-control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache')
      },
    })
  }
  const sendPage = async (reply: FastifyReply, status: number): Promise<unknown> => {
    if (!isBuilt()) {
      const text =
        'The page is not built: npm run build --workspace @millrace/console, then start the console again\n'
      return await reply.code(503).type('text/plain; charset=utf-8').send(text)
    }
    return await reply.code(status).sendFile('index.html')
  }
  for (const path of views) server.get(path, (_request, reply) => sendPage(reply, 200))
  server.setNotFoundHandler(async (request, reply) => {
    if (request.url.startsWith('/api/')) throw new Problem('not-found', 'There is no such call')
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      throw new Problem('not-found', 'There is no such call')
    }
    return await sendPage(reply, 404)
  })
}
