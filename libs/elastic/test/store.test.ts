import { inspect } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { createElasticStore, type ElasticSettingsInput } from '../src/index.ts'
import { type Answer, FaultyServer, json, raw } from './support/faulty-server.ts'
import { refusal, storeWith } from './support/store-with.ts'

const body = '{"create":{"_index":"logs-app-default","_id":"a"}}\n{"message":"hello"}\n'

test('a bulk request goes out as prepared and its items come back in order', async () => {
  const items = [{ create: { _id: 'a', status: 201 } }, { create: { _id: 'b', status: 409 } }]
  const { server, store } = await storeWith(json(200, { took: 3, errors: true, items }))
  expect(await store.bulk(Buffer.from(body))).toEqual({ took: 3, errors: true, items })
  const [request] = server.seen
  expect(request!.method).toBe('POST')
  expect(request!.body).toBe(body)
  expect(request!.headers['content-type']).toBe('application/x-ndjson')
  const url = new URL(request!.url, server.url)
  expect(url.pathname).toBe('/_bulk')
  expect(url.searchParams.get('filter_path')).toContain('items.*.status')
  expect(url.searchParams.get('require_data_stream')).toBe('true')
})

test('the server needs neither GET / nor its product header', async () => {
  const { server, store } = await storeWith(json(200, { items: [] }))
  await store.bulk(body)
  expect(server.seen.map(({ url }) => url.split('?')[0])).toEqual(['/_bulk'])
})

test('with gzip the body is smaller on the wire and the same at the other end', async () => {
  const { server, store } = await storeWith(json(200, { items: [] }), { compression: 'gzip' })
  const long = body.repeat(500)
  await store.bulk(long)
  expect(server.seen[0]!.body).toBe(long)
  expect(Number(server.seen[0]!.headers['content-length'])).toBeLessThan(long.length / 10)
})

test.each([
  [408, true],
  [429, true],
  [500, true],
  [502, true],
  [503, true],
  [504, true],
  [301, false],
  [400, false],
  [401, false],
  [403, false],
  [405, false],
  [413, false],
])('a bulk request answered with %i is retryable: %s', async (status, retryable) => {
  const cause = { type: 'some_exception', reason: 'because' }
  const { server, store } = await storeWith(json(status, { error: cause, status }))
  const error = await refusal(store.bulk(body))
  expect(error.code).toBe(retryable ? 'MILLRACE_BULK_UNREACHABLE' : 'MILLRACE_BULK_REFUSED')
  expect(error.retryable).toBe(retryable)
  expect(error.context['status']).toBe(status)
  expect(error.context['needsPerson']).toBe([301, 401, 403, 405].includes(status) || undefined)
  expect(error.message).toContain(
    `${server.url} answered POST /_bulk with ${status}: some_exception: because`,
  )
  expect(server.seen).toHaveLength(1)
})

test('401 and 403 name the variables to change', async () => {
  const { server, store } = await storeWith(json(401, {}))
  expect((await refusal(store.bulk(body))).message).toContain('MILLRACE_ELASTICSEARCH_API_KEY')
  server.answer = json(403, {})
  expect((await refusal(store.bulk(body))).message).toContain('lacks a privilege')
})

test('a Retry-After of 429 is handed on in milliseconds, at most five minutes', async () => {
  const { server, store } = await storeWith(json(429, {}, { 'retry-after': '7' }))
  expect((await refusal(store.bulk(body))).context['retryAfterMs']).toBe(7_000)
  server.answer = json(429, {}, { 'retry-after': '86400' })
  expect((await refusal(store.bulk(body))).context['retryAfterMs']).toBe(300_000)
  server.answer = json(429, {}, { 'retry-after': 'Wed, 21 Oct 2026 07:28:00 GMT' })
  expect((await refusal(store.bulk(body))).context).not.toHaveProperty('retryAfterMs')
})

const cutOff: Answer = (_request, response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' })
  response.write('{"items":[', () => response.destroy())
}

