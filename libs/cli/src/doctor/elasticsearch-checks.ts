// The doctor at the store: does it answer, are the templates there, may we write, do the clocks agree.
import type { ElasticStore } from '@millrace/elastic'
import { BulkRequestError, type Clock, errorText } from '@millrace/foundation'
import { memberAt } from '@millrace/ecs'
import { counted } from '../number-text.ts'
import { failed, type Finding, warning, well } from './finding.ts'

export interface ElasticsearchCheckOptions {
  store: ElasticStore
  /** As configured, for what is said when none answers. */
  nodes: readonly string[]
  clock: Pick<Clock, 'now'>
}

/** Clocks may differ so much before times become misleading. Unit: ms. */
const skewMaxMs = 5_000
const dataStreams = 'logs-*-*'
const metrics = 'metrics-millrace.*-*'
const privileges = ['create_doc', 'auto_configure', 'read', 'view_index_metadata', 'delete']

export async function* checkElasticsearch(
  options: ElasticsearchCheckOptions,
): AsyncGenerator<Finding> {
  const health = await healthFinding(options)
  yield health
  if (health.status === 'failed') return
  yield await templatesFinding(options.store)
  yield await privilegesFinding(options.store)
  yield await clockFinding(options)
  yield await serviceClocksFinding(options.store)
}

async function healthFinding({ store, nodes }: ElasticsearchCheckOptions): Promise<Finding> {
  const check = 'elasticsearch'
  try {
    const { status, body } = await store.request({
      method: 'GET',
      path: '/_cluster/health',
      querystring: { timeout: '2s' },
      timeoutMs: 10_000,
      acceptStatuses: [403, 408],
    })
    if (status === 403) return well(check, `${nodes.join(', ')} answers; health may not be read`)
    const color = String(memberAt(body, 'status'))
    const nodeCount = Number(memberAt(body, 'number_of_nodes'))
    const text = `${nodes.join(', ')}, ${counted(nodeCount, 'node')}, ${color}`
    if (color === 'red') {
      return failed(check, text, 'Data are unavailable: GET _cluster/allocation/explain says why.')
    }
    if (color === 'yellow' && nodeCount > 1) {
      return warning(check, text, 'Copies are missing: GET _cluster/allocation/explain says why.')
    }
    return well(check, color === 'yellow' ? `${text} (normal with a single node)` : text)
  } catch (error) {
    return failed(check, errorText(error), adviceFor(error, nodes))
  }
}

function adviceFor(error: unknown, nodes: readonly string[]): string {
  const status = error instanceof BulkRequestError ? error.context['status'] : undefined
  if (status === 401) return 'Set MILLRACE_ELASTICSEARCH_API_KEY, or user name and password.'
  return `Is Elasticsearch running at ${nodes.join(', ')}? Set MILLRACE_ELASTICSEARCH_URL or --elasticsearch, or run npm start.`
}

async function templatesFinding(store: ElasticStore): Promise<Finding> {
  try {
    const { ok, newer, unreadable, summary } = await store.checkTemplates()
    if (unreadable !== undefined) {
      return warning('templates', unreadable, 'Ask somebody who may: millrace setup --check')
    }
    if (!ok) return failed('templates', summary, 'Run "millrace setup".')
    const note = newer.length > 0 ? '; some are of a newer Millrace' : ''
    return well('templates', `all there and current${note}`)
  } catch (error) {
    return failed('templates', errorText(error), 'Run "millrace setup".')
  }
}

