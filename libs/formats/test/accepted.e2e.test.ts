import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { type BulkAnswer, createElasticStore } from '@millrace/elastic'
import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest'
import { type NormalizedEvent, RecordNormalizer } from '../src/index.ts'
import { adversarialBytes, adversarialHeaders, streamHeaders } from './support/adversarial-lines.ts'

const store = createElasticStore({
  nodes: [inject('stack').elasticsearch],
  requestTimeoutMs: 120_000,
})
const receivedAtMs = Date.parse('2026-01-02T03:04:05.678Z')
const dataset = `accepted_${randomBytes(5).toString('hex')}`
const normalizer = new RecordNormalizer({ clusterId: dataset, dataset })
let offset = 0

beforeAll(async () => {
  await store.installTemplates()
})

afterAll(() => store.close())

function normalize(value: Uint8Array, headers: Record<string, Uint8Array> = {}): NormalizedEvent[] {
  offset++
  const record = { topic: dataset, partition: 0, offset, key: null, value, headers }
  const outcome = normalizer.normalize(record, receivedAtMs)
  expect(outcome.rejections).toEqual([])
  return outcome.events
}

/** 429 is no verdict on a document: other tests fill the memory that this server lends to indexing. */
function whenThereIsRoom(send: () => Promise<BulkAnswer>): Promise<BulkAnswer> {
  return vi.waitFor(
    async () => {
      const answer = await send()
      expect(answer.items.some((item) => item['create']!.status === 429)).toBe(false)
      return answer
    },
    { timeout: 90_000, interval: 500 },
  )
}

/** What Elasticsearch did not take, with its reason and the document. */
async function refusals(events: readonly NormalizedEvent[]): Promise<string[]> {
  const refused: string[] = []
  for (let start = 0; start < events.length; start += 500) {
    const part = events.slice(start, start + 500)
    const body = part
      .map(({ id, dataStream, document }) => {
        const action = JSON.stringify({ create: { _index: dataStream, _id: id } })
        return `${action}\n${JSON.stringify(document)}\n`
      })
      .join('')
    const answer = await whenThereIsRoom(() => store.bulk(body))
    answer.items.forEach((item, index) => {
      const verdict = item['create']!
      if (
        verdict.status === 201 &&
        !('failure_store' in verdict && verdict.failure_store === 'used')
      )
        return
      const text = JSON.stringify(part[index]!.document).slice(0, 2000)
      refused.push(`${verdict.status} ${JSON.stringify(verdict.error)} ${text}`)
    })
  }
  return refused
}

test('Elasticsearch takes the document of every fixture', async () => {
  const root = new URL('../../../test/fixtures/formats/', import.meta.url)
  const events: NormalizedEvent[] = []
  for (const format of readdirSync(root).filter((name) => !name.endsWith('.md'))) {
    for (const file of readdirSync(new URL(`${format}/`, root))) {
      if (!/\.(log|bin)$/.test(file)) continue
      const bytes = readFileSync(new URL(`${format}/${file}`, root))
      if (file.endsWith('.bin')) events.push(...normalize(bytes))
      else
        for (const line of bytes.toString('latin1').split('\n'))
          events.push(...normalize(Buffer.from(line, 'latin1')))
    }
  }
  expect(events.length).toBeGreaterThan(100)
  expect(await refusals(events)).toEqual([])
})

test('Elasticsearch takes 5,000 documents of lines that were made to break them', async () => {
  const records = fc.sample(fc.tuple(adversarialBytes, adversarialHeaders), {
    numRuns: 5000,
    seed: 1767323045,
  })
  const events = records.flatMap(([bytes, headers]) => normalize(bytes, headers))
  expect(events).toHaveLength(5000)
  expect(await refusals(events)).toEqual([])
})

test('Elasticsearch takes any name of a dataset or namespace, made fit', async () => {
  const hostile = fc.sample(streamHeaders, { numRuns: 30, seed: 7 })
  const long = {
    dataset: Buffer.from(`${dataset}${'é'.repeat(300)}`),
    namespace: Buffer.from('É'.repeat(300)),
  }
  const events = [...hostile, long].flatMap((headers) => normalize(Buffer.from('named'), headers))
  try {
    expect(await refusals(events)).toEqual([])
  } finally {
    for (const name of new Set(events.map(({ dataStream }) => dataStream))) {
      if (name === 'logs-app-default') continue
      await store.request({
        method: 'DELETE',
        path: `/_data_stream/${encodeURIComponent(name)}`,
        acceptStatuses: [400, 404, 405],
      })
    }
  }
})

test('Elasticsearch takes lines of 10 MB and 10,000 levels', async () => {
  const long = 'ab 語 '.repeat(1_600_000)
  const lines = [
    long,
    'x'.repeat(10_000_000),
    JSON.stringify({ level: 30, time: 1_767_323_045_123, msg: long }),
    JSON.stringify({
      level: 30,
      time: 1_767_323_045_123,
      msg: 'x',
      field: long,
      [long.slice(0, 100_000)]: 1,
    }),
    `{"level":30,"msg":"x","deep":${'['.repeat(10_000)}${']'.repeat(10_000)}}`,
    `{"level":30,"msg":"x","deep":${'{"a":'.repeat(10_000)}12345678901234567890${'}'.repeat(10_000)}}`,
    `{"level":30,"msg":"x","n":${'9'.repeat(5_000)}}`,
    JSON.stringify(
      Object.fromEntries(Array.from({ length: 50_000 }, (_, key) => [`key${key}`, key])),
    ),
  ]
  for (const line of lines) {
    const refused = await refusals(normalize(Buffer.from(line)))
    expect(refused.map((text) => text.slice(0, 1000))).toEqual([])
  }
})
