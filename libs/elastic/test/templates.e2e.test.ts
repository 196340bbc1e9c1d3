import { randomBytes } from 'node:crypto'
import { type EcsField, ecsFields } from '@millrace/ecs'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { systemClock } from '@millrace/foundation'
import { Connection } from '../src/connection.ts'
import { type BulkItemAnswer, countFields, createElasticStore } from '../src/index.ts'
import { parseSettings } from '../src/settings.ts'
import { currentDefinitionHash } from '../src/templates/definition.ts'
import { dataStreamsWithOtherMappings } from '../src/templates/installed.ts'

const store = createElasticStore({ nodes: [inject('stack').elasticsearch] })

beforeAll(async () => {
  await store.installTemplates()
})

afterAll(() => store.close())

function newDataStream(): string {
  return `logs-elastic_${randomBytes(6).toString('hex')}-test`
}

async function create(
  stream: string,
  documents: Readonly<Record<string, unknown>>,
): Promise<BulkItemAnswer[]> {
  const lines = Object.entries(documents).map(([id, document]) => {
    const whole = { '@timestamp': '2026-01-02T03:04:05.678Z', ...(document as object) }
    return `${JSON.stringify({ create: { _index: stream, _id: id } })}\n${JSON.stringify(whole)}\n`
  })
  const answer = await store.bulk(lines.join(''))
  return answer.items.map((item) => item['create']!)
}

async function mappingOf(stream: string): Promise<{ properties: Record<string, unknown> }> {
  const { body } = await store.request<Record<string, { mappings: never }>>({
    method: 'GET',
    path: `/${stream}/_mapping`,
  })
  return Object.values(body)[0]!.mappings
}

async function count(stream: string, query: object): Promise<number> {
  await store.request({ method: 'POST', path: `/${stream}/_refresh` })
  const { body } = await store.request<{ count: number }>({
    method: 'POST',
    path: `/${stream}/_count`,
    body: { query },
  })
  return body.count
}

test('installing twice changes nothing, and the check is content', async () => {
  const report = await store.installTemplates()
  expect(report.ok).toBe(true)
  expect(report.templates.map(({ action }) => action)).toEqual(Array(4).fill('unchanged'))
  expect(await store.checkTemplates()).toMatchObject({ ok: true, missing: [], outdated: [] })
})

test('a created document is there once: the same id again is a 409', async () => {
  const stream = newDataStream()
  const first = await create(stream, { one: { message: 'hello' }, two: { message: 'world' } })
  expect(first.map(({ _id, status }) => [_id, status])).toEqual([
    ['one', 201],
    ['two', 201],
  ])
  const again = await create(stream, { one: { message: 'hello' }, three: {} })
  expect(again.map(({ status }) => status)).toEqual([409, 201])
  expect(await count(stream, { match_all: {} })).toBe(3)
})

test('where no template applies, an item fails with 404 and no index comes into being', async () => {
  const name = `nologs-${randomBytes(6).toString('hex')}`
  const [item] = await create(name, { one: {} })
  expect(item!.status).toBe(404)
  const { status } = await store.request({
    method: 'HEAD',
    path: `/${name}`,
    acceptStatuses: [404],
  })
  expect(status).toBe(404)
})

const samples: Record<EcsField['type'], unknown> = {
  keyword: 'word',
  constant_keyword: 'word',
  match_only_text: 'some words',
  wildcard: 'a/path/*',
  long: 9_007_199_254_740_991,
  float: 1.5,
  scaled_float: 0.25,
  date: '2026-01-02T03:04:05.678901234Z',
  boolean: true,
  ip: '2001:db8::1',
  geo_point: { lat: 52.5, lon: 13.4 },
  flattened: { 'a.b': 'c', d: { e: 1 } },
}

function nested(segments: readonly string[], value: unknown): unknown {
  return segments.reduceRight<unknown>((inner, name) => ({ [name]: inner }), value)
}

test('every ECS field takes a value of its type, alone and as an array, and can be found by it', async () => {
  const stream = newDataStream()
  const documents: Record<string, unknown> = {}
  for (const { path, segments, type } of ecsFields.values()) {
    documents[path] = nested(segments, samples[type])
    if (path !== '@timestamp') documents[`${path}[]`] = nested(segments, [samples[type]])
  }
  const items = await create(stream, documents)
  expect(items.filter(({ status }) => status !== 201)).toEqual([])
  expect(await count(stream, { match_all: {} })).toBe(ecsFields.size * 2 - 1)
  const searchable = [...ecsFields.values()].filter(
    ({ indexed, type, path }) => indexed && type !== 'geo_point' && path !== '@timestamp',
  )
  const found: [string, number][] = []
  for (const { path, type } of searchable) {
    const field = type === 'flattened' ? `${path}.d.e` : path
    const value = type === 'flattened' ? '1' : samples[type]
    found.push([path, await count(stream, { match: { [field]: value } })])
  }
  expect(found).toEqual(searchable.map(({ path }) => [path, 2]))
})