/** Asked where the server knows of privileges; elsewhere there are none to lack. */
async function privilegesFinding(store: ElasticStore): Promise<Finding> {
  const check = 'privileges'
  try {
    const { status, body } = await store.request({
      method: 'POST',
      path: '/_security/user/_has_privileges',
      body: {
        index: [
          { names: [dataStreams], privileges },
          { names: [metrics], privileges },
        ],
      },
      timeoutMs: 10_000,
      acceptStatuses: [400, 401, 403, 404, 405, 500],
    })
    if (status === 403) return warning(check, 'they may not be asked for', privilegesAdvice)
    if (status !== 200) return well(check, 'not asked for: security is off')
    const granted = memberAt(body, 'index') as Record<string, Record<string, boolean>> | undefined
    const missing = [dataStreams, metrics].flatMap((names) =>
      Object.entries(granted?.[names] ?? {})
        .filter(([, isGranted]) => !isGranted)
        .map(([name]) => `${name} on ${names}`),
    )
    if (missing.length === 0) {
      return well(check, `may create and read documents in ${dataStreams} and ${metrics}`)
    }
    const lack = `missing: ${missing.join(', ')}`
    // Only a copy that came into being during a rollover is ever deleted.
    const isOnlyForRepairs = missing.every((name) => name.startsWith('delete '))
    return isOnlyForRepairs
      ? warning(check, lack, privilegesAdvice)
      : failed(check, lack, privilegesAdvice)
  } catch (error) {
    return warning(check, errorText(error), privilegesAdvice)
  }
}

const privilegesAdvice = `An indexer needs create_doc, auto_configure, read, view_index_metadata and delete on ${dataStreams} and ${metrics}.`

/** This machine against Elasticsearch, half of the answer's way taken off. */
async function clockFinding({ store, clock }: ElasticsearchCheckOptions): Promise<Finding> {
  const check = 'clock'
  try {
    const askedAtMs = clock.now()
    const { body } = await store.request({
      method: 'GET',
      path: '/_nodes/stats/os',
      querystring: { filter_path: 'nodes.*.os.timestamp' },
      timeoutMs: 10_000,
    })
    const answeredAtMs = clock.now()
    const nodes = Object.values((memberAt(body, 'nodes') ?? {}) as Record<string, unknown>)
    const times = nodes
      .map((node) => memberAt(node, 'os.timestamp'))
      .filter((time) => typeof time === 'number')
    if (times.length === 0) return well(check, 'Elasticsearch tells no time')
    const hereMs = (askedAtMs + answeredAtMs) / 2
    const skewsMs = times.map((time) => time - hereMs)
    const worstMs = skewsMs.reduce((worst, skew) =>
      Math.abs(skew) > Math.abs(worst) ? skew : worst,
    )
    const isFar = Math.abs(worstMs) > skewMaxMs
    if (!isFar) return well(check, `this machine and Elasticsearch agree (${secondsText(worstMs)})`)
    return warning(
      check,
      `Elasticsearch is ${secondsText(worstMs)} from this machine`,
      'Run a time service (NTP) on both.',
    )
  } catch (error) {
    return warning(check, errorText(error), 'The time of Elasticsearch could not be asked.')
  }
}

/** A service whose newest lines lie after their arrival has a clock that is ahead. */
async function serviceClocksFinding(store: ElasticStore): Promise<Finding> {
  const check = 'service clocks'
  try {
    const { body } = await store.request({
      method: 'POST',
      path: `/${dataStreams}/_search`,
      querystring: { ignore_unavailable: true, allow_no_indices: true },
      body: {
        size: 0,
        query: { range: { 'event.ingested': { gte: 'now-1h' } } },
        aggs: {
          services: {
            terms: { field: 'service.name', size: 100 },
            aggs: {
              said: { max: { field: '@timestamp' } },
              ingested: { max: { field: 'event.ingested' } },
            },
          },
        },
      },
      timeoutMs: 10_000,
    })
    const buckets = memberAt(body, 'aggregations.services.buckets')
    const services = Array.isArray(buckets) ? buckets : []
    const ahead = services.flatMap((bucket) => {
      const aheadMs =
        Number(memberAt(bucket, 'said.value')) - Number(memberAt(bucket, 'ingested.value'))
      return aheadMs > skewMaxMs
        ? [`${String(memberAt(bucket, 'key'))} (${secondsText(aheadMs)})`]
        : []
    })
    if (services.length === 0) return well(check, 'no documents in the last hour')
    if (ahead.length === 0) {
      return well(check, `none of ${counted(services.length, 'service')} is ahead of its arrival`)
    }
    return warning(check, `ahead: ${ahead.join(', ')}`, 'Run a time service (NTP) where they run.')
  } catch (error) {
    return warning(check, errorText(error), 'The documents could not be searched.')
  }
}

function secondsText(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}
