import { describe, expect, it } from 'vitest'
import { allDocuments } from '../../../test/e2e/support/documents.ts'
import {
  type Fault,
  type FaultProxy,
  pass,
  refuse,
  startFaultProxy,
} from '../../../test/e2e/support/elasticsearch-fault-proxy.ts'
import { until } from '../../../test/e2e/support/until.ts'
import {
  letterHeader,
  mintedRecords,
  publishAll,
  readDeadLetters,
  readiness,
  readMetric,
  type Scene,
  setScene,
  startWorker,
  untilCommitted,
  untilWorkerReady,
  type Worker,
} from './support/scene.ts'

const records = (count: number): ReturnType<typeof mintedRecords> =>
  mintedRecords('01jd8q3z5v7x9ymw', count, (sequence) => ({
    format: 'json',
    line: JSON.stringify({ message: `event ${sequence}` }),
  }))

async function startScene(
  environment: Record<string, string> = {},
): Promise<{ scene: Scene; proxy: FaultProxy; worker: Worker }> {
  const scene = await setScene()
  const proxy = await startFaultProxy(scene.elasticsearch)
  const worker = startWorker({
    ...scene.environment,
    MILLRACE_ELASTICSEARCH_URL: proxy.url,
    ...environment,
  })
  await untilWorkerReady(worker)
  return { scene, proxy, worker }
}

async function expectExactly(scene: Scene, ids: readonly string[]): Promise<void> {
  const found: string[] = []
  for await (const { _id } of allDocuments(scene.elasticsearch, scene.dataStream)) found.push(_id)
  expect(found.sort()).toEqual([...ids].sort())
}

/** Publishes `count` records, and expects each to be indexed once and committed. */
async function expectAllArrive(scene: Scene, worker: Worker, count: number): Promise<void> {
  const sent = records(count)
  await publishAll(
    scene,
    sent.map(({ record }) => record),
  )
  await untilCommitted(scene, worker)
  await expectExactly(
    scene,
    sent.map(({ id }) => id),
  )
}

const turns = (fault: Fault, turn: number) => (number: number) =>
  number % turn === 0 ? fault : pass