test.each<[string, Answer, string]>([
  ['is cut off', cutOff, 'connection'],
  ['resets the connection', (_request, response) => response.destroy(), 'connection'],
  ['is broken JSON', raw(200, 'application/json', '{"items":[{]'), 'answer'],
  ['is a page of some proxy', raw(200, 'text/html', '<html>login</html>'), 'answer'],
  ['is empty', raw(200, 'application/json', ''), 'answer'],
  ['has no items', json(200, { took: 1 }), 'answer'],
  ['is a list', json(200, []), 'answer'],
  ['is null', raw(200, 'application/json', 'null'), 'answer'],
])('an answer that %2$s counts as not answered', async (_what, answer, reason) => {
  const { store } = await storeWith(answer)
  const error = await refusal(store.bulk(body))
  expect(error.code).toBe('MILLRACE_BULK_UNREACHABLE')
  expect(error.retryable).toBe(true)
  expect(error.context['reason']).toBe(reason)
})

test('a server that is silent before or within its answer ends at the time limit', async () => {
  const { server, store } = await storeWith(() => undefined, { requestTimeoutMs: 100 })
  const silent = await refusal(store.bulk(body))
  expect(silent.context).toEqual({ reason: 'timeout', timeoutMs: 100 })
  expect(silent.retryable).toBe(true)
  server.answer = (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.write('{"items":')
  }
  const stalled = await refusal(store.bulk(body, { timeoutMs: 150 }))
  expect(stalled.context).toEqual({ reason: 'timeout', timeoutMs: 150 })
})

test('a cancelled request ends at once and leaves the signal and later requests alone', async () => {
  const { server, store } = await storeWith(() => undefined)
  const abort = new AbortController()
  const sent = refusal(store.bulk(body, { signal: abort.signal }))
  await expect.poll(() => server.seen.length).toBe(1)
  abort.abort()
  expect((await sent).context['reason']).toBe('cancelled')
  const late = await refusal(store.bulk(body, { signal: abort.signal }))
  expect(late.context['reason']).toBe('cancelled')
  server.answer = json(200, { items: [] })
  expect(await store.bulk(body)).toEqual({ items: [] })
})

test('a time limit fires no event on a signal that is shared with others', async () => {
  const { store } = await storeWith(() => undefined)
  const abort = new AbortController()
  let events = 0
  abort.signal.addEventListener('abort', () => events++)
  await refusal(store.bulk(body, { signal: abort.signal, timeoutMs: 100 }))
  expect(events).toBe(0)
})

function ofSize(bytes: number): Answer {
  const empty = JSON.stringify({ items: [], pad: '' }).length
  return json(200, { items: [], pad: 'x'.repeat(bytes - empty) })
}

test('an answer as large as the bound is read, a larger one is not', async () => {
  const bound = 10_000
  const { server, store } = await storeWith(ofSize(bound), { responseBytesMax: bound })
  expect((await store.bulk(body)).items).toEqual([])
  server.answer = ofSize(bound + 1)
  expect((await refusal(store.bulk(body))).context['reason']).toBe('answer')
})

test('no more connections are opened than the bound, and waiting requests are answered too', async () => {
  const waiting: (() => void)[] = []
  const { server, store } = await storeWith(
    (request, response) => {
      const answer = (): void => json(200, { items: [] })(request, response)
      if (request.url === '/other') answer()
      else waiting.push(answer)
    },
    { connectionsMax: 3 },
  )
  const sent = Promise.all(Array.from({ length: 12 }, () => store.bulk(body)))
  for (let round = 1; round <= 4; round++) {
    await expect.poll(() => waiting.length).toBe(3)
    // A fourth connection would have brought its request by the time that some other one is answered.
    await fetch(`${server.url}/other`).then((answer) => answer.text())
    expect(waiting).toHaveLength(3)
    for (const answer of waiting.splice(0)) answer()
  }
  await sent
})

test('an unreachable node is named, and the other nodes are used', async () => {
  const { server } = await storeWith(json(200, { items: [] }))
  const dead = await new FaultyServer().listen()
  const deadUrl = dead.url
  await dead[Symbol.asyncDispose]()
  const store = createElasticStore({ nodes: [deadUrl, server.url] })
  onTestFinished(() => store.close())
  const answers = await Promise.allSettled(Array.from({ length: 10 }, () => store.bulk(body)))
  const reasons = answers.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []))
  expect(reasons.length).toBeLessThan(10)
  for (const reason of reasons) expect(String(reason)).toContain(deadUrl)
  expect(await createElasticStore({ nodes: [deadUrl] }).isReady()).toBe(false)
})

