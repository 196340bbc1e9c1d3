import { encodeSourceFacts } from '@millrace/envelope'
import type { OutgoingRecord } from '@millrace/kafka'
import { describe, expect, it } from 'vitest'
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
} from './support/scene.ts'

const first = (count: number) => mintedRecords('01jd8q3z5v7x9ymw', count)
const second = (count: number) => mintedRecords('01jd8q3z5v7x9ymx', count)

const recordsOf = (minted: readonly { record: OutgoingRecord }[]): OutgoingRecord[] =>
  minted.map(({ record }) => record)

async function rollOver({ elasticsearch, dataStream }: Scene): Promise<void> {
  const answer = await fetch(`${elasticsearch}/${dataStream}/_rollover`, { method: 'POST' })
  expect(answer.status).toBe(200)
}

/** Each id once, in whichever backing index. */
async function expectOnce(
  scene: Scene,
  ...groups: (readonly { id: string }[])[]
): Promise<Map<string, string>> {
  const found: string[] = []
  const indices = new Map<string, string>()
  for await (const { _id, _index } of allDocuments(scene.elasticsearch, scene.dataStream)) {
    found.push(_id)
    indices.set(_id, _index)
  }
  expect(found.toSorted()).toEqual(
    groups
      .flat()
      .map(({ id }) => id)
      .toSorted(),
  )
  return indices
}

/** A worker from its start to its orderly end, with everything committed. */
async function runToEnd(scene: Scene, environment: Record<string, string> = {}): Promise<void> {
  const worker = startWorker({ ...scene.environment, ...environment })
  await untilWorkerReady(worker)
  await untilCommitted(scene, worker)
  worker.child.kill('SIGTERM')
  expect(await worker.ended).toBe(0)
}

async function putGroupBack(scene: Scene): Promise<void> {
  const { administration, topic } = scene
  const offsets = await administration.groupOffsets(topic, topic)
  const start = offsets.map(({ partition }) => ({ partition, offset: 0 }))
  expect(await administration.setGroupOffsets(topic, topic, start)).toBe(true)
}

describe('a data stream that rolls over', () => {
  it.each([1, 2])(
    'and a topic that is read again from its beginning after %d rollover(s): every event is there once',
    async (rollovers) => {
      const scene = await setScene()
      const old = first(500)
      await publishAll(scene, recordsOf(old).slice(0, 250))
      await runToEnd(scene)
      await rollOver(scene)
      await publishAll(scene, recordsOf(old).slice(250))
      await runToEnd(scene)
      if (rollovers === 2) await rollOver(scene)
      await putGroupBack(scene)
      const fresh = second(100)
      await publishAll(scene, recordsOf(fresh))

      const worker = startWorker(scene.environment)
      await untilWorkerReady(worker)
      await untilCommitted(scene, worker)
      await expectOnce(scene, old, fresh)
      const isInOlder = rollovers === 2 ? 500 : 250
      expect(await readMetric(worker, 'indexer_rollover_found_ids_total')).toBe(isInOlder)
      expect(await readMetric(worker, 'indexer_rollover_removed_copies_total')).toBe(0)
      expect(await readMetric(worker, 'indexer_settle_events_total', 'duplicate')).toBe(500)
    },
  )

  it('and records that are sent again, and marked so: every event is there once', async () => {
    const scene = await setScene()
    const worker = startWorker(scene.environment)
    await untilWorkerReady(worker)
    const sent = first(300)
    await publishAll(scene, recordsOf(sent))
    await untilCommitted(scene, worker)
    await rollOver(scene)
    const millrace = encodeSourceFacts({ format: 'json', 'agent.type': 'millrace', resent: true })
    await publishAll(
      scene,
      recordsOf(sent).map(({ key, value }) => ({ key, value, headers: { millrace } })),
    )
    await untilCommitted(scene, worker)
    await expectOnce(scene, sent)
    expect(await readMetric(worker, 'indexer_settle_events_total', 'duplicate')).toBe(300)
  })

  it('between a bulk request whose answer is lost and its retry: every event is there once', async () => {
    const scene = await setScene()
    const proxy = await startFaultProxy(scene.elasticsearch)
    let isHeld = false
    proxy.decide = ({ number }) => {
      if (number !== 1) return pass
      isHeld = true
      return { kind: 'lose-answer' }
    }
    const busy = refuse(503, 'cluster_block_exception', 'one moment')
    proxy.decideOther = (path) => (isHeld && path.includes('_settings') ? busy : pass)
    const worker = startWorker({ ...scene.environment, MILLRACE_ELASTICSEARCH_URL: proxy.url })
    await untilWorkerReady(worker)
    const sent = first(150)
    await publishAll(scene, recordsOf(sent))
    await until('the first request was sent', () => isHeld)
    await until('its documents are there', async () => {
      await fetch(`${scene.elasticsearch}/${scene.dataStream}/_refresh`, { method: 'POST' })
      const answer = await fetch(`${scene.elasticsearch}/${scene.dataStream}/_count`)
      return answer.ok && ((await answer.json()) as { count: number }).count > 0
    })
    await rollOver(scene)
    isHeld = false
    await untilCommitted(scene, worker)
    await expectOnce(scene, sent)
    expect(await readMetric(worker, 'indexer_rollover_found_ids_total')).toBeGreaterThan(0)
  })

  it('between look-up and create: the newer copies are deleted again', async () => {
    const scene = await setScene()
    const sent = first(200)
    await publishAll(scene, recordsOf(sent))
    await runToEnd(scene)
    await rollOver(scene)
    await putGroupBack(scene)
    const proxy = await startFaultProxy(scene.elasticsearch)
    // As if the data stream rolled over right after the first look-up.
    let looks = 0
    proxy.decideOther = (path) => {
      if (!path.includes('_settings') || ++looks > 1) return pass
      return {
        kind: 'change-answer',
        change: (text) =>
          JSON.stringify(
            Object.fromEntries(
              Object.entries(JSON.parse(text) as object).filter(([name]) =>
                name.endsWith('-000001'),
              ),
            ),
          ),
      }
    }
    const worker = startWorker({ ...scene.environment, MILLRACE_ELASTICSEARCH_URL: proxy.url })
    await untilWorkerReady(worker)
    await untilCommitted(scene, worker)
    const indices = await expectOnce(scene, sent)
    for (const index of indices.values()) expect(index).toMatch(/-000001$/)
    expect(await readMetric(worker, 'indexer_rollover_removed_copies_total')).toBeGreaterThan(0)
  })
})
