// The audit after outages: what was dropped, what went to disk, and what came back from there.
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type LocalStack, startLocalStack } from '@millrace/local-stack'
import { createMillraceStream } from '@millrace/transport'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { auditNow, setAuditScene, untilCommitted, untilIndexed } from './support/audit.ts'
import { countDocuments } from './support/documents.ts'
import { startIndexer, startProcess, untilReady } from './support/processes.ts'
import { until } from './support/until.ts'

/** A broker is killed and started again in them, on a machine that may be busy. */
const outageTimeoutMs = 600_000

let stack: LocalStack
beforeAll(async () => {
  stack = await startLocalStack({})
}, outageTimeoutMs)
afterAll(() => stack.stop())

test(
  'lines that a full memory dropped while Kafka was away are counted by reason, each of them, and none is called lost',
  { timeout: outageTimeoutMs },
  async () => {
    const scene = await setAuditScene(stack.endpoints)
    const indexer = startIndexer({ name: 'indexer', environment: scene.environment })
    await untilReady(indexer)
    let dropped = 0
    const stream = createMillraceStream({
      brokers: [...stack.endpoints.kafka],
      topic: scene.name,
      dataset: scene.dataset,
      service: { name: scene.name },
      memoryMaxBytes: 4_194_304,
      spool: false,
      closeTimeoutMs: 120_000,
      onDrop: ({ count }) => {
        dropped += count
      },
    })
    const total = 6000
    const line = (n: number): string =>
      `${JSON.stringify({ level: 30, time: Date.now(), msg: `line ${n}`, text: 'x'.repeat(2000) })}\n`
    for (let n = 1; n <= 1000; n++) stream.write(line(n))
    await until('the first are indexed', async () => {
      return (await countDocuments(scene.endpoints.elasticsearch, scene.dataStream)) === 1000
    })
    await stack.kill('kafka-1')
    for (let n = 1001; n <= total; n++) stream.write(line(n))
    await until('lines were dropped', () => dropped > 0)
    await stack.start('kafka-1')
    await new Promise<void>((resolve) => {
      stream.end(resolve)
    })
    await untilIndexed(scene, total - dropped)
    await untilCommitted(scene)
    const report = await auditNow(scene, scene.name, 45_000)
    expect(report).toMatchObject({
      ok: true,
      instances: 1,
      issued: total,
      indexed: total - dropped,
      dropped: { 'memory-full': dropped },
      pending: 0,
      lostCount: 0,
    })
    expect(report.perInstance[0]).toMatchObject({ state: 'closed', service: scene.name })
  },
)

test(
  'of a service that was killed with Kafka away, what went to disk first is pending there, then indexed by the next process, and no line that is known of is missing',
  { timeout: outageTimeoutMs },
  async () => {
    const scene = await setAuditScene(stack.endpoints)
    const indexer = startIndexer({ name: 'indexer', environment: scene.environment })
    await untilReady(indexer)
    const directory = mkdtempSync(join(tmpdir(), 'millrace-audit-'))
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
    const environment = {
      ...scene.environment,
      MILLRACE_DATASET: scene.dataset,
      MILLRACE_SPOOL_DIRECTORY: directory,
      MILLRACE_DURABILITY: 'always',
    }
    const lines = 'test/e2e/programs/log-lines.mjs'
    const killed = startProcess({
      name: 'killed',
      parameters: [lines, scene.name, '100000', '1000'],
      environment,
    })
    const count = () => countDocuments(scene.endpoints.elasticsearch, scene.dataStream)
    await until('some are indexed', async () => (await count()) > 500)
    await stack.kill('kafka-1')
    const spooled = () =>
      readdirSync(directory).reduce((sum, name) => sum + statSync(join(directory, name)).size, 0)
    const before = spooled()
    await until('a good deal more went to disk', () => spooled() > before + 500_000)
    killed.child.kill('SIGKILL')
    await killed.ended
    await stack.start('kafka-1')

    await untilCommitted(scene)
    const inSpool = await auditNow(scene, scene.name, 0)
    expect(inSpool).toMatchObject({ instances: 1, lostCount: 0, duplicates: 0 })
    expect(inSpool.perInstance[0]).toMatchObject({ state: 'silent', durability: 'always' })

    const next = startProcess({
      name: 'next',
      parameters: [lines, `${scene.name}-next`, '20000', '500'],
      environment,
    })
    const its = async () => (await auditNow(scene, scene.name, 0)).perInstance[0]!
    await until(
      'another process has sent all of it',
      async () => (await its()).state === 'recovered',
      {
        describe: async () => JSON.stringify(await its()),
      },
    )
    next.child.kill('SIGKILL')
    await untilCommitted(scene)
    const recovered = await its()
    expect(recovered).toMatchObject({ pending: 0, duplicates: 0, deadLettered: 0 })
    // More than was known before: the segments say how many lines there were.
    expect(recovered.issued).toBeGreaterThan(inSpool.issued)
    expect(recovered.indexed).toBeGreaterThan(inSpool.indexed)
    // What the last moment took: had its number, and was not on disk yet.
    expect(recovered.issued - recovered.indexed).toBe(recovered.lostCount)
    for (const [first] of recovered.lostRanges)
      expect(first).toBeGreaterThan(recovered.issued - 500)
  },
)