test.each<[string, ElasticSettingsInput, string]>([
  ['an API key', { apiKey: 'c2VjcmV0LWtleQ==' }, 'ApiKey c2VjcmV0LWtleQ=='],
  ['a password', { username: 'anna', password: 's3cr3t/word' }, 'Basic YW5uYTpzM2NyM3Qvd29yZA=='],
])('%s is sent, and is in no error', async (_what, settings, authorization) => {
  const { server, store } = await storeWith(
    json(401, { error: { type: 'x', reason: 'y' } }),
    settings,
  )
  const answers: Answer[] = [
    server.answer,
    cutOff,
    raw(200, 'application/json', '{'),
    json(503, {}),
  ]
  for (const answer of answers) {
    server.answer = answer
    const error = await refusal(store.bulk(body))
    expect(server.seen.at(-1)!.headers.authorization).toBe(authorization)
    const everything = inspect(error, { depth: 20, showHidden: true })
    expect(everything).not.toContain('c2VjcmV0')
    expect(everything).not.toContain('s3cr3t')
    expect(everything).not.toContain('YW5uYT')
  }
})

test('TLS towards a server that speaks none is told as such', async () => {
  const { server } = await storeWith(json(200, {}))
  const store = createElasticStore({ nodes: [server.url.replace('http:', 'https:')] })
  onTestFinished(() => store.close())
  expect(await store.readinessProblem()).toContain('must begin with http, not https')
})

test('a 400 without a reason is no answer of Elasticsearch, and is for a person', async () => {
  const { server, store } = await storeWith(raw(400, 'text/html', '<h1>400 Bad Request</h1>'))
  const error = await refusal(store.bulk(body))
  expect(error).toMatchObject({ retryable: false, context: { status: 400, needsPerson: true } })
  expect(error.message).toContain('must begin with https where TLS is spoken')
  server.answer = json(400, { error: { type: 'illegal_argument_exception', reason: 'no' } })
  const own = await refusal(store.bulk(body))
  expect(own.context).toEqual({ status: 400 })
})

test('ready means answered and known: 403 is ready, 401 and 503 are not', async () => {
  const { server, store } = await storeWith(json(200, { status: 'yellow' }))
  expect(await store.isReady()).toBe(true)
  server.answer = json(403, {})
  expect(await store.isReady()).toBe(true)
  server.answer = json(401, {})
  expect(await store.isReady()).toBe(false)
  server.answer = json(503, {})
  expect(await store.readinessProblem()).toContain('503')
})

test('other requests give status and body, and accepted statuses are answers', async () => {
  const { server, store } = await storeWith(json(404, { found: false }))
  const request = { method: 'GET', path: '/_component_template/x' } as const
  expect(await store.request({ ...request, acceptStatuses: [404] })).toEqual({
    status: 404,
    body: { found: false },
  })
  const error = await refusal(store.request(request))
  expect(error.context['needsPerson']).toBe(true)
  server.answer = json(200, { count: 3 })
  const counted = { method: 'POST', path: '/logs-*/_count', body: { query: {} } } as const
  expect((await store.request<{ count: number }>(counted)).body.count).toBe(3)
  expect(server.seen.at(-1)!.body).toBe('{"query":{}}')
})

test('a path before the API is kept', async () => {
  const { server } = await storeWith(json(200, { items: [] }))
  const store = createElasticStore({ nodes: [`${server.url}/search/`] })
  onTestFinished(() => store.close())
  await store.bulk(body)
  expect(server.seen[0]!.url).toMatch(/^\/search\/_bulk\?/)
})

test('closing ends requests in flight, refuses later ones, and can be done twice', async () => {
  const { server, store } = await storeWith(() => undefined)
  const sent = refusal(store.bulk(body))
  await expect.poll(() => server.seen.length).toBe(1)
  await Promise.all([store.close(), store.close()])
  expect((await sent).context['reason']).toBe('cancelled')
  expect((await refusal(store.bulk(body))).context['reason']).toBe('cancelled')
})

test.each<[ElasticSettingsInput, string]>([
  [{ nodes: [] }, 'nodes'],
  [{ nodes: ['localhost:9200'] }, 'a node is an http or https address'],
  [{ nodes: ['http://u:p@localhost:9200'] }, 'without user and password'],
  [{ requestTimeoutMs: 99 }, 'requestTimeoutMs'],
  [{ connectionsMax: 257 }, 'connectionsMax'],
])('settings %j are refused', (settings, words) => {
  expect(() => createElasticStore(settings)).toThrow(words)
})
