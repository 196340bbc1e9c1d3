import { formatEventId, mintInstanceId, offsetEventId } from '@millrace/envelope'
import { seededRandom } from '@millrace/foundation'
import { expect, test } from 'vitest'
import { runAudit } from '../src/index.ts'
import { fakeSources, ledgerOf } from './support/fake-sources.ts'

const nowMs = Date.UTC(2026, 0, 2, 3, 4, 5)
const instanceAt = (ageMs: number, seed: number): string =>
  mintInstanceId({ now: () => nowMs - ageMs }, seededRandom(seed))
const old = instanceAt(7_200_000, 1)
const young = instanceAt(600_000, 2)
const options = { topic: 'logs', group: 'indexers' }
const closed = { issued: 1, settled: 1, isClosed: true, at: nowMs - 60_000 }

test('the committed offsets come first, the ends after the ledgers, and the documents after the ends', async () => {
  const asked: string[] = []
  await runAudit(fakeSources({ nowMs, asked }), options)
  expect(asked.filter((each) => each !== 'horizons')).toEqual([
    'begin',
    'ledgers',
    'unread',
    'indexed',
    'deadLetterDocuments',
    'deadLetterRecords',
  ])
})

test('a line is looked for in the documents by its id and not by its place', async () => {
  const documents = [[formatEventId(old, 1)]] as [string][]
  const ledgers = [{ ledger: ledgerOf(old, { ...closed, issued: 2, settled: 2 }) }]
  const report = await runAudit(fakeSources({ nowMs, ledgers, documents }), options)
  expect(report.lostRuns).toEqual([
    { instance: old, firstId: formatEventId(old, 2), lastId: formatEventId(old, 2), count: 1 },
  ])
  expect(report.ok).toBe(false)
})

test('an id in two backing indices is double, unless an indexer has deleted one by the second look', async () => {
  const ids = [formatEventId(old, 1), formatEventId(old, 2), offsetEventId('0123456789ab', 3, 7)]
  const documents = [...ids, ...ids].map((id): [string] => [id])
  const world = { nowMs, documents }
  const report = await runAudit(fakeSources(world), options)
  expect(report).toMatchObject({ ok: false, duplicates: 3, duplicateIds: ids, indexed: 2 })
  const cleared = await runAudit(fakeSources({ ...world, clearedUp: ids }), options)
  expect(cleared).toMatchObject({ ok: true, duplicates: 0, duplicateIds: [] })
})

test('instances of another topic are left out with a note, for what is on its way there is not known', async () => {
  const ledgers = [{ ledger: ledgerOf(old, closed), source: { topic: 'other' } }]
  const documents = [[formatEventId(old, 9)]] as [string][]
  const report = await runAudit(fakeSources({ nowMs, ledgers, documents }), options)
  expect(report).toMatchObject({ ok: true, instances: 0 })
  expect(report.notes).toEqual([expect.stringContaining('--topic other')])
})

test('only the instances that were heard of since are judged, and those that have documents since', async () => {
  const ledgers = [old, young].map((each, index) => ({
    ledger: ledgerOf(each, { ...closed, at: nowMs - (index === 0 ? 7_000_000 : 500_000) }),
  }))
  const sources = { nowMs, ledgers }
  const since = await runAudit(fakeSources(sources), { ...options, sinceMs: nowMs - 3_600_000 })
  expect(since.perInstance.map(({ instance }) => instance)).toEqual([young])
  const found = await runAudit(fakeSources({ ...sources, instancesOfDocuments: [old] }), {
    ...options,
    sinceMs: nowMs - 3_600_000,
  })
  expect(found.perInstance.map(({ instance }) => instance)).toEqual([old, young])
})

test('of one service only its instances are judged, and each service has its sums', async () => {
  const ledgers = [old, young].map((each, index) => ({
    ledger: ledgerOf(each, closed),
    source: { service: index === 0 ? 'orders' : 'payments' },
  }))
  const documents = [[formatEventId(old, 1)]] as [string][]
  const sources = { nowMs, ledgers, documents }
  const all = await runAudit(fakeSources(sources), options)
  expect(all.perService).toMatchObject([
    { service: 'orders', instances: 1, issued: 1, indexed: 1, lostCount: 0 },
    { service: 'payments', instances: 1, issued: 1, indexed: 0, lostCount: 1 },
  ])
  const orders = await runAudit(fakeSources(sources), { ...options, services: ['orders'] })
  expect(orders).toMatchObject({ ok: true, instances: 1, indexed: 1 })
})

test('a ledger that is still in the topic counts like one that is indexed', async () => {
  const unreadLedgers = [
    { ledger: ledgerOf(old, { ...closed, droppedRanges: { 'memory-full': '1' } }) },
  ]
  const report = await runAudit(fakeSources({ nowMs, unreadLedgers }), options)
  expect(report).toMatchObject({ ok: true, issued: 1, dropped: { 'memory-full': 1 }, lag: 1 })
})

test('lines older than the oldest backing index of their own stream are expired, those of other streams are not', async () => {
  const horizonAt = nowMs - 3_600_000
  const documents: [string, string][] = [
    [formatEventId(old, 2), 'logs-app-default'],
    [formatEventId(young, 2), 'logs-app-default'],
  ]
  const ledgers = [old, young].map((each) => ({
    ledger: ledgerOf(each, { issued: 2, settled: 2, isClosed: true, at: nowMs - 5_000_000 }),
  }))
  const world = { nowMs, documents, ledgers }
  const horizons = { 'logs-app-default': horizonAt }
  const report = await runAudit(fakeSources({ ...world, horizons }), options)
  expect(report).toMatchObject({ expired: 1, lostCount: 1 })
  expect(report.lostRuns[0]!.instance).toBe(young)
  const others = await runAudit(
    fakeSources({ ...world, horizons: { 'logs-other-default': horizonAt } }),
    options,
  )
  expect(others).toMatchObject({ expired: 0, lostCount: 2 })
})

test('a person is told of killed instances whose lines are all there: what they logged after their last word is not known', async () => {
  const ledgers = [
    {
      ledger: ledgerOf(old, { issued: 1, settled: 1, at: nowMs - 90_000 }),
      source: { service: 'orders', host: 'web-1' },
    },
  ]
  const documents = [[formatEventId(old, 1)]] as [string][]
  const report = await runAudit(fakeSources({ nowMs, ledgers, documents }), options)
  expect(report).toMatchObject({ ok: true, issued: 1, indexed: 1 })
  expect(report.notes).toEqual([
    expect.stringMatching(/1 instance ended without closing.*orders.*web-1.*not known here/),
  ])
})

test('a person is told of a group that is new, of deleted records, of spools and of silent instances', async () => {
  const ledgers = [
    {
      ledger: ledgerOf(old, { issued: 3, settled: 3, at: nowMs - 90_000, spooledRanges: '1-2' }),
      source: { service: 'orders', host: 'web-1' },
    },
  ]
  const documents = [[formatEventId(young, 1)]] as [string][]
  const world = { nowMs, ledgers, documents, unread: { gone: 5, isGroupNew: true } }
  const { notes } = await runAudit(fakeSources(world), options)
  expect(notes).toEqual([
    expect.stringContaining('Group indexers has never committed'),
    expect.stringContaining('5 records of topic logs were deleted'),
    expect.stringContaining('1 instance wrote no ledger'),
    expect.stringMatching(/2 lines of .*orders.* in the spool on host web-1/),
    expect.stringContaining('ended without closing'),
  ])
})
