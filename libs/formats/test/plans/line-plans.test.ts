import { expect, test } from 'vitest'
import {
  type NormalizedEvent,
  RecordNormalizer,
  type RecordNormalizerOptions,
} from '../../src/index.ts'
import { planMachine } from '../../src/plans/plan-machine.ts'
import { PlannedEvent } from '../../src/plans/planned-event.ts'

/** As the plan machine has it. */
const waysMax = 64

const receivedAtMs = Date.parse('2026-01-02T03:04:05.678Z')
const timeMs = Date.parse('2026-01-02T03:04:05.123Z')

interface Fed extends Partial<Parameters<RecordNormalizer['normalize']>[0]> {
  facts?: Record<string, unknown>
}

function feeder(options: Partial<RecordNormalizerOptions> = {}) {
  const normalizer = new RecordNormalizer({ clusterId: 'plans', ...options })
  let offset = 0
  return (line: unknown, { facts, ...record }: Fed = {}): NormalizedEvent => {
    const text = typeof line === 'string' ? line : JSON.stringify(line)
    const { events } = normalizer.normalize(
      {
        topic: 'logs',
        partition: 0,
        offset: offset++,
        timestampMs: timeMs,
        key: null,
        value: Buffer.from(text),
        headers: facts === undefined ? {} : { millrace: Buffer.from(JSON.stringify(facts)) },
        ...record,
      },
      receivedAtMs,
    )
    return events[0]!
  }
}

function isPlanned(event: NormalizedEvent): boolean {
  return event instanceof PlannedEvent
}

const line = (msg: string): Record<string, unknown> => ({ level: 30, time: timeMs, pid: 7, msg })

test('the second line with the same keys is written by plan, with its own values', () => {
  const feed = feeder()
  expect(isPlanned(feed(line('one')))).toBe(false)
  const second = feed({ ...line('two'), pid: 8, time: timeMs + 1 })
  expect(isPlanned(second)).toBe(true)
  expect(second.document).toMatchObject({
    '@timestamp': '2026-01-02T03:04:05.124Z',
    message: 'two',
    process: { pid: 8 },
    log: { level: 'info' },
    millrace: { format: 'pino' },
  })
  expect(second.documentText).toBe(JSON.stringify(second.document))
})

test('each record has its own id and times in the document, whatever the plan was made from', () => {
  const feed = feeder()
  const facts = { v: 1, format: 'pino', 'service.name': 'shop' }
  feed(line('one'), { facts, key: Buffer.from('06dfk3a4c0000000-00000001') })
  const second = feed(line('two'), {
    facts,
    key: Buffer.from('06dfk3a4c0000001-0000000z'),
    timestampMs: timeMs + 5,
  })
  expect(isPlanned(second)).toBe(true)
  expect(second.id).toBe('06dfk3a4c0000001-0000000z')
  expect(second.document).toMatchObject({
    event: {
      id: '06dfk3a4c0000001-0000000z',
      sequence: 35,
      created: '2026-01-02T03:04:05.128Z',
      ingested: '2026-01-02T03:04:05.678Z',
    },
    agent: { ephemeral_id: '06dfk3a4c0000001' },
  })
})

test('a line of another level or another source is not written by the same plan', () => {
  const feed = feeder()
  feed(line('one'))
  expect(feed({ ...line('two'), level: 50 }).document).toMatchObject({ log: { level: 'error' } })
  const facts = { v: 1, format: 'pino', 'service.name': 'shop' }
  const key = Buffer.from('06dfk3a4c0000000-00000001')
  expect(feed(line('three'), { facts, key }).document).toMatchObject({ service: { name: 'shop' } })
  expect(isPlanned(feed(line('four')))).toBe(true)
})

test.each([
  ['a colour in the message', { msg: '\u001b[31mred' }],
  ['an escape that JSON.stringify does not write', '"msg":"\\u0041"'],
  ['a number past 2^53', '"n":9007199254740993'],
  ['a number that is written otherwise', '"n":1.50'],
  ['a time two days ahead', { time: receivedAtMs + 2 * 86_400_000 }],
  ['a lone surrogate', '"msg":"\\ud800"'],
])('%s is read by the rules although there is a plan', (_, odd) => {
  const feed = feeder()
  const usual = { ...line('one'), n: 1 }
  feed(usual)
  expect(isPlanned(feed(usual))).toBe(true)
  const text =
    typeof odd === 'string'
      ? JSON.stringify(usual).replace(/"msg":"one"|"n":1/g, (member) =>
          member.startsWith(odd.slice(0, 4)) ? odd : member,
        )
      : JSON.stringify({ ...usual, ...odd })
  expect(text).not.toBe(JSON.stringify(usual))
  const event = feed(text)
  expect(isPlanned(event)).toBe(false)
  expect(isPlanned(feed(usual))).toBe(true)
})

