// Search against a real Kafka and a real Elasticsearch, through a real indexer.
import { describe, expect, it } from 'vitest'
import { ask } from '../../../../test/e2e/support/documents.ts'
import type {
  EventAnswer,
  ExplainAnswer,
  FieldsAnswer,
  HistogramAnswer,
  SearchAnswer,
  TraceAnswer,
  ValuesAnswer,
} from '../../server/api.mts'
import { publishLines, startConsoleScene } from '../support/console.ts'
import { call, own, untilFound } from './support.ts'

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'

describe('search', () => {
  it('finds, counts, pages, and tells of one event its document, trace, way and explanation', async () => {
    const console = await startConsoleScene()
    const { url, scene } = console
    const ids = await publishLines(scene, [
      {
        service: 'orders',
        level: 'info',
        message: 'order placed',
        traceId,
        agoMs: 30,
        more: { customerId: 'c-41', tries: 1 },
      },
      {
        service: 'payments',
        level: 'error',
        message: 'card declined: <b>no</b>',
        traceId,
        agoMs: 20,
        more: { customerId: 'c-42', tries: 2 },
      },
      {
        service: 'orders',
        level: 'warn',
        message: 'order cancelled, card declined',
        traceId,
        agoMs: 10,
      },
      { service: 'catalogue', level: 'info', message: 'cache is warm' },
    ])
    await untilFound(console, 4)

    const first = await call<SearchAnswer>(url, '/api/search', {
      query: { ...own(console), size: '3' },
    })
    expect(first.rows.map(({ id }) => id)).toEqual([ids[3], ids[2], ids[1]])
    expect(first.rows[2]).toMatchObject({
      service: 'payments',
      level: 'error',
      message: 'card declined: <b>no</b>',
      format: 'pino',
      traceId,
    })
    const rest = await call<SearchAnswer>(url, '/api/search', {
      query: { ...own(console), size: '3', after: first.next!, from: first.from, to: first.to },
    })
    expect([rest.rows.map(({ id }) => id), rest.next]).toEqual([[ids[0]], undefined])

    const { buckets } = await call<HistogramAnswer>(url, '/api/search/histogram', {
      query: own(console),
    })
    const sum = (level: 'info' | 'warn' | 'error') =>
      buckets.reduce((total, { levels }) => total + (levels[level] ?? 0), 0)
    expect([sum('info'), sum('warn'), sum('error')]).toEqual([2, 1, 1])

    const { fields, sampled } = await call<FieldsAnswer>(url, '/api/search/fields', {
      query: own(console),
    })
    expect(sampled).toBe(4)
    expect(fields).toContainEqual({
      name: 'attributes.customerId',
      type: 'flattened',
      events: 2,
      isCountable: true,
    })
    expect(fields).toContainEqual({
      name: 'service.name',
      type: 'keyword',
      events: 4,
      isCountable: true,
    })
    const counted = { ...own(console), field: 'attributes.customerId' }
    const { values } = await call<ValuesAnswer>(url, '/api/search/values', { query: counted })
    expect(values.map(({ value, count }) => [value, count])).toEqual([
      ['c-41', 1],
      ['c-42', 1],
    ])
    const narrowed = await call<SearchAnswer>(url, '/api/search', {
      query: own(console, values[1]!.filter),
    })
    expect(narrowed.rows.map(({ id }) => id)).toEqual([ids[1]])

    const event = await call<EventAnswer>(url, `/api/events/${ids[1]}`)
    expect(event.document).toMatchObject({
      message: 'card declined: <b>no</b>',
      attributes: { customerId: 'c-42' },
    })
    expect(event.path).toMatchObject({ place: { topic: scene.topic }, sequence: 2 })
    expect(event.path.toKafkaMs).toBeGreaterThanOrEqual(0)
    expect(event.path.toElasticsearchMs).toBeGreaterThanOrEqual(0)
    expect(event.traceId).toBe(traceId)

    const trace = await call<TraceAnswer>(url, `/api/traces/${traceId}`, {
      query: { around: new Date().toISOString() },
    })
    const rows = trace.rows.filter(({ dataset }) => dataset === scene.dataset)
    expect(rows.map(({ id }) => id)).toEqual(ids.slice(0, 3))
    expect(trace.services).toEqual(expect.arrayContaining(['orders', 'payments']))

    const explained = await call<ExplainAnswer>(url, `/api/events/${ids[1]}/explain`)
    expect(explained.place).toEqual(event.path.place)
    expect(explained.line.text).toContain('"customerId":"c-42"')
    expect(explained.recognized).toContain('pino')
    expect(explained.fields).toContainEqual({
      path: 'message',
      value: 'card declined: <b>no</b>',
      origin: 'from msg',
    })
  })

  it('means by a filter what Elasticsearch’s own KQL means by it', async () => {
    const console = await startConsoleScene()
    const { url, scene } = console
    await publishLines(scene, [
      {
        service: 'orders',
        level: 'info',
        message: 'order placed',
        more: { customerId: 'c-41', 'http.response.status_code': 201 },
      },
      {
        service: 'orders',
        level: 'error',
        message: 'could not connect to payments',
        more: { customerId: 'c-42' },
      },
      { service: 'payments', level: 'warn', message: 'connection refused (again)', traceId },
      {
        service: 'payments',
        level: 'debug',
        message: 'says "hello": a*b',
        more: { customerId: '*' },
      },
    ])
    await untilFound(console, 4)
    const filters = [
      '*',
      'log.level: error',
      'log.level: (error or warn)',
      'log.level: (not error and not warn)',
      'not log.level: error',
      'log.level: error or service.name: payments and log.level: warn',
      '(log.level: error or service.name: payments) and log.level: warn',
      'service.name: order*',
      'service.name: *ment*',
      'service.name: Order*',
      'message: "could not connect"',
      'message: connect refused',
      'message: conn*',
      'message: "connection refused (again)"',
      'could connect',
      '"order placed"',
      'refused',
      'pay*',
      'trace.id: *',
      'not trace.id: *',
      `trace.id: ${traceId}`,
      'attributes.customerId: c-42',
      'attributes.customerId: *',
      'attributes.customerId: "*"',
      'attributes.customerId: \\*',
      'event.sequence >= 2 and event.sequence < 4',
      'event.sequence: 2',
      'event.sequence: x',
      '@timestamp > "2020-01-01"',
      '@timestamp < "2020-01-01T00:00:00Z"',
      'service.na*: orders',
      'nothing.there: 1',
      'says \\"hello\\"',
    ]
    const range = { range: { '@timestamp': { gte: 'now-15m' } } }
    const dataset = { term: { 'data_stream.dataset': scene.dataset } }
    const wrong: object[] = []
    for (const filter of filters) {
      const { rows } = await call<SearchAnswer>(url, '/api/search', {
        query: { filter: `data_stream.dataset: "${scene.dataset}" and (${filter})` },
      })
      const judged = await ask(scene.elasticsearch, `/logs-${scene.dataset}-*/_search`, {
        query: { bool: { filter: [range, dataset, { kql: { query: filter } }] } },
        _source: false,
      })
      const { hits } = judged['hits'] as { hits: { _id: string }[] }
      const [ours, theirs] = [rows.map(({ id }) => id), hits.map(({ _id }) => _id)].map((ids) =>
        ids.toSorted(),
      )
      if (JSON.stringify(ours) !== JSON.stringify(theirs)) wrong.push({ filter, ours, theirs })
    }
    expect(wrong).toEqual([])
  })
})
