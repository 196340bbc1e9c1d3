import type { TemplateCheck } from '@millrace/elastic'
import { seededRandom } from '@millrace/foundation'
import { describe, expect, it } from 'vitest'
import { Readiness } from '../src/readiness.mts'
import { StoreWatch } from '../src/store-watch.mts'
import { ensureDeadLetterTopic, untilTopicExists } from '../src/topic-watch.mts'
import { bulkError } from './support/fakes.ts'
import { ManualClock } from '../../../test/support/manual-clock.ts'

const backoff = { initialMs: 100, maxMs: 1_000 }
const good: TemplateCheck = {
  ok: true,
  missing: [],
  outdated: [],
  newer: [],
  foreign: [],
  summary: '',
}

function watchWorld(options: { install?: boolean } = {}) {
  const clock = new ManualClock()
  const readiness = new Readiness()
  const world = {
    clock,
    readiness,
    problem: undefined as Error | undefined,
    check: { ...good } as typeof good & {
      missing: string[]
      foreign: string[]
      outdated: string[]
    },
    installs: 0,
    troubles: [] as string[],
    notes: [] as string[],
  }
  const watch = new StoreWatch(
    {
      store: {
        checkTemplates: async () => {
          if (world.problem !== undefined) throw world.problem
          return world.check
        },
        installTemplates: async () => {
          world.installs += 1
          world.check = { ...good }
          return { ok: true, templates: [], fallbacks: [], dataStreamsToRollOver: [] }
        },
      },
      readiness,
      clock,
      random: seededRandom(1),
      onTrouble: (condition, sentence, level) =>
        world.troubles.push(`${level} ${condition}: ${sentence}`),
      onNote: (sentence) => world.notes.push(sentence),
    },
    { install: options.install ?? false, backoff, watchIntervalMs: 10_000 },
  )
  return { ...world, world, watch }
}

const lacking = {
  ...good,
  ok: false,
  missing: ['millrace-logs'],
  summary: 'missing: millrace-logs',
}

describe('StoreWatch', () => {
  it('waits for Elasticsearch, then for its templates, and says which of the two', async () => {
    const { world, watch, clock, readiness } = watchWorld()
    world.problem = new Error('refused')
    let isReady: boolean | undefined
    void watch.untilReady().then((value) => (isReady = value))
    await clock.advance(60_000)
    expect(isReady).toBeUndefined()
    expect(readiness.reason('elasticsearch')).toBe('refused')
    world.problem = undefined
    world.check = lacking
    await clock.advance(5_000)
    expect(readiness.reason('elasticsearch')).toBeUndefined()
    expect(readiness.reason('templates')).toBe('missing: millrace-logs')
    expect(isReady).toBeUndefined()
    expect(world.installs).toBe(0)
    world.check = { ...good }
    await clock.advance(2_000)
    expect(isReady).toBe(true)
    expect(readiness.reason('templates')).toBeUndefined()
    watch.close()
  })

  it('installs the templates itself when told to, once', async () => {
    const { world, watch, clock } = watchWorld({ install: true })
    world.check = lacking
    const ready = watch.untilReady()
    await clock.advance(30_000)
    expect(await ready).toBe(true)
    expect(world.installs).toBe(1)
    watch.close()
  })

  it('does not wait for templates of another release, nor for those it may not read', async () => {
    for (const check of [
      { ...good, ok: false, outdated: ['millrace-logs'], summary: 'of another release' },
      { ...good, ok: false, unreadable: '403', summary: '403' },
    ]) {
      const { world, watch, clock } = watchWorld()
      world.check = check
      const ready = watch.untilReady()
      await clock.advance(60_000)
      expect(await ready).toBe(true)
      expect(world.notes).toEqual([check.summary])
      watch.close()
    }
  })

  it('notices while the worker runs that Elasticsearch went, and that it came back', async () => {
    const { world, watch, clock, readiness } = watchWorld()
    const ready = watch.untilReady()
    await clock.advance(0)
    await ready
    world.problem = new Error('gone')
    await clock.advance(10_000)
    expect(readiness.reason('elasticsearch')).toBe('gone')
    world.problem = undefined
    await clock.advance(10_000)
    expect(readiness.reason('elasticsearch')).toBeUndefined()
    watch.close()
  })

  it('calls for a person when the credentials are refused, and not when nobody answers', async () => {
    const { world, watch, clock } = watchWorld()
    world.problem = bulkError(undefined)
    void watch.untilReady()
    await clock.advance(10)
    world.problem = bulkError(401)
    await clock.advance(200)
    expect(world.troubles[0]).toBe('warn elasticsearch: refused with undefined')
    expect(new Set(world.troubles.slice(1))).toEqual(
      new Set(['error elasticsearch: refused with 401']),
    )
    watch.close()
  })

  it('stops waiting when it is closed', async () => {
    const { world, watch, clock } = watchWorld()
    world.problem = new Error('refused')
    const ready = watch.untilReady()
    await clock.advance(500)
    watch.close()
    expect(await ready).toBe(false)
  })
})

