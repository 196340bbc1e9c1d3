import { BulkRequestError } from '@millrace/foundation'
import { describe, expect, it } from 'vitest'
import { ManualClock } from '../../../../test/support/manual-clock.ts'
import { discoverUrl } from '../../server/kibana-url.mts'
import { lineOf } from '../../server/record-bytes.mts'
import { eventRow } from '../../server/rows.mts'
import { cutDocument, textCharactersMax } from '../../server/search/cut-document.mts'
import { leafNames } from '../../server/search/fields.mts'
import { intervalFor, searchHistogram } from '../../server/search/histogram.mts'
import { LogStore } from '../../server/search/log-store.mts'
import { searchRows } from '../../server/search/rows.mts'
import { resolveScope } from '../../server/search/scope.mts'

const nowMs = Date.parse('2026-01-02T03:04:05.000Z')
const known = { names: ['log.level'], typeOf: () => 'keyword', isCountable: () => true }
const fields = { read: () => Promise.resolve(known) }

describe('a scope', () => {
  it.each<[string | undefined, string | undefined, string, string]>([
    [undefined, undefined, '2026-01-02T02:49:05.000Z', '2026-01-02T03:04:05.000Z'],
    ['now-1h', 'now-30m', '2026-01-02T02:04:05.000Z', '2026-01-02T02:34:05.000Z'],
    [
      '2026-01-01',
      '2026-01-01T12:00:00+01:00',
      '2026-01-01T00:00:00.000Z',
      '2026-01-01T11:00:00.000Z',
    ],
  ])('from %s to %s', async (from, to, expectedFrom, expectedTo) => {
    const scope = await resolveScope(
      { ...(from !== undefined && { from }), ...(to !== undefined && { to }) },
      { fields, nowMs },
    )
    expect([scope.from, scope.to]).toEqual([expectedFrom, expectedTo])
  })

  it.each([
    [{ from: 'yesterday' }, '"from" must be a time'],
    [{ to: '2026-13-45' }, '"to" must be a time'],
    [{ from: 'now', to: 'now-1h' }, '"from" must be before "to"'],
    [{ filter: 'level: (' }, 'a field or a value was expected'],
  ])('%j is refused', async (scope, problem) => {
    await expect(resolveScope(scope, { fields, nowMs })).rejects.toThrow(problem)
  })

  it('has its filter in full for Kibana', async () => {
    const scope = await resolveScope({ filter: 'level:error and service:a' }, { fields, nowMs })
    expect(scope.kql).toBe('log.level: error and service.name: a')
    const url = discoverUrl({ url: 'https://kibana.example.com/base/', space: 'ops' }, scope)
    expect(url).toMatch(/^https:\/\/kibana\.example\.com\/base\/s\/ops\/app\/discover#\/\?_g=/)
    expect(decodeURIComponent(url)).toContain(
      "query:(language:kuery,query:'log.level: error and service.name: a')",
    )
  })

  it('escapes what the address of Kibana would take for its own', () => {
    const scope = { from: 'a', to: 'b', kql: 'message: "it\'s!"&x#y' }
    const url = discoverUrl({ url: 'http://k', space: 'default' }, scope)
    expect(url).not.toContain('&x')
    expect(decodeURIComponent(url)).toContain("query:'message: \"it!'s!!\"&x#y'")
  })
})

type Request = Parameters<ConstructorParameters<typeof LogStore>[0]['request']>[0]

/** A store of numbered events, newest first, that refuses answers of more than `largest` hits. */
function storeOf(events: number, largest = Infinity) {
  const sizes: number[] = []
  const request = ({ body }: Request) => {
    const { size, search_after: after } = body as { size: number; search_after?: number[] }
    sizes.push(size)
    if (size > largest) {
      throw new BulkRequestError('MILLRACE_BULK_UNREACHABLE', 'too large', {
        context: { reason: 'answer' },
      })
    }
    const start = after === undefined ? 0 : after[0]! + 1
    const hits = Array.from(
      { length: Math.min(size, Math.max(0, events - start)) },
      (_, index) => ({
        _id: String(start + index),
        _index: '.ds-logs-app-default-000001',
        _source: {},
        sort: [start + index, 0, 'x'],
      }),
    )
    const answer = {
      took: 1,
      timed_out: false,
      hits: { total: { value: events, relation: 'eq' }, hits },
    }
    return Promise.resolve({ status: 200, body: answer as never })
  }
  return { store: new LogStore({ request }), sizes }
}

describe('rows', () => {
  it('come page by page, none twice and none left out', async () => {
    const { store } = storeOf(25)
    const scope = await resolveScope({}, { fields, nowMs })
    const seen: string[] = []
    let after: string | undefined
    do {
      const page = await searchRows(store, scope, {
        size: 10,
        ...(after !== undefined && { after }),
      })
      seen.push(...page.rows.map(({ id }) => id))
      after = page.next
    } while (after !== undefined)
    expect(seen).toEqual(Array.from({ length: 25 }, (_, index) => String(index)))
  })

  it('so long that they do not fit into one answer are asked for in parts', async () => {
    const { store, sizes } = storeOf(25, 3)
    const scope = await resolveScope({}, { fields, nowMs })
    const { rows } = await searchRows(store, scope, { size: 10 })
    expect(rows.map(({ id }) => id)).toEqual(
      Array.from({ length: 10 }, (_, index) => String(index)),
    )
    expect(Math.max(...sizes.slice(2))).toBeLessThanOrEqual(5)
  })

  it.each([
    'x',
    Buffer.from('[1]').toString('base64url'),
    Buffer.from('[{},1,2]').toString('base64url'),
  ])('go on after what an answer said and after nothing else: %s', async (after) => {
    const scope = await resolveScope({}, { fields, nowMs })
    await expect(searchRows(storeOf(1).store, scope, { size: 1, after })).rejects.toThrow('"after"')
  })

  it('wait for a data stream that comes into being, and say so of one that stays away', async () => {
    const clock = new ManualClock()
    let requests = 0
    const away = new BulkRequestError('MILLRACE_BULK_UNREACHABLE', 'no shard', {
      retryable: true,
      context: { status: 503 },
    })
    const request = () => {
      requests += 1
      if (requests !== 4) throw away
      return Promise.resolve({ status: 200, body: { hits: { hits: [] } } as never })
    }
    const store = new LogStore({ request }, clock)
    const found = store.search({ body: {} })
    await clock.advance(2_000)
    expect((await found).hits.hits).toEqual([])
    const refused = store.search({ body: {} }).catch((error: unknown) => error)
    await clock.advance(10_000)
    expect(await refused).toBe(away)
    expect(requests).toBe(24)
    requests = 1
    const types = store.fieldTypes()
    await clock.advance(2_000)
    expect(await types).toEqual({})
    expect(requests).toBe(4)
  })

  it('are small whatever the line holds', () => {
    const long = 'x'.repeat(1_000_000)
    const hostile = {
      '@timestamp': '2026-01-02T03:04:05.678Z',
      message: `<script>${long}`,
      service: { name: long },
      log: { level: long },
      url: { path: long },
      http: { request: { method: 'GET' } },
    }
    const row = eventRow(long, hostile)
    expect(JSON.stringify(row).length).toBeLessThan(4_000)
    expect(row).toMatchObject({ messageCharacters: 1_000_008 })
    expect(row).not.toHaveProperty('level')
  })

  it('say what the message does not: method, path, status, duration', () => {
    const document = {
      message: 'request completed',
      http: { request: { method: 'POST' }, response: { status_code: 201 } },
      url: { path: '/orders' },
      event: { duration: 12_345_678 },
    }
    expect(eventRow('1', document).detail).toBe('POST /orders 201 · 12 ms')
    expect(eventRow('1', {}).detail).toBeUndefined()
  })
})

describe('a histogram', () => {
  it.each([
    [15 * 60_000, 60, 15_000],
    [60_000, 60, 1_000],
    [7 * 86_400_000, 60, 3 * 3_600_000],
    [100, 60, 2],
    [100 * 365 * 86_400_000, 10, 10 * 365 * 86_400_000],
  ])('of %d ms in at most %d buckets has buckets of %d ms', (spanMs, wanted, expected) => {
    expect(intervalFor(spanMs, wanted)).toBe(expected)
  })

  it('has no gaps, and tells what has no level apart', async () => {
    const scope = await resolveScope({ from: 'now-1m' }, { fields, nowMs })
    const at = nowMs - 30_000
    const body = {
      hits: { hits: [] },
      aggregations: {
        times: {
          buckets: [
            {
              key: at,
              doc_count: 5,
              levels: {
                buckets: [
                  { key: 'error', doc_count: 2 },
                  { key: 'odd', doc_count: 1 },
                ],
              },
            },
          ],
        },
      },
    }
    const store = new LogStore({
      request: () => Promise.resolve({ status: 200, body: body as never }),
    })
    const { buckets, intervalMs } = await searchHistogram(store, scope, 60)
    expect([buckets.length, intervalMs]).toEqual([60, 1_000])
    expect(buckets.filter(({ total }) => total > 0)).toEqual([
      { at, total: 5, levels: { error: 2, none: 3 } },
    ])
  })
})

describe('a whole document', () => {
  it('has its long texts cut, and their true lengths told', () => {
    const document = { message: 'x'.repeat(100_000), deep: [{ text: 'y'.repeat(70_000) }], n: 1 }
    const { document: small, cut } = cutDocument(document)
    expect((small['message'] as string).length).toBe(textCharactersMax)
    expect(cut).toEqual({ message: 100_000, 'deep.0.text': 70_000 })
    expect(small['n']).toBe(1)
  })

  it('stays small even of many long texts, and of endless depth', () => {
    const many = Object.fromEntries(
      Array.from({ length: 100 }, (_, index) => [`t${index}`, 'x'.repeat(60_000)]),
    )
    expect(JSON.stringify(cutDocument(many).document).length).toBeLessThan(1_100_000)
    let deep: object = {}
    for (let level = 0; level < 5_000; level++) deep = { deep }
    expect(JSON.stringify(cutDocument(deep).document)).toContain('…')
  })

  it('has names that are no members of ours as members', () => {
    const hostile = JSON.parse('{"__proto__":{"polluted":true},"constructor":1}') as object
    const { document } = cutDocument(hostile)
    expect(Object.keys(document)).toEqual(['__proto__', 'constructor'])
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
  })

  it('has a name for every leaf', () => {
    const names = leafNames({ a: 1, b: { c: [1, 2], d: [{ e: 1 }, { f: {} }] }, g: null })
    expect([...names].toSorted()).toEqual(['a', 'b.c', 'b.d.e', 'g'])
  })
})

describe('the bytes of a record', () => {
  it('are text where they are text, never half a character', () => {
    const line = lineOf(Buffer.from('aé😀'.repeat(10)), 5)
    expect(line).toEqual({ text: 'aé😀a', encoding: 'utf8', bytes: 70, isCut: true })
    expect(lineOf(Buffer.from('short'), 100)).toEqual({
      text: 'short',
      encoding: 'utf8',
      bytes: 5,
      isCut: false,
    })
  })

  it('are base64 where they are none', () => {
    expect(lineOf(Buffer.from([0xff, 0]), 100)).toMatchObject({ text: '/wA=', encoding: 'base64' })
  })
})
