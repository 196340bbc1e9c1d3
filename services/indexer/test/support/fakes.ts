// The world around the pipeline, played by small fakes: a group, a store and a producer.
import type { BackingIndex, StoredCopy } from '@millrace/elastic'
import type { PlannedLine } from '@millrace/formats'
import { BulkRequestError, PublishError, seededRandom } from '@millrace/foundation'
import type { PublishedBatch, PublishRequest } from '@millrace/kafka'
import { expect } from 'vitest'
import type { RequestLimits } from '../../src/backing-indices.mts'
import { Books } from '../../src/books.mts'
import type { Normalizer } from '../../src/intake.mts'
import type { CopyTarget } from '../../src/older-copies.mts'
import { Pipeline } from '../../src/pipeline.mts'
import type { WentOn } from '../../src/progress-watch.mts'
import type { PipelineOptions } from '../../src/pipeline-parts.mts'
import type { OpenRecord, PartitionSettlement } from '../../src/settle.mts'
import { FakeGroup } from './fake-group.ts'
import { ManualClock, settle } from '../../../../test/support/manual-clock.ts'

export { fakeRecord } from './fake-group.ts'

/** A record of so many events, taken. */
export function takeOpen(
  settlement: PartitionSettlement,
  offset: number,
  openEvents: number,
): OpenRecord {
  const record = { offset, lastOffset: offset, count: 1, openEvents }
  settlement.take(record)
  return record
}

export interface BulkCall {
  ids: string[]
  bytes: number
  answer: (result: unknown) => void
  fail: (error: unknown) => void
  signal: AbortSignal | undefined
}

/** Answers each request by `reply`; a request for which it returns undefined waits for the test. */
export class FakeStore implements CopyTarget {
  readonly calls: BulkCall[] = []
  readonly documents = new Map<string, unknown>()
  /** Readable documents of dead letters, apart from the events. */
  readonly letters = new Map<string, Record<string, unknown>>()
  writes = 0
  readonly #bodies = new Map<string, Record<string, unknown>>()
  reply: (call: BulkCall) => unknown = (call) => this.index(call.ids)

  bulk(body: Buffer, options: { signal?: AbortSignal }): Promise<unknown> {
    const lines = body.toString().trimEnd().split('\n')
    const ids = lines.filter((_, at) => at % 2 === 0).map((line) => JSON.parse(line).create._id)
    for (const [at, id] of ids.entries()) this.#bodies.set(id, JSON.parse(lines[at * 2 + 1]!))
    return new Promise((answer, fail) => {
      const call = { ids, bytes: body.byteLength, answer, fail, signal: options.signal }
      options.signal?.addEventListener('abort', () => fail(bulkError(undefined)))
      this.calls.push(call)
      try {
        const result = this.reply(call)
        if (result !== undefined) answer(result)
      } catch (error) {
        fail(error)
      }
    })
  }

  /** It never rolls over; `RollingStore` does. */
  backingIndices(_dataStream: string, _limits: RequestLimits): Promise<readonly BackingIndex[]> {
    return Promise.resolve([{ name: '.ds-000001', createdAtMs: 0 }])
  }

  findDocuments(_index: string, _ids: readonly string[]): Promise<readonly StoredCopy[]> {
    return Promise.resolve([])
  }

  deleteCopy(_index: string, _copy: StoredCopy): Promise<boolean> {
    return Promise.resolve(false)
  }

  /** What Elasticsearch would do and answer; `statusOf` overrides it for single ids. */
  index(ids: readonly string[], statusOf: (id: string) => number | undefined = () => undefined) {
    const items = ids.map((id) => {
      const isThere = this.documents.has(id) || this.letters.has(id)
      const status = statusOf(id) ?? (isThere ? 409 : 201)
      if (status === 201) {
        if (id.includes('-dead-letter-')) this.letters.set(id, this.#bodies.get(id)!)
        else {
          this.documents.set(id, true)
          this.writes += 1
        }
        return { create: { _id: id, status } }
      }
      const type = status === 409 ? 'version_conflict_engine_exception' : `error_${status}`
      return { create: { _id: id, status, error: { type, reason: `refused [${id}]` } } }
    })
    return { errors: items.some((item) => item.create.status >= 300), took: 1, items }
  }
}

export function bulkError(status: number | undefined): BulkRequestError {
  const context = status === undefined ? {} : { status }
  const code = status === undefined ? 'MILLRACE_BULK_UNREACHABLE' : 'MILLRACE_BULK_REFUSED'
  return new BulkRequestError(code, `refused with ${status}`, { context, retryable: true })
}

export class FakeProducer {
  readonly published: PublishRequest[] = []
  failure: Error | undefined
  hold: Promise<void> | undefined

