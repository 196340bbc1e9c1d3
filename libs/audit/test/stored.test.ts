import { encodeLedger } from '@millrace/envelope'
import { AuditError, BulkRequestError } from '@millrace/foundation'
import { describe, expect, it } from 'vitest'
import { createStoredSources } from '../src/stored.ts'
import { ledgerOf } from './support/fake-sources.ts'
import { type Answer, type FakeStore, fakeStore, healthy, whole } from './support/fake-store.ts'

const clock = { sleep: () => Promise.resolve() }
const searches = ({ asked }: FakeStore) =>
  asked.filter(({ path }) => path.endsWith('/_search')).map(({ body }) => body as SearchBody)

interface SearchBody {
  search_after?: unknown[]
  query?: object
}

function store(search: Answer, other: Answer = (request) => healthy(request)!): FakeStore {
  return fakeStore((request) =>
    request.path.endsWith('/_search') ? search(request) : other(request),
  )
}

const page = (ids: readonly string[]) => ({
  body: {
    ...whole,
    hits: {
      hits: ids.map((id, index) => ({
        _id: id,
        _index: '.ds-logs-app-default-2026.01.02-000001',
        sort: [index],
      })),
    },
  },
})

describe('the search for each line', () => {
  it('goes on behind the last hit until nothing comes, in one moment that is closed at the end', async () => {
    const pages = [['a', 'b'], ['c'], []]
    const fake = store(() => page(pages.shift()!))
    const found: string[] = []
    const sources = createStoredSources({ store: fake, clock })
    await sources.indexed(undefined, (id, stream) => found.push(`${id} ${stream}`))
    expect(found).toEqual(['a', 'b', 'c'].map((id) => `${id} logs-app-default`))
    expect(searches(fake).map((body) => body.search_after)).toEqual([undefined, [1], [0]])
    expect(fake.asked.at(-1)).toMatchObject({ method: 'DELETE', path: '/_pit' })
    expect(fake.asked[0]!.path).toMatch(/_refresh$/)
  })

  it.each([
    ['a shard failed', { ...whole, _shards: { failed: 1 }, hits: { hits: [] } }],
    ['the time was over', { ...whole, timed_out: true, hits: { hits: [] } }],
    ['the answer does not say whether it is whole', { hits: { hits: [] } }],
  ])('gives no verdict when %s', async (_, body) => {
    const sources = createStoredSources({ store: store(() => ({ body })), clock })
    const reading = sources.indexed(undefined, () => {})
    await expect(reading).rejects.toThrow(AuditError)
    await expect(reading).rejects.toMatchObject({ code: 'MILLRACE_AUDIT_INCOMPLETE' })
  })

  it('gives no verdict when a refresh reached only a part, or is not allowed', async () => {
    const part = store(
      () => page([]),
      () => ({ body: { _shards: { failed: 1 } } }),
    )
    const sources = createStoredSources({ store: part, clock })
    await expect(sources.indexed(undefined, () => {})).rejects.toThrow('only')
    const refused = store(
      () => page([]),
      () => ({ status: 403, body: {} }),
    )
    const others = createStoredSources({ store: refused, clock })
    await expect(others.indexed(undefined, () => {})).rejects.toThrow('maintenance')
  })

  it('asks again for a page that was not answered, and no more often than it may', async () => {
    const busy = new BulkRequestError('MILLRACE_BULK_UNREACHABLE', 'busy', { retryable: true })
    const answers = [busy, busy, page(['a']), busy, page([])]
    const fake = store(() => answers.shift()!)
    const found: string[] = []
    const sources = createStoredSources({ store: fake, clock, triesMax: 3 })
    await sources.indexed(undefined, (id) => found.push(id))
    expect(found).toEqual(['a'])
    const always = store(() => busy)
    const given = createStoredSources({ store: always, clock, triesMax: 3 })
    await expect(given.indexed(undefined, () => {})).rejects.toBe(busy)
    expect(searches(always)).toHaveLength(3)
  })

  it('is for the wanted instances only, a bounded number in one query', async () => {
    const fake = store(() => page([]))
    const wanted = Array.from({ length: 10_001 }, (_, index) => `i${index}`)
    await createStoredSources({ store: fake, clock }).indexed(wanted, () => {})
    const terms = searches(fake).map(
      ({ query }) => (query as { terms: { 'agent.ephemeral_id': string[] } }).terms,
    )
    expect(terms.map((each) => each['agent.ephemeral_id'].length)).toEqual([10_000, 1])
  })
})

describe('the second look at double ids', () => {
  it('keeps those that are there twice', async () => {
    const pages = [page(['a', 'b', 'a']), page([])]
    const fake = store(() => pages.shift()!)
    const double = await createStoredSources({ store: fake, clock }).stillDouble(['a', 'b', 'c'])
    expect([...double]).toEqual(['a'])
  })
})

describe('ledgers', () => {
  const instance = '01h2xcejqtf2nbrx'
  const ledger = ledgerOf(instance, { issued: 5, at: 7 })
  const document = {
    millrace: { ledger: JSON.parse(encodeLedger(ledger).toString()) as object, topic: 'logs' },
    service: { name: 'orders' },
    host: { name: 'web-1' },
    event: { ingested: '2026-01-02T03:04:05.678Z' },
  }

  it('are read with what stands beside them; a document that is none is passed over', async () => {
    const hits = [
      { _source: document, sort: [0] },
      { _source: { millrace: {} }, sort: [1] },
    ]
    const pages = [{ body: { ...whole, hits: { hits } } }, page([])]
    const taken: unknown[] = []
    const sources = createStoredSources({ store: store(() => pages.shift()!), clock })
    await sources.ledgers({}, (each, source) => taken.push([each, source]))
    const source = { service: 'orders', host: 'web-1', topic: 'logs', takenAt: 1_767_323_045_678 }
    expect(taken).toEqual([[ledger, source]])
  })

  it('of an instance that was heard of since then are all read, the older ones too', async () => {
    const buckets = { buckets: [{ key: { instance } }] }
    const fake = store(({ body }) =>
      'aggs' in (body as object)
        ? { body: { ...whole, aggregations: { instances: buckets } } }
        : page([]),
    )
    await createStoredSources({ store: fake, clock }).ledgers({ sinceMs: 5 }, () => {})
    const [first, second] = searches(fake)
    expect(JSON.stringify(first)).toContain('"gte":5')
    expect(JSON.stringify(second)).toContain(instance)
    expect(JSON.stringify(second)).not.toContain('gte')
  })
})

describe('the horizon', () => {
  it('is the oldest backing index of a stream whose first generation is gone', async () => {
    const settings = (createdAt: number) => ({
      settings: { index: { creation_date: String(createdAt) } },
    })
    const body = {
      '.ds-logs-app-default-2026.01.03-000003': settings(300),
      '.ds-logs-app-default-2026.01.02-000002': settings(200),
      '.ds-logs-whole-default-2026.01.02-000001': settings(100),
      'partial-.ds-logs-cold-default-2026.01.02-000004': settings(400),
      '.ds-metrics-millrace.ledger-default-2026.01.02-000002': settings(250),
      'logs-by-hand': settings(50),
    }
    const fake = fakeStore(() => ({ body }))
    const { streams, ledgers } = await createStoredSources({ store: fake, clock }).horizons()
    expect(Object.fromEntries(streams)).toEqual({
      'logs-app-default': 200,
      'logs-cold-default': 400,
    })
    expect(ledgers).toBe(250)
  })
})
