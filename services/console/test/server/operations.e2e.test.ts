// Live, Delivery and Dead letters against a real Kafka and a real Elasticsearch, through a real indexer.
import { describe, expect, it } from 'vitest'
import { allowWords, refuseWords } from '../../../../test/e2e/support/refusing-stream.ts'
import { until } from '../../../../test/e2e/support/until.ts'
import type {
  DeadLettersAnswer,
  DeliveryAnswer,
  LetterAnswer,
  LettersAnswer,
  LiveBatch,
  Replay,
} from '../../server/api.mts'
import { publishLines, startConsoleScene } from '../support/console.ts'
import { call, serverEvents, untilFound } from './support.ts'

describe('live', () => {
  it('shows what arrives, and of a flood a sample with the true counts', async () => {
    const { url, scene } = await startConsoleScene()
    const end = new AbortController()
    const batches: LiveBatch[] = []
    let isReady = false
    const reading = (async () => {
      for await (const { name, data } of serverEvents(`${url}/api/live?level=warn`, end.signal)) {
        if (name === 'ready') isReady = true
        if (name === 'batch') batches.push(data as LiveBatch)
      }
    })().catch(() => {})
    await until('reading has begun', () => isReady)
    await publishLines(scene, [
      { service: 'orders', level: 'info', message: 'not wanted' },
      { service: 'orders', level: 'error', message: 'wanted' },
    ])
    await until('the wanted one is shown', () => batches.some(({ rows }) => rows.length > 0))
    expect(batches.flatMap(({ rows }) => rows)).toMatchObject([
      { message: 'wanted', place: { topic: scene.topic } },
    ])

    const before = batches.length
    const flood = 20_000
    await publishLines(
      scene,
      Array.from({ length: flood }, (_, index) => ({
        service: 'flood',
        level: index % 2 === 0 ? ('warn' as const) : ('info' as const),
        message: `line ${index}`,
      })),
    )
    const counted = (count: (batch: LiveBatch) => number): number =>
      batches.slice(before).reduce((sum, batch) => sum + count(batch), 0)
    await until(
      'the flood is counted',
      () => counted(({ seen, skipped }) => seen + skipped) === flood,
      { describe: () => String(counted(({ seen, skipped }) => seen + skipped)) },
    )
    expect(Math.max(...batches.map(({ rows }) => rows.length))).toBeLessThanOrEqual(50)
    expect(batches.some(({ isSampled }) => isSampled)).toBe(true)
    for (const { matching, seen, rows } of batches.slice(before)) {
      expect(matching).toBeLessThanOrEqual(seen)
      expect(rows.length).toBeLessThanOrEqual(matching)
    }
    end.abort()
    await reading
  })
})

describe('delivery', () => {
  it('tells what became of each line, the lag, who owns what, the delays and what indexers report', async () => {
    const console = await startConsoleScene({
      prepare: (scene) => {
        scene.environment['MILLRACE_INDEXER_REPORT_INTERVAL_MS'] = '500'
        return Promise.resolve()
      },
    })
    const { url, scene } = console
    const [id = ''] = await publishLines(scene, [
      { service: 'orders', level: 'info', message: 'one' },
      { service: 'orders', level: 'info', message: 'two' },
    ])
    await untilFound(console, 2)
    const read = () => call<DeliveryAnswer>(url, '/api/delivery')
    const isThere = ({ audit, lag, workers, delays, indexing }: DeliveryAnswer): boolean =>
      audit.value !== undefined &&
      lag.value?.lag === 0 &&
      (workers.value?.members.length ?? 0) === 1 &&
      delays.value?.indexing !== undefined &&
      (indexing.value?.indexers.length ?? 0) > 0
    await until('all parts are there', async () => isThere(await read()), {
      describe: async () => JSON.stringify(await read()).slice(0, 3_000),
    })
    const { audit, lag, workers, delays, indexing } = await read()
    // Lines of other tests, whose topics nobody reads to the end, are none of this one's business.
    const own = audit.value!.instances.find(({ instance }) => id.startsWith(instance))
    expect(own).toMatchObject({ issued: 2, indexed: 2, lost: 0, duplicates: 0 })
    expect(
      lag.value!.partitions.every(({ owner }) => owner === workers.value!.members[0]!.memberId),
    ).toBe(true)
    expect(workers.value).toMatchObject({ state: 'Stable' })
    expect(delays.value!.endToEnd!.max).toBeGreaterThanOrEqual(delays.value!.endToEnd!.p50)
    expect(indexing.value!.verdicts['indexed']).toBeGreaterThanOrEqual(0)
    expect(indexing.trouble).toBeUndefined()
  })
})

describe('dead letters', () => {
  it('are grouped, shown, replayed with progress, and indexed once however often they are replayed', async () => {
    const console = await startConsoleScene({ prepare: refuseWords })
    const { url, scene } = console
    const ids = await publishLines(
      scene,
      ['words one', 'words two'].map((message) => ({
        service: 'orders',
        level: 'info' as const,
        message,
      })),
    )
    const read = () =>
      call<DeadLettersAnswer>(url, '/api/dead-letters', { query: { fresh: 'true' } })
    await until('both are parked', async () => (await read()).letters === 2, {
      describe: async () => JSON.stringify(await read()),
    })
    const { groups } = await read()
    expect(groups).toMatchObject([
      { code: 'MILLRACE_BULK_REJECTED', letters: 2, open: 2, services: ['orders'] },
    ])
    expect(groups[0]!.remedy).toContain('then replay')
    const { letters } = await call<LettersAnswer>(url, '/api/dead-letters/letters', {
      query: { group: groups[0]!.group },
    })
    expect(letters.map(({ id }) => id).toSorted()).toEqual(ids.toSorted())
    expect(letters.every(({ sample }) => sample?.includes('words') === true)).toBe(true)
    const letter = await call<LetterAnswer>(url, `/api/dead-letters/letters/${ids[0]}`)
    expect(letter).toMatchObject({
      topic: scene.topic,
      status: 400,
      line: { encoding: 'utf8' },
      documents: [{ message: 'words one' }],
    })

    const replay = async (body: object): Promise<Replay[]> => {
      const { id } = await call<Replay>(url, '/api/dead-letters/replays', { body })
      const told: Replay[] = []
      const progress = `${url}/api/dead-letters/replays/${id}/progress`
      for await (const { data } of serverEvents(progress, AbortSignal.timeout(120_000))) {
        told.push(data as Replay)
      }
      return told
    }
    const { group } = groups[0]!
    const tooEarly = await replay({ group, lettersMax: 1 })
    expect(tooEarly.at(-1)).toMatchObject({
      state: 'done',
      total: 1,
      leftOut: 1,
      replayed: 1,
      indexed: 0,
      deadLetteredAgain: 1,
    })

    const one = await replay({ id: letter.id, lettersMax: 1 })
    expect(one.at(-1)).toMatchObject({ what: { id: letter.id }, total: 1, deadLetteredAgain: 1 })

    await allowWords(scene)
    const told = await replay({ group, lettersMax: 2 })
    expect(told.at(-1)).toMatchObject({ state: 'done', total: 2, replayed: 2, indexed: 2 })
    const again = await replay({ all: true, lettersMax: 2 })
    expect(again.at(-1)).toMatchObject({ state: 'done', replayed: 0, alreadyIndexed: 2 })
    await untilFound(console, 2)
    await until('none is open', async () => (await read()).open === 0, {
      describe: async () => JSON.stringify(await read()),
    })
    expect((await read()).letters).toBe(2)
  })
})
