import { expect, it, onTestFinished } from 'vitest'
import { allDocuments } from '../../../test/e2e/support/documents.ts'
import {
  pass,
  refuse,
  startFaultProxy,
} from '../../../test/e2e/support/elasticsearch-fault-proxy.ts'
import { until } from '../../../test/e2e/support/until.ts'
import {
  mintedRecords,
  publishAll,
  readMetric,
  type Scene,
  setScene,
  startWorker,
  untilCommitted,
  untilWorkerReady,
  type Worker,
} from './support/scene.ts'

const partitions = 6

/** Publishes 50 records after the other until it is stopped; tells the ids and what each must say. */
function keepPublishing(scene: Scene) {
  const all = mintedRecords('01jd8q3z5v7x9ymw', 100_000)
  let count = 0
  const stopping = new AbortController()
  const publishing = (async () => {
    while (!stopping.signal.aborted && count < all.length) {
      await publishAll(
        scene,
        all.slice(count, count + 50).map(({ record }) => record),
      )
      count += 50
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  })()
  const stop = async () => {
    stopping.abort()
    await publishing
    return new Map(all.slice(0, count).map(({ id }, index) => [id, `event ${index + 1}`]))
  }
  onTestFinished(async () => {
    await stop()
  })
  return { stop, published: () => count }
}

/** Notes each time that a committed offset went back. */
function watchCommits(scene: Scene) {
  const newest = new Map<number, number>()
  const backward: string[] = []
  const stopping = new AbortController()
  const watching = (async () => {
    while (!stopping.signal.aborted) {
      const offsets = await scene.administration.groupOffsets(scene.topic, scene.topic)
      for (const { partition, offset } of offsets) {
        const before = newest.get(partition) ?? -1
        if (offset < before) backward.push(`partition ${partition}: ${before} to ${offset}`)
        newest.set(partition, offset)
      }
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  })()
  const stop = async () => {
    stopping.abort()
    await watching
    return backward
  }
  onTestFinished(async () => {
    await stop()
  })
  return { stop }
}

const owned = (worker: Worker): Promise<number> =>
  readMetric(worker, 'indexer_source_assigned_partitions')

async function untilShared(what: string, ...workers: Worker[]): Promise<void> {
  const shares = (): Promise<number[]> => Promise.all(workers.map(owned))
  await until(
    what,
    async () => {
      const counts = await shares()
      return counts.every((count) => count > 0) && counts.reduce((a, b) => a + b) === partitions
    },
    { describe: async () => String(await shares()) },
  )
}

async function expectExactly(scene: Scene, expected: ReadonlyMap<string, string>): Promise<void> {
  const found: [string, unknown][] = []
  for await (const { _id, _source } of allDocuments(scene.elasticsearch, scene.dataStream)) {
    found.push([_id, _source['message']])
  }
  found.sort(([one], [other]) => (one < other ? -1 : 1))
  expect(found).toEqual([...expected])
}

const standstills = (worker: Worker): number[] =>
  worker
    .lines()
    .filter(({ msg }) => String(msg).startsWith('Reading goes on after a rebalance'))
    .map((told) => Number(told['longestMs']))

it('workers join, die, freeze, wake up and leave while records keep coming: each is there once, no partition is stuck, and it is told how long they stood still', async () => {
  const scene = await setScene({ partitions })
  const environment = { ...scene.environment, MILLRACE_KAFKA_SESSION_TIMEOUT_MS: '6000' }
  const [first, second] = [startWorker(environment), startWorker(environment)]
  await Promise.all([first, second].map(untilWorkerReady))
  const publisher = keepPublishing(scene)
  const commits = watchCommits(scene)
  await untilShared('two share the partitions', first, second)

  const third = startWorker(environment)
  await untilWorkerReady(third)
  await untilShared('the third has a share', first, second, third)

  first.child.kill('SIGKILL')
  await untilShared('the dead one has none', second, third)

  second.child.kill('SIGSTOP')
  await until('the third has all', async () => (await owned(third)) === partitions)
  second.child.kill('SIGCONT')
  await untilShared('the frozen one is back', second, third)

  second.child.kill('SIGTERM')
  expect(await second.ended).toBe(0)
  await until('the third has all again', async () => (await owned(third)) === partitions)
  const before = await readMetric(third, 'indexer_source_records_total')
  const seen = publisher.published()
  await until('more records come', () => publisher.published() > seen + 500)
  const expected = await publisher.stop()
  await untilCommitted(scene, third)
  expect(await readMetric(third, 'indexer_source_records_total')).toBeGreaterThan(before)
  await expectExactly(scene, expected)
  expect(await commits.stop()).toEqual([])
  expect(await readMetric(third, 'indexer_source_stalled_seconds')).toBe(0)
  await until('the last standstill is told', () => standstills(third).length >= 3)
  // A session of 6 s, up to 3 s until the others hear, and a busy machine.
  expect(Math.max(...standstills(third))).toBeLessThan(30_000)
  expect(Math.max(...standstills(third))).toBeGreaterThan(1_000)
})

it('a worker that was frozen with unsent documents wakes up after a rollover: each is there once, and its commits are refused', async () => {
  const scene = await setScene({ partitions: 1 })
  const environment = { ...scene.environment, MILLRACE_KAFKA_SESSION_TIMEOUT_MS: '6000' }
  const proxy = await startFaultProxy(scene.elasticsearch)
  const busy = refuse(429, 'es_rejected_execution_exception', 'queue full')
  proxy.decide = () => busy
  const frozen = startWorker({ ...environment, MILLRACE_ELASTICSEARCH_URL: proxy.url })
  await untilWorkerReady(frozen)
  const sent = mintedRecords('01jd8q3z5v7x9ymw', 300)
  await publishAll(
    scene,
    sent.map(({ record }) => record),
  )
  await until('the first worker has taken all', async () => {
    return (await readMetric(frozen, 'indexer_source_records_total')) === 300
  })
  frozen.child.kill('SIGSTOP')
  const next = startWorker(environment)
  await untilCommitted(scene, next)
  const answer = await fetch(`${scene.elasticsearch}/${scene.dataStream}/_rollover`, {
    method: 'POST',
  })
  expect(answer.status).toBe(200)
  const commits = watchCommits(scene)
  proxy.decide = () => pass
  frozen.child.kill('SIGCONT')
  await until('it has noticed', () =>
    frozen.lines().some(({ msg }) => String(msg).startsWith('Gave up')),
  )
  await until('it holds nothing any more', async () => {
    return (await readMetric(frozen, 'indexer_settle_in_hand_events')) === 0
  })
  await untilCommitted(scene, next)
  await expectExactly(scene, new Map(sent.map(({ id }, index) => [id, `event ${index + 1}`])))
  expect(await commits.stop()).toEqual([])
})
