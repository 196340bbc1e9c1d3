import { createElasticStore } from '@millrace/elastic'
import { encodeSourceFacts } from '@millrace/envelope'
import { describe, expect, it, onTestFinished } from 'vitest'
import { countDocuments } from '../../../test/e2e/support/documents.ts'
import { until } from '../../../test/e2e/support/until.ts'
import {
  committed,
  mintedRecords,
  publishAll,
  readMetric,
  setScene,
  startWorker,
  untilCommitted,
  untilWorkerReady,
} from './support/scene.ts'

describe('Elasticsearch in part', () => {
  it('has a data stream whose shard cannot start: the others are indexed, and it follows when it can', async () => {
    const scene = await setScene()
    const stuck = `${scene.dataset}_stuck`
    const store = createElasticStore({ nodes: [scene.elasticsearch] })
    const template = `/_index_template/${stuck}`
    onTestFinished(async () => {
      await store.request({ method: 'DELETE', path: template, acceptStatuses: [404] })
      await store.close()
    })
    await store.request({
      method: 'PUT',
      path: template,
      body: {
        index_patterns: [`logs-${stuck}-*`],
        priority: 900,
        data_stream: {},
        template: { settings: { 'index.routing.allocation.require.nowhere': 'yes' } },
      },
    })
    const worker = startWorker({
      ...scene.environment,
      MILLRACE_ELASTICSEARCH_REQUEST_TIMEOUT_MS: '10000',
    })
    await untilWorkerReady(worker)
    const toStuck = encodeSourceFacts({ format: 'json', dataset: stuck })
    const good = mintedRecords('01jd8q3z5v7x9ymw', 300, (sequence) => ({
      format: 'json',
      line: JSON.stringify({ message: `event ${sequence}` }),
    }))
    const bad = mintedRecords('01jd8q3z5v7x9yst', 20, (sequence) => ({
      format: 'json',
      line: JSON.stringify({ message: `stuck ${sequence}` }),
    })).map(({ record: { key, value } }) => ({ key, value, headers: { millrace: toStuck } }))
    await publishAll(scene, bad)
    await publishAll(
      scene,
      good.map(({ record }) => record),
    )
    // Not asked of Elasticsearch: a search of the stuck data stream would wait a minute for its shard.
    await until(
      'all others are indexed',
      async () =>
        (await readMetric(worker, 'indexer_settle_events_total', 'fate="indexed"')) === 300,
    )
    expect(await countDocuments(scene.elasticsearch, scene.dataStream)).toBe(300)
    expect((await committed(scene)).committed).toBeLessThanOrEqual(300)
    expect(await readMetric(worker, 'indexer_settle_in_hand_events')).toBe(20)
    await store.request({
      method: 'PUT',
      path: `/.ds-logs-${stuck}-default-*/_settings`,
      body: { 'index.routing.allocation.require.nowhere': null },
    })
    await untilCommitted(scene, worker)
    expect(await countDocuments(scene.elasticsearch, `logs-${stuck}-default`)).toBe(20)
    expect(await readMetric(worker, 'indexer_dead_letter_records_total')).toBe(0)
  })
})
