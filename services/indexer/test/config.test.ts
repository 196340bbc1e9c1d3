import { readFileSync } from 'node:fs'
import { loadConfig, settingMeta, settingsHelp, textOfDefault } from '@millrace/service'
import { describe, expect, it } from 'vitest'
import { indexerGroups } from '../src/config.mts'
import { pipelineOptions } from '../src/pipeline-options.mts'
import { threadCount } from '../src/threads/thread-count.mts'

const load = (environment: Record<string, string>): ReturnType<typeof loadConfig> =>
  loadConfig(indexerGroups, environment)

describe('configuration', () => {
  it('needs nothing: the defaults are a local Kafka and a local Elasticsearch', () => {
    const config = loadConfig(indexerGroups, {})
    expect(config.kafka.connection.brokers).toEqual(['127.0.0.1:9092'])
    expect(config.kafka.topic).toBe('logs')
    expect(config.consumer).toMatchObject({ group: 'millrace-indexer', from: 'earliest' })
    expect(config.elasticsearch.nodes).toEqual(['http://127.0.0.1:9200'])
    expect(pipelineOptions(config, 'cluster').deadLetters.topic).toBe('logs.dead-letter')
  })

  it.each([
    ['MILLRACE_INDEXER_BULK_BYTES', 10_000, 104_857_600],
    ['MILLRACE_INDEXER_BULK_COUNT', 1, 100_000],
    ['MILLRACE_INDEXER_LINGER_MS', 0, 60_000],
    ['MILLRACE_INDEXER_MAX_IN_FLIGHT', 1, 64],
    ['MILLRACE_INDEXER_LATENCY_TARGET_MS', 10, 600_000],
    ['MILLRACE_INDEXER_UNSETTLED_RECORDS_MAX', 100, 10_000_000],
    ['MILLRACE_INDEXER_COMMIT_INTERVAL_MS', 50, 60_000],
    ['MILLRACE_INDEXER_DRAIN_TIMEOUT_MS', 0, 300_000],
  ])('%s takes %d to %d and nothing past them', (name, min, max) => {
    const room = { MILLRACE_INDEXER_IN_FLIGHT_BYTES_MAX: '1073741824' }
    for (const value of [min, max]) {
      expect(() => load({ ...room, [name]: String(value) })).not.toThrow()
    }
    for (const value of [min - 1, max + 1]) {
      expect(() => load({ ...room, [name]: String(value) })).toThrow(name)
    }
  })

  it('wants room for two bulk requests, and says which setting to change', () => {
    expect(() =>
      load({
        MILLRACE_INDEXER_BULK_BYTES: '5000000',
        MILLRACE_INDEXER_IN_FLIGHT_BYTES_MAX: '9999999',
      }),
    ).toThrow('MILLRACE_INDEXER_IN_FLIGHT_BYTES_MAX is 9999999; it must be at least twice')
  })

  it('has one thread, unless it is told how many, or to have one for each core', () => {
    const threads = (text?: string): number =>
      loadConfig(indexerGroups, text === undefined ? {} : { MILLRACE_INDEXER_THREADS: text })
        .indexer.threads
    expect(threads()).toBe(1)
    expect(threads('3')).toBe(3)
    expect(threads('auto')).toBe(
      threadCount('auto', { bulkBytes: 5_000_000, inFlightBytesMax: 50_331_648 }),
    )
    for (const wrong of ['0', '65', '-1', '1.5', 'Auto', 'all']) {
      expect(() => threads(wrong)).toThrow('it must be auto, or an integer from 1 to 64')
    }
    const room = { MILLRACE_INDEXER_IN_FLIGHT_BYTES_MAX: '1073741824' }
    expect(() => load({ ...room, MILLRACE_INDEXER_THREADS: '64' })).not.toThrow()
  })

  it('wants room for two bulk requests of each thread', () => {
    const bounds = {
      MILLRACE_INDEXER_BULK_BYTES: '5000000',
      MILLRACE_INDEXER_IN_FLIGHT_BYTES_MAX: '29999999',
    }
    expect(() => load({ ...bounds, MILLRACE_INDEXER_THREADS: '2' })).not.toThrow()
    expect(() => load({ ...bounds, MILLRACE_INDEXER_THREADS: '3' })).toThrow(
      'MILLRACE_INDEXER_BULK_BYTES, which is 5000000, for each of 3 threads.',
    )
    // Never an error by itself: it takes as many as there is room for.
    expect(() => load({ ...bounds, MILLRACE_INDEXER_THREADS: 'auto' })).not.toThrow()
  })

  it.each([
    [1, 1],
    [2, 2],
    [5, 5],
    [16, 5],
  ])('on %d cores, auto are %d threads with the default bounds', (cores, expected) => {
    const bounds = { bulkBytes: 5_000_000, inFlightBytesMax: 50_331_648 }
    expect(threadCount('auto', bounds, cores)).toBe(expected)
  })

  it('wants a longest retry wait that is not shorter than the first', () => {
    expect(() =>
      load({ MILLRACE_INDEXER_RETRY_INITIAL_MS: '500', MILLRACE_INDEXER_RETRY_MAX_MS: '499' }),
    ).toThrow('MILLRACE_INDEXER_RETRY_MAX_MS is 499')
  })

  it('refuses a time zone that nobody knows, and a misspelled setting', () => {
    expect(() => load({ MILLRACE_INDEXER_TIME_ZONE: 'Europe/Berlin' })).not.toThrow()
    expect(() => load({ MILLRACE_INDEXER_TIME_ZONE: 'Mars/Olympus' })).toThrow('time zone name')
    expect(() => load({ MILLRACE_INDEXER_BULK_BYTE: '1' })).toThrow('MILLRACE_INDEXER_BULK_BYTES')
  })

  it('stands in the README as it is declared', () => {
    const page = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
    const rows = page.split('\n').filter((line) => line.startsWith('| `MILLRACE_INDEXER_'))
    const { variables } = indexerGroups.indexer
    expect(rows).toEqual(
      Object.entries(variables).map(([name, schema]) => {
        const { accepts, unit, description } = settingMeta(schema)
        const byDefault = textOfDefault(schema.safeParse(undefined).data)
        const bounds = unit === undefined ? accepts : `${accepts} (${unit})`
        return `| \`${name}\` | ${byDefault} | ${bounds} | ${description} |`
      }),
    )
  })

  it('is shown whole by --help, with its defaults', () => {
    const text = settingsHelp([], indexerGroups)
    for (const { variables } of Object.values(indexerGroups)) {
      for (const name of Object.keys(variables)) expect(text).toContain(name)
    }
    expect(text).toContain('MILLRACE_INDEXER_LINGER_MS (default 100 ms)')
  })
})