  async publish(request: PublishRequest): Promise<PublishedBatch> {
    await this.hold
    if (this.failure !== undefined) throw this.failure
    this.published.push(request)
    return { topic: request.topic, partition: 0, baseOffset: 0, batchBytes: 0 }
  }
}

export const publishFailure = (reason: string): PublishError =>
  new PublishError('MILLRACE_PUBLISH_REJECTED', `not published: ${reason}`, { context: { reason } })

/** `a,b` holds two events, `!x` is garbage, `` (nothing) is a control record; `throw` is a bug of ours. */
export const fakeNormalizer: Normalizer = {
  /** Fails for one line when it is half written; any other is for the rules. */
  plan(record) {
    if (Buffer.from(record.value ?? []).toString() !== 'plan fails') return undefined
    const line: Pick<PlannedLine, 'dataStream' | 'writeFramed'> = {
      dataStream: 'logs-app-default',
      writeFramed(target) {
        target.length += 10
        throw new Error('a bug')
      },
    }
    return line as PlannedLine
  },
  normalize(record) {
    const text = Buffer.from(record.value ?? []).toString()
    if (text === 'throw') throw new Error('a bug')
    if (text === '') return { events: [], rejections: [], kind: 'future' }
    const parts = text.split(',')
    const base = `${record.partition}-${record.offset}`
    const idOf = (index: number): string => (parts.length === 1 ? base : `${base}.${index}`)
    return {
      events: parts.flatMap((part, index) =>
        part.startsWith('!')
          ? []
          : [{ id: idOf(index), dataStream: 'logs-app-default', document: { message: part } }],
      ),
      rejections: parts
        .filter((part) => part.startsWith('!'))
        .map((part) => ({ ok: false, code: 'MILLRACE_DECODE_HEADER', reason: `garbage ${part}` })),
    }
  },
}

export const testOptions: PipelineOptions = {
  clusterId: 'cluster',
  bulkBytes: 1_000_000,
  bulkCount: 100,
  lingerMs: 50,
  minInFlight: 1,
  maxInFlight: 4,
  latencyTargetMs: 5_000,
  inFlightBytesMax: 10_000_000,
  resumeRatio: 0.7,
  unsettledRecordsMax: 10_000,
  requestTimeoutMs: 30_000,
  backoff: { initialMs: 100, maxMs: 5_000 },
  clockMarginMs: 60_000,
  backingIndicesMaxAgeMs: 30_000,
  lookUpIdsMax: 50,
  lateMs: 60_000,
  lateWatchedMax: 1_000,
  soleRefusalsMax: 3,
  commitIntervalMs: 1_000,
  drainTimeoutMs: 10_000,
  deadLetters: {
    topic: 'logs.dead-letter',
    batchCount: 100,
    batchBytes: 500_000,
    backoff: { initialMs: 100, maxMs: 5_000 },
  },
}

export interface TestWorld<Store extends FakeStore = FakeStore> {
  clock: ManualClock
  group: FakeGroup
  store: Store
  producer: FakeProducer
  books: Books
  pipeline: Pipeline
  delaysMs: number[]
  failures: string[]
  bulkBytesLowered: number[]
  standstillsMs: number[]
  wentOn: WentOn[]
  topicsEnsured: { count: number; failure: Error | undefined }
}

/** A started pipeline in a fake world. */
export function startWorld(options: Partial<PipelineOptions> = {}): Promise<TestWorld> {
  return startWorldWith(new FakeStore(), new ManualClock(), options)
}

export async function startWorldWith<Store extends FakeStore>(
  store: Store,
  clock: ManualClock,
  options: Partial<PipelineOptions> = {},
): Promise<TestWorld<Store>> {
  const group = new FakeGroup()
  const producer = new FakeProducer()
  const books = new Books()
  const topicsEnsured = { count: 0, failure: undefined as Error | undefined }
  const seen = {
    delaysMs: [] as number[],
    failures: [] as string[],
    bulkBytesLowered: [] as number[],
    standstillsMs: [] as number[],
    wentOn: [] as WentOn[],
  }
  const pipeline = new Pipeline(
    {
      createGroup: (handlers) => {
        group.handlers = handlers
        return group
      },
      normalizer: fakeNormalizer,
      target: store,
      producer,
      ensureDeadLetterTopic: async () => {
        topicsEnsured.count += 1
        if (topicsEnsured.failure !== undefined) throw topicsEnsured.failure
      },
      clock,
      random: seededRandom(1),
      books,
      observer: {
        indexed: (delayMs) => seen.delaysMs.push(delayMs),
        requestEnded: () => {},
        requestFailed: (failure) => seen.failures.push(failure.kind),
        bulkBytesLowered: (bulkBytes) => seen.bulkBytesLowered.push(bulkBytes),
        deadLettered: () => {},
        deadLetterFailed: () => {},
        deadLetterUntold: () => {},
        commitEnded: () => {},
        assigned: () => {},
        progressed: (standstillMs) => seen.standstillsMs.push(standstillMs),
        wentOn: (told) => seen.wentOn.push({ ...told }),
        revoked: () => {},
      },
    },
    { ...testOptions, ...options },
  )
  await pipeline.start()
  await settle()
  return { clock, group, store, producer, books, pipeline, topicsEnsured, ...seen }
}

/** `count` values that are all good. */
export const lines = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `line ${index}`)

/** What every test may demand at its end: all books balance and nothing is left over. */
export function expectAtRest({ books, pipeline }: TestWorld): void {
  expect(books.isBalanced).toBe(true)
  expect(books.eventsInHand).toBe(0)
  expect(pipeline.state.inFlightBytes).toBe(0)
  expect(pipeline.state.requestsInFlight).toBe(0)
}
