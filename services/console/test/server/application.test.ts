import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BulkRequestError, SourceError } from '@millrace/foundation'
import type { FastifyInstance } from 'fastify'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ManualClock } from '../../../../test/support/manual-clock.ts'
import { createApplication } from '../../server/application.mts'
import { Sessions } from '../../server/http/session.mts'

const facts = {
  version: '1',
  topic: 'logs',
  deadLetterTopic: 'logs.dead-letter',
  group: 'g',
  limits: {
    filterCharactersMax: 1,
    rowsMax: 1,
    liveRowsPerSecondMax: 1,
    textCharactersMax: 1,
  },
}
const token = 'correct-horse-battery'
const mark = { 'x-millrace-console': '1' }

interface Scene {
  server: FastifyInstance
  clock: ManualClock
  failures: unknown[]
}

async function setScene(options: { token?: string; isBuilt?: boolean } = {}): Promise<Scene> {
  const directory = mkdtempSync(join(tmpdir(), 'console-page-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  if (options.isBuilt !== false) {
    writeFileSync(join(directory, 'index.html'), '<!doctype html><title>page</title>')
    mkdirSync(join(directory, 'assets'))
    writeFileSync(join(directory, 'assets/page-abc123.js'), 'export {}')
  }
  const clock = new ManualClock()
  const failures: unknown[] = []
  const server = await createApplication({
    sessions: new Sessions(options.token, clock),
    names: ['console.example.com'],
    pageDirectory: directory,
    facts,
    addViews: (app) => {
      app.post('/api/changes', () => ({ isChanged: true }))
      app.get('/api/broken', () => {
        throw new Error('secret-in-here at https://elastic:hunter2@host')
      })
      app.get('/api/kafka', () => {
        throw new SourceError('MILLRACE_SOURCE_UNREACHABLE', 'no broker\nat all')
      })
      app.get('/api/elasticsearch', () => {
        throw new BulkRequestError(
          'MILLRACE_BULK_REFUSED',
          'https://elastic:hunter2@host answered 403. The API key …',
          { context: { status: 403 } },
        )
      })
    },
    onError: (error) => failures.push(error),
  })
  onTestFinished(() => server.close())
  return { server, clock, failures }
}

const get = (server: FastifyInstance, url: string, headers: Record<string, string> = {}) =>
  server.inject({ method: 'GET', url, headers: { host: 'localhost:9460', ...headers } })
const post = (server: FastifyInstance, headers: Record<string, string>, url = '/api/changes') =>
  server.inject({
    method: 'POST',
    url,
    headers: { host: 'localhost:9460', 'content-type': 'application/json', ...headers },
    payload: '{"token":"correct-horse-battery"}',
  })

describe('every answer', () => {
  it.each(['/', '/api/console', '/api/none', '/assets/page-abc123.js', '/nothing'])(
    '%s runs no script but the page’s own, is framed by nobody and not guessed at',
    async (url) => {
      const { server } = await setScene()
      const { headers } = await get(server, url)
      const policy = String(headers['content-security-policy'])
      expect(policy).toContain("default-src 'none'")
      expect(policy).toContain("frame-ancestors 'none'")
      expect(policy).not.toContain('unsafe')
      expect(headers['x-content-type-options']).toBe('nosniff')
    },
  )

  it('with data is stored nowhere; assets for ever; the page itself is asked for each time', async () => {
    const { server } = await setScene()
    const control = async (url: string) => (await get(server, url)).headers['cache-control']
    expect(await control('/api/console')).toBe('no-store')
    expect(await control('/assets/page-abc123.js')).toContain('immutable')
    expect(await control('/live')).toBe('no-cache')
  })
})

describe('the page', () => {
  it.each(['/', '/live', '/search?filter=x', '/delivery', '/dead-letters'])(
    'is at %s',
    async (url) => {
      const { server } = await setScene()
      const answer = await get(server, url)
      expect(answer.statusCode).toBe(200)
      expect(answer.body).toContain('<title>page')
    },
  )

  it('answers an unknown path with itself and 404, an unknown call with JSON', async () => {
    const { server } = await setScene()
    const page = await get(server, '/nothing')
    expect([page.statusCode, page.headers['content-type']]).toEqual([
      404,
      expect.stringContaining('html'),
    ])
    const call = await get(server, '/api/nothing')
    expect([call.statusCode, call.json()]).toMatchObject([404, { error: { code: 'not-found' } }])
  })

  it('that is not built says what to do', async () => {
    const { server } = await setScene({ isBuilt: false })
    const answer = await get(server, '/live')
    expect(answer.statusCode).toBe(503)
    expect(answer.body).toContain('npm run build')
  })

  it.each(['/../package.json', '/%2e%2e/package.json', '/assets/..%2f..%2fpackage.json'])(
    'leads to no file outside: %s',
    async (url) => {
      const { server } = await setScene()
      expect((await get(server, url)).body).not.toContain('"name"')
    },
  )
})

describe('names', () => {
  it.each(['localhost:9460', '127.0.0.1:9460', '[::1]:9460', '192.0.2.7', 'console.example.com'])(
    '%s is answered',
    async (host) => {
      const { server } = await setScene()
      expect((await get(server, '/api/console', { host })).statusCode).toBe(200)
    },
  )

  it.each(['evil.example:9460', 'localhost.evil.example', '127.0.0.1.evil.example', ':9460'])(
    '%j may have been made to lead here, and is refused, page and data',
    async (host) => {
      const { server } = await setScene()
      expect((await get(server, '/api/console', { host })).statusCode).toBe(403)
      expect((await get(server, '/', { host })).statusCode).toBe(403)
    },
  )
})

describe('a call that changes something', () => {
  it('is taken from the page', async () => {
    const { server } = await setScene()
    const headers = { ...mark, origin: 'http://localhost:9460', 'sec-fetch-site': 'same-origin' }
    expect((await post(server, headers)).statusCode).toBe(200)
    expect((await post(server, mark)).statusCode).toBe(200)
  })

  it.each<[string, Record<string, string>]>([
    ['without the mark', {}],
    ['from another origin', { ...mark, origin: 'https://evil.example' }],
    ['from another port', { ...mark, origin: 'http://localhost:9461' }],
    ['from no origin', { ...mark, origin: 'null' }],
    ['from another site', { ...mark, 'sec-fetch-site': 'cross-site' }],
    ['from another name of the same site', { ...mark, 'sec-fetch-site': 'same-site' }],
  ])('is refused %s', async (_, headers) => {
    const { server } = await setScene()
    expect((await post(server, headers)).statusCode).toBe(403)
  })

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])(
    'is refused as %s, which a form can send',
    async (type) => {
      const { server } = await setScene()
      expect((await post(server, { ...mark, 'content-type': type })).statusCode).toBe(415)
    },
  )

  it('is refused when it is large', async () => {
    const { server } = await setScene()
    const answer = await server.inject({
      method: 'POST',
      url: '/api/changes',
      headers: { host: 'localhost', 'content-type': 'application/json', ...mark },
      payload: JSON.stringify({ text: 'x'.repeat(20_000) }),
    })
    expect(answer.statusCode).toBe(413)
  })

  it('data is not given to a script of another site', async () => {
    const { server } = await setScene()
    const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors' }
    expect((await get(server, '/api/console', headers)).statusCode).toBe(403)
    const link = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }
    expect((await get(server, '/search', link)).statusCode).toBe(200)
  })
})

