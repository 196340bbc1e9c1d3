import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { allDocuments } from '../../../test/e2e/support/documents.ts'
import { ownDirectory } from '../../../test/e2e/support/processes.ts'
import { until } from '../../../test/e2e/support/until.ts'
import {
  committed,
  mintedRecords,
  publishAll,
  readDeadLetters,
  readMetric,
  type Scene,
  setScene,
  startWorker,
  untilCommitted,
  untilWorkerReady,
  type Worker,
} from './support/scene.ts'

const threads = { MILLRACE_INDEXER_THREADS: '2' }

async function expectExactly(scene: Scene, ids: readonly string[]): Promise<void> {
  const found: string[] = []
  for await (const { _id } of allDocuments(scene.elasticsearch, scene.dataStream)) found.push(_id)
  expect(found.sort()).toEqual([...ids].sort())
}

/** Partitions by thread, as the newest assignments in the log say. */
function assigned(worker: Worker): Map<unknown, number[]> {
  const newest = new Map<unknown, number[]>()
  for (const { thread, partitions } of worker.lines()) {
    if (Array.isArray(partitions) && thread !== undefined) newest.set(thread, partitions)
  }
  return newest
}

const untilShared = (worker: Worker, partitions: number): Promise<void> =>
  until('both threads have their part', () => {
    const parts = [...assigned(worker).values()]
    const all = parts.flat().toSorted((a, b) => a - b)
    return parts.length === 2 && all.join() === [...Array(partitions).keys()].join()
  })

const idsOf = (records: ReturnType<typeof mintedRecords>): string[] => records.map(({ id }) => id)
const publish = (scene: Scene, records: ReturnType<typeof mintedRecords>): Promise<void> =>
  publishAll(
    scene,
    records.map(({ record }) => record),
  )

describe('two threads of one process', () => {
  it('share the partitions, index every line once, are counted as one, and drain on SIGTERM', async () => {
    const scene = await setScene({ partitions: 6 })
    const worker = startWorker({ ...scene.environment, ...threads })
    await untilWorkerReady(worker)
    await untilShared(worker, 6)
    expect([...assigned(worker)].map(([, partitions]) => partitions.length)).toEqual([3, 3])
    const sent = mintedRecords('01jd8q3z5v7x9ymw', 5_000)
    await publish(scene, sent)
    await untilCommitted(scene, worker)
    await expectExactly(scene, idsOf(sent))
    expect(await readMetric(worker, 'indexer_source_records_total')).toBe(5_000)
    expect(await readMetric(worker, 'indexer_settle_events_total', 'fate="indexed"')).toBe(5_000)
    expect(await readMetric(worker, 'indexer_settle_delay_seconds_count')).toBe(5_000)
    expect(await readMetric(worker, 'indexer_settle_in_hand_events')).toBe(0)
    expect(await readMetric(worker, 'indexer_source_assigned_partitions')).toBe(6)
    expect(await readMetric(worker, 'indexer_source_lag_records')).toBe(0)
    const { members } = await scene.administration.groupMembers(scene.topic)
    const clients = members.map(({ clientId }) => clientId).toSorted()
    expect(clients).toEqual(['millrace-indexer-1', 'millrace-indexer-2'])

    const late = mintedRecords('01jd8q3z5v7x9ymx', 2_000)
    await publish(scene, late)
    await until('some of the late ones are taken', async () => {
      return (await readMetric(worker, 'indexer_source_records_total')) > 5_000
    })
    worker.child.kill('SIGTERM')
    expect(await worker.ended).toBe(0)
    const closed = worker.lines().findLast((line) => line['msg'] === 'Closed')!
    expect(closed).toMatchObject({ given_up: 0, dead_lettered: 0, duplicate: 0 })
    expect((await committed(scene)).committed).toBe(closed['recordsTaken'])
    expect(closed['recordsTaken']).toBe(closed['indexed'])
  })

  it('make the topic for dead letters themselves, and one of them without a partition is ready', async () => {
    const scene = await setScene({ partitions: 1 })
    const worker = startWorker({ ...scene.environment, ...threads })
    await untilWorkerReady(worker)
    expect(worker.output()).toContain('2 threads share 1 partitions')
    await scene.producer.publish({
      topic: scene.topic,
      records: [{ key: 'k', value: 'x', headers: { millrace: '{broken' } }],
    })
    await untilCommitted(scene, worker)
    expect(await readDeadLetters(scene, 1)).toHaveLength(1)
    expect(await readMetric(worker, 'indexer_dead_letter_records_total')).toBe(1)
  })
})

/** A log format of the user's whose code does something to its thread as soon as it sees a line with `poison`. */
function poisonedFormat(does: string): string {
  const path = join(ownDirectory(), 'poisoned.mjs')
  writeFileSync(
    path,
    `export default {
      name: 'poisoned',
      shape: 'json',
      recognize({ text }) {
        if (text.includes('poison')) { ${does} }
        return undefined
      },
      normalize() {},
    }`,
  )
  return path
}

describe('a thread that dies', () => {
  it.each([
    ['ends by itself', 'process.exit(3)', 'ended by itself, with code 3'],
    [
      'throws where nobody catches',
      "queueMicrotask(() => { throw new Error('boom') })",
      'failed: boom',
    ],
  ])(
    'because it %s ends the process with 1 after the other one, and the next process finishes the work',
    async (_, does, sentence) => {
      const scene = await setScene({ partitions: 6 })
      const worker = startWorker({
        ...scene.environment,
        ...threads,
        MILLRACE_FORMATS: poisonedFormat(does),
      })
      await untilWorkerReady(worker)
      await untilShared(worker, 6)
      const sent = mintedRecords('01jd8q3z5v7x9ymw', 3_000, (sequence) => ({
        // A name that nobody knows: the line itself is looked at.
        format: 'unheard-of',
        line: JSON.stringify({ message: sequence === 1_500 ? 'poison' : `event ${sequence}` }),
      }))
      await publish(scene, sent)
      expect(await worker.ended).toBe(1)
      const told = worker.lines().filter((line) => String(line['msg']).endsWith(sentence))
      expect(told[0]).toMatchObject({ level: 50, thread: expect.any(Number) })
      const other = told[0]!['thread'] === 1 ? 2 : 1
      const drained = worker
        .lines()
        .filter((line) => String(line['msg']).startsWith('Gave up') && line['thread'] === other)
      expect(drained.at(-1)).toMatchObject({ unsettledRecords: 0 })

      const next = startWorker({ ...scene.environment, ...threads })
      await untilCommitted(scene, next)
      await expectExactly(scene, idsOf(sent))
      await untilWorkerReady(next)
    },
  )
})