function topicDescription(partitions: number, configuration: Record<string, string> = {}) {
  return {
    topic: 'logs',
    partitions: Array.from({ length: partitions }, (_, partition) => ({
      partition,
      leader: 1,
      replicas: [1, 2, 3],
      inSyncReplicas: [1, 2, 3],
    })),
    configuration,
  }
}

describe('the topic', () => {
  it('is waited for, with a sentence that says how to create it, and never created', async () => {
    const clock = new ManualClock()
    const readiness = new Readiness()
    const troubles: string[] = []
    const created: unknown[] = []
    let isBrokerUp = false
    let isThere = false
    const waiting = untilTopicExists(
      'logs',
      {
        administration: {
          clusterId: async () => 'abc',
          describeTopic: async () => {
            if (!isBrokerUp) throw new Error('no broker')
            return isThere ? topicDescription(3) : undefined
          },
          createTopic: async (options) => created.push(options) > 0,
        },
        readiness,
        clock,
        random: seededRandom(1),
        onTrouble: (sentence, level) => troubles.push(`${level} ${sentence}`),
      },
      { backoff, signal: new AbortController().signal },
    )
    await clock.advance(10_000)
    expect(readiness.reason('topic')).toBe('no broker')
    isBrokerUp = true
    await clock.advance(10_000)
    expect(readiness.reason('topic')).toMatch(/"logs".*does not exist.*millrace topic create logs/)
    isThere = true
    await clock.advance(2_000)
    expect(await waiting).toEqual({ clusterId: 'abc', partitions: 3 })
    expect(readiness.reason('topic')).toBeUndefined()
    expect(created).toEqual([])
    expect(troubles[0]).toBe('warn no broker')
    expect(troubles.at(-1)).toMatch(/^error Topic "logs"/)
  })

  it('of dead letters is created like the topic, with room for the reason', async () => {
    const created: unknown[] = []
    await ensureDeadLetterTopic(
      { topic: 'logs', deadLetterTopic: 'logs.dead-letter' },
      {
        describeTopic: async (topic) =>
          topic === 'logs' ? topicDescription(6, { 'max.message.bytes': '2000000' }) : undefined,
        createTopic: async (options) => created.push(options) > 0,
      },
    )
    expect(created).toEqual([
      {
        topic: 'logs.dead-letter',
        partitions: 6,
        replicationFactor: 3,
        configuration: {
          'max.message.bytes': String(2_000_000 + 65_536),
          'retention.ms': '2592000000',
        },
      },
    ])
  })

  it('of dead letters is left as it is where there is one', async () => {
    const created: unknown[] = []
    await ensureDeadLetterTopic(
      { topic: 'logs', deadLetterTopic: 'logs.dead-letter' },
      {
        describeTopic: async () => topicDescription(1),
        createTopic: async (options) => created.push(options) > 0,
      },
    )
    expect(created).toEqual([])
  })
})