describe('a token', () => {
  it('is needed for all data once it is set, and not for the page', async () => {
    const { server } = await setScene({ token })
    expect((await get(server, '/')).statusCode).toBe(200)
    const refused = await get(server, '/api/console')
    expect([refused.statusCode, refused.json()]).toMatchObject([
      401,
      { error: { code: 'sign-in' } },
    ])
    expect((await post(server, mark)).statusCode).toBe(401)
    const session = (await get(server, '/api/session')).json<object>()
    expect(session).toEqual({ isTokenNeeded: true, isSignedIn: false })
  })

  it('typed once becomes a cookie that no script reads and no other site sends, for 12 hours', async () => {
    const { server, clock } = await setScene({ token })
    const answer = await post(server, mark, '/api/session')
    expect(answer.statusCode).toBe(204)
    const set = String(answer.headers['set-cookie'])
    expect(set).toContain('HttpOnly; SameSite=Strict')
    expect(set).not.toContain(token)
    const cookie = set.split(';')[0]!
    expect((await get(server, '/api/console', { cookie })).statusCode).toBe(200)
    expect((await get(server, '/api/console', { cookie: `${cookie}x` })).statusCode).toBe(401)
    const later = cookie.replace(/=(\d+)/, (_, at: string) => `=${Number(at) + 1}`)
    expect((await get(server, '/api/console', { cookie: later })).statusCode).toBe(401)
    await clock.advance(12 * 3_600_000)
    expect((await get(server, '/api/console', { cookie })).statusCode).toBe(401)
  })

  it('of a page that came by TLS is sent by TLS only', async () => {
    const { server } = await setScene({ token })
    const headers = { ...mark, origin: 'https://console.example.com', host: 'console.example.com' }
    expect(String((await post(server, headers, '/api/session')).headers['set-cookie'])).toContain(
      '; Secure',
    )
  })

  it('is taken as a bearer from a program', async () => {
    const { server } = await setScene({ token })
    const authorization = `Bearer ${token}`
    expect((await get(server, '/api/console', { authorization })).statusCode).toBe(200)
    expect((await get(server, '/api/console', { authorization: 'Bearer no' })).statusCode).toBe(401)
  })

  it('can be guessed ten times a minute', async () => {
    const { server, clock } = await setScene({ token: `${token}-other` })
    for (let guess = 0; guess < 10; guess++) {
      expect((await post(server, mark, '/api/session')).statusCode).toBe(401)
    }
    expect((await post(server, mark, '/api/session')).statusCode).toBe(429)
    await clock.advance(61_000)
    expect((await post(server, mark, '/api/session')).statusCode).toBe(401)
  })

  it('is forgotten on leaving', async () => {
    const { server } = await setScene({ token })
    const answer = await server.inject({
      method: 'DELETE',
      url: '/api/session',
      headers: { host: 'localhost', authorization: `Bearer ${token}`, ...mark },
    })
    expect(String(answer.headers['set-cookie'])).toContain('millrace_console=; Path=/; Max-Age=0')
  })
})

describe('an error', () => {
  it('of our own says nothing to the page, and is told to the log', async () => {
    const { server, failures } = await setScene()
    const answer = await get(server, '/api/broken')
    expect(answer.statusCode).toBe(500)
    expect(answer.body).not.toContain('secret-in-here')
    expect(failures).toHaveLength(1)
  })

  it('of Kafka or Elasticsearch is one line without credentials', async () => {
    const { server, failures } = await setScene()
    const kafka = await get(server, '/api/kafka')
    expect([kafka.statusCode, kafka.json()]).toEqual([
      502,
      { error: { code: 'kafka', message: 'no broker at all' } },
    ])
    const store = await get(server, '/api/elasticsearch')
    expect(store.json()).toMatchObject({ error: { code: 'elasticsearch' } })
    expect(store.body).not.toContain('hunter2')
    expect(store.body).toContain('The console needs read')
    expect(failures).toEqual([])
  })
})
