import { systemClock } from '@millrace/foundation'
import { createServiceLogger, loadConfig, RepeatedErrors } from '@millrace/service'
import { describe, expect, it, onTestFinished } from 'vitest'
import { indexerGroups } from '../../src/config.mts'
import { Telling } from '../../src/observe.mts'
import { Readiness } from '../../src/readiness.mts'
import { ThreadCrew, type ThreadCrewParts } from '../../src/threads/thread-crew.mts'
import { until } from '../../../../test/e2e/support/until.ts'
import { ManualClock } from '../../../../test/support/manual-clock.ts'

const program = new URL('../programs/thread-stand-in.mts', import.meta.url)
/** A busy machine must not make a thread look stalled that is not. */
const beat = { intervalMs: 20, silentBeats: 5_000, stalledBeats: 10_000 }

/** Real threads, two of them, with what is wrong with each. */
async function start(
  habits: Record<number, string> = {},
  options: { partitions?: number } & Partial<ThreadCrewParts> = {},
) {
  const lines: Record<string, unknown>[] = []
  const destination = { write: (line: string) => void lines.push(JSON.parse(line)) }
  const log = createServiceLogger({ name: 'test', level: 'info', destination })
  const fatal: string[] = []
  const readiness = new Readiness()
  const topicThere = Promise.withResolvers<void>()
  let ensured = 0
  const crew = new ThreadCrew(loadConfig(indexerGroups, { MILLRACE_INDEXER_THREADS: '2' }), {
    log,
    telling: new Telling(log, new RepeatedErrors(systemClock)),
    readiness,
    clock: systemClock,
    ensureDeadLetterTopic: () => {
      ensured += 1
      return topicThere.promise
    },
    onFatal: (error) => void fatal.push(error.message),
    program,
    beat,
    ...options,
  })
  const { partitions = 6 } = options
  await crew.begin({ clusterId: JSON.stringify(habits), partitions })
  onTestFinished(async () => void (await crew.close().catch(() => {})))
  const sentences = (): unknown[] => lines.map((line) => line['msg'])
  return { crew, lines, sentences, fatal, readiness, topicThere, ensured: () => ensured }
}

type Started = Awaited<ReturnType<typeof start>>

const untilReady = ({ crew }: Started): Promise<void> =>
  until('all threads have answered', () => crew.reason('group') === undefined)

describe('threads that are well', () => {
  it('are shown as one process, with one share of its memory each', async () => {
    const started = await start()
    await untilReady(started)
    const text = await started.crew.metrics.text()
    expect(text).toContain('\nindexer_source_records_total 3\n')
    expect(text).toContain('\nindexer_settle_events_total{fate="indexed"} 3\n')
    expect(text).toContain('\nindexer_settle_events_total{fate="given_up"} 0\n')
    expect(text).toContain('\nindexer_settle_delay_seconds_bucket{le="0.1"} 2\n')
    expect(text).toContain('\nindexer_bulk_in_flight_max_requests 4\n')
    expect(text).toContain('\nindexer_settle_in_flight_bytes 33554432\n')
    // Both say that they own it, as for a moment after it went from one to the other.
    expect(text).toContain('\nindexer_source_stalled_seconds{partition="4"} 2\n')
    expect(text.match(/^process_resident_memory_bytes /gm)).toHaveLength(1)
    expect(started.crew.metrics.contentType).toContain('text/plain')
  })

  it('are closed together, and add up what they have done', async () => {
    const started = await start()
    await untilReady(started)
    expect(started.crew.failure()).toBeUndefined()
    expect(await started.crew.close()).toMatchObject({ recordsTaken: 3, events: { indexed: 3 } })
    expect(started.fatal).toEqual([])
  })

  it('can be closed before they have begun', async () => {
    const { crew, fatal } = await start()
    await crew.close()
    expect(fatal).toEqual([])
  })

  it('have the topic for dead letters made once for all that ask together', async () => {
    const started = await start({ 1: 'asks', 2: 'asks' })
    await untilReady(started)
    started.crew.storeReached()
    // An answer comes after what was asked before it.
    await started.crew.metrics.text()
    expect(started.ensured()).toBe(1)
    expect(started.crew.reason('group')).toBeUndefined()
    started.topicThere.resolve()
    await until('one has its answer', () => started.crew.reason('group') === 'Thread 1: asked')
  })

  it('are said to be too many where there are fewer partitions', async () => {
    const few = await start({}, { partitions: 1 })
    expect(few.sentences()).toContain(
      '2 threads share 1 partitions: at least 1 will have nothing to do until there are more',
    )
    const enough = await start({}, { partitions: 2 })
    expect(enough.sentences()).toEqual(['Starting 2 threads, each a member of the group'])
  })
})

describe('one thread of two', () => {
  it('that is not ready makes the process not ready, with its reason and its number', async () => {
    const { crew } = await start({ 2: 'unready' })
    const reason = 'Thread 2: it is rebalancing'
    await until('the first thread is ready', () => crew.reason('group') === reason)
    expect(crew.reason('elasticsearch')).toBeUndefined()
    expect(crew.failure()).toBeUndefined()
  })

  it.each([
    ['exits', 'Thread 2 ended by itself, with code 3'],
    ['throws', 'Thread 2 died: boom'],
    ['fails', 'Thread 2 failed: the group is fenced'],
  ])('that %s ends the process once, and lets the other one drain', async (habit, sentence) => {
    const started = await start({ 2: habit })
    await untilReady(started)
    const before = await started.crew.metrics.text()
    started.crew.storeReached()
    await until('it is told', () => started.fatal.length > 0)
    expect(started.crew.failure()).toBe(sentence)
    // What it has counted is not forgotten.
    const records = '\nindexer_source_records_total 3\n'
    expect(before).toContain(records)
    expect(await started.crew.metrics.text()).toContain(records)
    const { recordsTaken } = await started.crew.close()
    expect(recordsTaken).toBe(habit === 'fails' ? 3 : 1)
    expect(started.fatal).toEqual([sentence])
    const told = started.lines.filter((line) => line['msg'] === sentence)
    expect(told).toMatchObject([{ level: 50, thread: 2 }])
  })

  it('that stalls is not alive, is given up, and lets the other one drain', async () => {
    const stalling = { ...beat, silentBeats: 5, stalledBeats: 300 }
    const started = await start({ 2: 'stalls' }, { beat: stalling })
    await untilReady(started)
    started.crew.storeReached()
    const silent = /^Thread 2 has not answered for [\d.]+ s$/
    await until('it is silent', () => silent.test(started.crew.failure() ?? ''))
    expect(started.crew.reason('group')).toMatch(silent)
    await until('it is told', () => started.fatal.length > 0)
    expect(started.fatal).toEqual(['Thread 2 stalled: it has not answered for 6 s'])
    expect(started.sentences()).toContainEqual(expect.stringMatching(silent))
    expect((await started.crew.close()).recordsTaken).toBe(1)
  })

  it('that dies while it closes makes closing fail, after the other one has closed', async () => {
    const started = await start({ 2: 'throws-at-close' })
    await untilReady(started)
    await expect(started.crew.close()).rejects.toThrow('Thread 2 died: boom')
    expect(started.fatal).toEqual([])
  })
})

it('threads that do not close are ended at the deadline', async () => {
  const clock = new ManualClock()
  const { crew, sentences } = await start({ 1: 'deaf', 2: 'deaf' }, { clock })
  const closing = crew.close().catch((error: Error) => error.message)
  await clock.advance(30_000)
  expect(await closing).toBe('Thread 1 was not closed within 30 s')
  expect(sentences()).toContain('Thread 2 was not closed within 30 s')
})