test.each([
  ['a key that occurs twice', '{"level":30,"time":1767323045123,"msg":"m","a":"1","a":"2"}'],
  ['two times', { ...line('m'), ts: timeMs }],
  [
    'a stack whose class is nowhere else',
    { ...line('m'), err: { stack: 'E: x\n    at f (a:1:1)' } },
  ],
  [
    'nesting past what plans follow',
    `{"level":30,"time":1767323045123,"msg":"m","a":${'{"a":'.repeat(9)}1${'}'.repeat(10)}`,
  ],
  [
    'more values than a plan has room for',
    { ...line('m'), list: Array.from({ length: 70 }, String) },
  ],
  ['a line past the longest that is planned', line('m'.repeat(8001))],
  ['a request target that is no path', { ...line('m'), req: { url: 'http://a.example/' } }],
])('%s has no plan', (_, odd) => {
  const feed = feeder()
  const first = feed(odd)
  const second = feed(odd)
  expect(isPlanned(second)).toBe(false)
  expect({ ...second.document, event: 0 }).toEqual({ ...first.document, event: 0 })
})

test('a request that pino-http logged is written by plan, credentials masked', () => {
  const feed = feeder()
  const request = (url: string, cookie: string) => ({
    ...line('request completed'),
    req: { method: 'GET', url, remoteAddress: '::1', headers: { cookie } },
    res: { statusCode: 200 },
    responseTime: 1.5,
  })
  feed(request('/a?b=c', 'secret-1'))
  const second = feed(request('/orders/7?x=%20', 'secret-2'))
  expect(isPlanned(second)).toBe(true)
  expect(second.documentText).not.toContain('secret')
  expect(second.document).toMatchObject({
    url: { original: '/orders/7?x=%20', path: '/orders/7', query: 'x=%20' },
    client: { address: '::1', ip: '::1' },
    event: { duration: 1_500_000 },
    http: { response: { status_code: 200 } },
  })
})

test('a line of a format of the user is never written by plan', () => {
  const own = {
    name: 'own',
    shape: 'json',
    recognize: ({ json }) => (json?.object['msg'] === 'mine' ? true : undefined),
    normalize: (_parsed, draft) => draft.put('message', 'read by the own format'),
  } satisfies NonNullable<RecordNormalizerOptions['formats']>[number]
  const feed = feeder({ formats: [own] })
  feed(line('one'))
  feed(line('two'))
  expect(feed(line('mine')).document['message']).toBe('read by the own format')
})

test('no more lessons are taken than were paid for by lines that plans wrote', () => {
  const feed = feeder({ plans: { lessonsAtFirst: 1, usesPerLesson: 3 } })
  const other = { ...line('m'), other: 1 }
  feed(line('one'))
  feed(other)
  expect(isPlanned(feed(other))).toBe(false)
  for (let use = 1; use <= 3; use++) expect(isPlanned(feed(line('again')))).toBe(true)
  expect(isPlanned(feed(other))).toBe(false)
  expect(isPlanned(feed(other))).toBe(true)
})

test('one plan more than are kept, and all but that one are forgotten', () => {
  const feed = feeder({ plans: { plansMax: 2 } })
  const keyed = (key: string) => ({ ...line('m'), [key]: 1 })
  feed(keyed('a'))
  feed(keyed('b'))
  expect(isPlanned(feed(keyed('a')))).toBe(true)
  feed(keyed('c'))
  expect(isPlanned(feed(keyed('c')))).toBe(true)
  expect(isPlanned(feed(keyed('a')))).toBe(false)
})

test('without plans, every line is read by the rules', () => {
  const feed = feeder({ plans: { plansMax: 0 } })
  feed(line('one'))
  expect(isPlanned(feed(line('two')))).toBe(false)
})

test('past the most ways to go on from one place, further ones have no plan', () => {
  const feed = feeder()
  const keyed = (key: number) => ({ ...line('m'), [`key${key}`]: 1 })
  for (let key = 0; key <= waysMax; key++) feed(keyed(key))
  expect(isPlanned(feed(keyed(waysMax - 1)))).toBe(true)
  const last = feed(keyed(waysMax))
  expect(isPlanned(last)).toBe(false)
  expect(last.document).toMatchObject({ attributes: { [`key${waysMax}`]: 1 } })
})

test('plans have a bound on their memory: all go when it is full, and lines are planned again', () => {
  const feed = feeder({ plans: { lessonsAtFirst: 1e6, plansMax: 1e6 } })
  const { generation } = planMachine()
  let key = 0
  const long = (): Record<string, unknown> => ({
    ...line('long'),
    [`${'k'.repeat(400)}${key++}`]: 1,
  })
  feed(line('one'))
  for (; planMachine().generation === generation;) feed(long())
  expect(key).toBeGreaterThan(1000)
  expect(isPlanned(feed(line('two')))).toBe(false)
  expect(isPlanned(feed(line('three')))).toBe(true)
})
