import { BulkRequestError, seededRandom } from '@millrace/foundation'
import { expect, it } from 'vitest'
import { ManualClock } from '../../../test/support/manual-clock.ts'
import { Books } from '../src/books.mts'
import type { PipelineObserver } from '../src/pipeline-parts.mts'
import { Reporter } from '../src/report.mts'

interface Sent {
  path: string
  body: { agent: { ephemeral_id: string }; millrace: { indexer: Record<string, unknown> } }
}

function setScene() {
  const clock = new ManualClock()
  const books = new Books()
  const sent: Sent[] = []
  const troubles: string[] = []
  const told: string[] = []
  let isAway = false
  const reporter = new Reporter({
    clock,
    books,
    random: seededRandom(1),
    place: { topic: 'logs', group: 'g' },
    store: {
      request: (request) => {
        if (isAway) {
          throw new BulkRequestError('MILLRACE_BULK_UNREACHABLE', 'no answer', { retryable: true })
        }
        sent.push(request as unknown as Sent)
        return Promise.resolve({ status: 201, body: {} as never })
      },
    },
    onTrouble: (sentence) => troubles.push(sentence),
  })
  const observer = new Proxy({} as PipelineObserver, {
    get: (_, name) => () => void told.push(String(name)),
    ownKeys: () => ['indexed'],
    getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
  })
  const setAway = (value: boolean): void => {
    isAway = value
  }
  return { clock, books, sent, troubles, told, reporter, observer, setAway }
}

it('a worker reports now and then, its counts since its start, and hands on what it hears', async () => {
  const { clock, books, sent, told, reporter, observer } = setScene()
  const watching = reporter.watching(observer)
  reporter.start(10_000)
  books.take(3)
  books.end('indexed')
  books.itemsRetried = 4
  watching.indexed(1)
  watching.requestEnded({ outcome: 'answered', latencyMs: 1, bytes: 1, items: 3 })
  watching.requestFailed({ kind: 'unavailable', status: 429, reason: 'busy' })
  watching.requestFailed({ kind: 'unavailable', reason: 'reset' })
  const bulk = { status: 400, type: 'document_parsing_exception', reason: 'x' }
  const record = {
    topic: 'logs',
    partition: 0,
    offset: 0,
    timestampMs: 0,
    key: null,
    value: null,
    headers: {},
  }
  watching.deadLettered({ code: 'MILLRACE_BULK_REJECTED', reason: 'x', bulk } as never, record)
  await clock.advance(20_000)
  reporter.close()
  await clock.advance(60_000)
  expect(told).toEqual([
    'indexed',
    'requestEnded',
    'requestFailed',
    'requestFailed',
    'deadLettered',
  ])
  expect(sent).toHaveLength(2)
  expect(sent[0]!.path).toContain(`${sent[0]!.body.agent.ephemeral_id}-report-00000001`)
  expect(sent[1]!.body.millrace.indexer).toMatchObject({
    startedAt: clock.now() - 80_000,
    bulkRequests: 1,
    itemsRetried: 4,
    events: { indexed: 1, duplicate: 0 },
    bulkErrors: {
      429: 1,
      unavailable: 1,
      document_parsing_exception: 1,
      'item-retried': 4,
    },
  })
})

it('a report that can’t be written is said once, and the next one holds the same counts', async () => {
  const { clock, sent, troubles, reporter, setAway } = setScene()
  reporter.start(10_000)
  setAway(true)
  await clock.advance(30_000)
  setAway(false)
  await clock.advance(10_000)
  setAway(true)
  await clock.advance(10_000)
  reporter.close()
  expect([troubles.length, sent.length]).toEqual([2, 1])
  expect(troubles[0]).toContain('nothing else suffers')
})

it('kinds of errors beyond fifty share a name', async () => {
  const { clock, sent, reporter, observer } = setScene()
  const watching = reporter.watching(observer)
  for (let status = 400; status < 500; status++) {
    watching.requestFailed({ kind: 'unavailable', status, reason: 'x' })
  }
  reporter.start(10_000)
  await clock.advance(10_000)
  reporter.close()
  const { bulkErrors } = sent[0]!.body.millrace.indexer as { bulkErrors: Record<string, number> }
  expect(Object.keys(bulkErrors)).toHaveLength(51)
  expect(bulkErrors['other']).toBe(50)
})