describe('Elasticsearch on a bad day', () => {
  it.each<[string, (number: number) => Fault]>([
    [
      'refuses every second request with 429',
      turns(refuse(429, 'es_rejected_execution_exception', 'queue full'), 2),
    ],
    [
      'refuses the first five requests with 503',
      (number) => (number <= 5 ? refuse(503, 'cluster_block_exception', 'no master') : pass),
    ],
    ['resets every third connection', turns({ kind: 'reset' }, 3)],
    ['loses the answer to every second request', turns({ kind: 'lose-answer' }, 2)],
    [
      'cuts every second answer off',
      turns({ kind: 'change-answer', change: (text) => text.slice(0, text.length >> 1) }, 2),
    ],
    [
      'leaves an item out of every second answer',
      turns(
        {
          kind: 'change-answer',
          change: (text) => {
            const answer = JSON.parse(text) as { items: unknown[] }
            return JSON.stringify({ ...answer, items: answer.items.slice(1) })
          },
        },
        2,
      ),
    ],
    [
      'answers every second request with a page of HTML and 200',
      turns({ kind: 'refuse', status: 200, body: '<html>busy</html>' }, 2),
    ],
  ])('%s: every record is there exactly once', async (_, decide) => {
    const { scene, proxy, worker } = await startScene({ MILLRACE_INDEXER_BULK_COUNT: '100' })
    proxy.decide = ({ number }) => decide(number)
    await expectAllArrive(scene, worker, 1_000)
    expect(await readMetric(worker, 'indexer_dead_letter_records_total')).toBe(0)
  })

  it('answers single items with 429: only those are sent again', async () => {
    const { scene, proxy, worker } = await startScene()
    const refused = new Set<string>()
    proxy.decide = ({ ids }) => ({
      kind: 'change-answer',
      change: (text) => {
        const answer = JSON.parse(text) as { items: { create: Record<string, unknown> }[] }
        for (const [index, id] of ids.entries()) {
          if (!id.endsWith('7') || refused.has(id)) continue
          refused.add(id)
          const error = { type: 'es_rejected_execution_exception', reason: 'queue full' }
          answer.items[index] = { create: { _id: id, status: 429, error } }
        }
        return JSON.stringify(answer)
      },
    })
    await expectAllArrive(scene, worker, 300)
    const sent = proxy.requests.flatMap(({ ids }) => ids)
    const twice = sent.filter((id, index) => sent.indexOf(id) !== index)
    expect(twice.sort()).toEqual([...refused].sort())
    expect(refused.size).toBeGreaterThan(3)
    expect(await readMetric(worker, 'indexer_bulk_retried_items_total')).toBe(refused.size)
  })

  it.each([401, 403])(
    'refuses the credentials with %d: not ready, one line, nothing lost, and it goes on by itself',
    async (status) => {
      const { scene, proxy, worker } = await startScene()
      let isRefused = true
      proxy.decide = () =>
        isRefused ? refuse(status, 'security_exception', 'not with this key') : pass
      let tries = 0
      proxy.decideOther = (path) => {
        // A bulk request begins with a look at the backing indices.
        if (path.includes('_settings')) tries += 1
        return isRefused ? refuse(status, 'security_exception', 'not with this key') : pass
      }
      const sent = records(50)
      await publishAll(
        scene,
        sent.map(({ record }) => record),
      )
      await until('it is not ready', async () => (await readiness(worker))?.status === 503)
      await until('it has tried a few times', () => tries >= 4)
      const answer = await readiness(worker)
      expect(answer?.checks['elasticsearch']).toContain(String(status))
      const complaints = worker
        .lines()
        .filter(({ level, msg }) => level === 50 && String(msg).includes(String(status)))
      // The first at once, then one every 10 s; a slow machine may see a second.
      expect(complaints.length).toBeLessThanOrEqual(2)
      expect(complaints.length).toBeLessThan(tries)
      expect(complaints.length).toBeGreaterThan(0)
      isRefused = false
      await untilCommitted(scene, worker)
      await expectExactly(
        scene,
        sent.map(({ id }) => id),
      )
      await untilWorkerReady(worker)
      expect(await readMetric(worker, 'indexer_dead_letter_records_total')).toBe(0)
    },
  )

  it('refuses requests above 20,000 bytes with 413: they are split, and later ones are smaller', async () => {
    const { scene, proxy, worker } = await startScene()
    proxy.decide = ({ bytes }) =>
      bytes > 20_000 ? refuse(413, 'content_too_long_exception', 'too large') : pass
    await expectAllArrive(scene, worker, 1_000)
    expect(await readMetric(worker, 'indexer_bulk_requests_total', 'too-large')).toBeGreaterThan(0)
  })

  it('refuses whatever holds one bad document with 400: that one is parked, all others are indexed', async () => {
    const { scene, proxy, worker } = await startScene()
    const bad = 'event 77'
    proxy.decide = ({ documents }) =>
      documents.some((document) => document['message'] === bad)
        ? refuse(400, 'illegal_argument_exception', 'malformed action')
        : pass
    const sent = records(200)
    await publishAll(
      scene,
      sent.map(({ record }) => record),
    )
    await untilCommitted(scene, worker)
    const [letter, ...others] = await readDeadLetters(scene, 1)
    expect(others).toEqual([])
    expect(Buffer.from(letter!.value!).toString()).toBe(JSON.stringify({ message: bad }))
    expect(Buffer.from(letter!.key!).toString()).toBe(sent[76]!.id)
    expect(letterHeader(letter!)).toMatchObject({
      code: 'MILLRACE_BULK_REJECTED',
      status: 400,
      eventId: sent[76]!.id,
    })
    await expectExactly(
      scene,
      sent.map(({ id }) => id).filter((id) => id !== sent[76]!.id),
    )
  })

  it('rejects an item for good: it is parked with the words of Elasticsearch', async () => {
    const { scene, proxy, worker } = await startScene()
    const reason = 'failed to parse field [client.ip] of type [ip]'
    proxy.decide = ({ ids }) => ({
      kind: 'change-answer',
      change: (text) => {
        const answer = JSON.parse(text) as { items: { create: Record<string, unknown> }[] }
        const at = ids.findIndex((id) => id.endsWith('00000005'))
        if (at === -1) return text
        const error = { type: 'document_parsing_exception', reason }
        answer.items[at] = { create: { _id: ids[at], status: 400, error } }
        return JSON.stringify(answer)
      },
    })
    await publishAll(
      scene,
      records(10).map(({ record }) => record),
    )
    await untilCommitted(scene, worker)
    const [letter] = await readDeadLetters(scene, 1)
    expect(letterHeader(letter!)).toMatchObject({
      code: 'MILLRACE_BULK_REJECTED',
      group: 'MILLRACE_BULK_REJECTED document_parsing_exception client.ip',
      status: 400,
      type: 'document_parsing_exception',
      bulkReason: reason,
    })
  })

  it('lacks the templates: the worker joins no group, says what to run, and begins once they are there', async () => {
    const scene = await setScene()
    const proxy = await startFaultProxy(scene.elasticsearch)
    let isMissing = true
    proxy.decideOther = (path) =>
      isMissing && path.includes('template')
        ? refuse(404, 'resource_not_found_exception', 'no template')
        : pass
    const worker = startWorker({ ...scene.environment, MILLRACE_ELASTICSEARCH_URL: proxy.url })
    await until('it says what is missing', async () =>
      ((await readiness(worker))?.checks['templates'] ?? '').includes('millrace setup'),
    )
    expect((await scene.administration.groupMembers(scene.topic)).members).toEqual([])
    isMissing = false
    await untilWorkerReady(worker)
    await expectAllArrive(scene, worker, 20)
  })
})