const hostile: Record<string, object> = {
  unknown: { zork: 1, Zork: { deep: { deeper: [] } }, 'dotted.name.here': true },
  'empty name': { '': 1 },
  twice: { zork: { now: 'an object' } },
  known: { host: { zork: 1, name: { zork: 2 } } },
  many: Object.fromEntries(Array.from({ length: 3_000 }, (_, index) => [`k${index}`, index])),
  leftover: {
    attributes: Object.fromEntries(Array.from({ length: 3_000 }, (_, i) => [`k${i}`, i])),
  },
  labels: { labels: { one: 'x', two: 'y' } },
  prototype: JSON.parse('{"__proto__":{"a":1},"constructor":{"prototype":1}}') as object,
}

test('no document can add a field: the mapping is the same before and after', async () => {
  const stream = newDataStream()
  await create(stream, { first: { message: 'made by the template' } })
  const before = await mappingOf(stream)
  const items = await create(stream, hostile)
  // An empty name, and an object where a keyword belongs: the normalizer moves both to `attributes`.
  const refused = items.filter(({ status }) => status !== 201).map(({ _id }) => _id)
  expect(refused).toEqual(['empty name', 'known'])
  expect(await mappingOf(stream)).toEqual(before)
  expect(countFields(before.properties)).toBeLessThan(1_000)
})

test('a value of the wrong type is left out of the index, and the document is taken', async () => {
  const stream = newDataStream()
  const items = await create(stream, {
    long: { process: { pid: 'many' } },
    date: { event: { created: 'yesterday' } },
    ip: { client: { ip: 'unknown' } },
    boolean: { process: { interactive: 'maybe' } },
    point: { client: { geo: { location: 'nowhere' } } },
    keyword: { service: { name: 42 } },
    text: { message: 42 },
  })
  expect(items.filter(({ status }) => status !== 201)).toEqual([])
  expect(await count(stream, { exists: { field: '_ignored' } })).toBe(5)
})

test('long values are taken and kept whole', async () => {
  const stream = newDataStream()
  const long = 'ü'.repeat(100_000)
  const items = await create(stream, {
    original: { event: { original: long } },
    message: { message: long },
    keyword: { service: { name: long } },
    stack: { error: { stack_trace: long } },
    attribute: { attributes: { text: long, ['k'.repeat(512)]: 'ü'.repeat(4_096) } },
    label: { labels: { text: long } },
  })
  expect(items.filter(({ status }) => status !== 201)).toEqual([])
  expect(await count(stream, { match_all: {} })).toBe(items.length)
  const { body } = await store.request({
    method: 'POST',
    path: `/${stream}/_search`,
    querystring: { filter_path: 'hits.hits._source.event.original' },
    body: { query: { ids: { values: ['original'] } } },
  })
  const kept = JSON.stringify(body) === JSON.stringify(searchAnswer({ event: { original: long } }))
  expect(kept).toBe(true)
})

function searchAnswer(source: object): object {
  return { hits: { hits: [{ _source: source }] } }
}

test('a ledger is taken whole, however long its ranges are, and found by what is mapped', async () => {
  const stream = `metrics-millrace.test_${randomBytes(6).toString('hex')}-test`
  const ranges = Array.from({ length: 20_000 }, (_, index) => index * 3 + 1).join(',')
  const ledger = {
    v: 1,
    instance: '01hgw2bbg0000001',
    issued: 60_000,
    at: 1_767_323_045_678,
    dropped: { 'memory-full': 20_000 },
    droppedRanges: { 'memory-full': ranges },
    spooledRanges: ranges,
  }
  const [item] = await create(stream, { one: { millrace: { ledger } } })
  expect(item!.status).toBe(201)
  expect(await count(stream, { term: { 'millrace.ledger.instance': ledger.instance } })).toBe(1)
  expect(await count(stream, { range: { 'millrace.ledger.issued': { gte: 60_000 } } })).toBe(1)
  const { body } = await store.request({ method: 'POST', path: `/${stream}/_search` })
  expect(body).toMatchObject({ hits: { hits: [{ _source: { millrace: { ledger } } }] } })
})

test('zipped bodies are taken as well', async () => {
  const zipping = createElasticStore({
    nodes: [inject('stack').elasticsearch],
    compression: 'gzip',
  })
  const line = JSON.stringify({ '@timestamp': '2026-01-02T03:04:05Z', message: 'hi'.repeat(500) })
  const target = { create: { _index: newDataStream(), _id: 'one' } }
  const answer = await zipping.bulk(`${JSON.stringify(target)}\n${line}\n`)
  await zipping.close()
  expect(answer.items[0]!['create']!.status).toBe(201)
})

test('a data stream knows by which release its newest backing index was made', async () => {
  const stream = newDataStream()
  await create(stream, { one: {} })
  await store.request({ method: 'POST', path: `/${stream}/_rollover` })
  const nodes = [inject('stack').elasticsearch]
  const connection = new Connection(parseSettings({ nodes }), systemClock)
  const current = await dataStreamsWithOtherMappings(connection, currentDefinitionHash())
  const other = await dataStreamsWithOtherMappings(connection, 'of another release')
  await connection.close()
  expect(current).not.toContain(stream)
  expect(other).toContain(stream)
})

test('malformed bodies are refused as a whole with 400', async () => {
  const refused = await store.bulk('not json\n').catch((error: unknown) => error)
  expect(refused).toMatchObject({ code: 'MILLRACE_BULK_REFUSED', context: { status: 400 } })
})
