import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest'
import {
  findNodes,
  installPublished,
  removeInstalled,
  type Run,
  type RunOptions,
  runProgram,
  startPeer,
} from './support/installed.ts'
import { createTestTopic } from './support/topic.ts'

let folder = ''
beforeAll(() => {
  folder = installPublished()
})
afterAll(() => removeInstalled(folder))

type Program = Pick<RunOptions, 'node' | 'program'> & Partial<RunOptions>

function run(program: Program): Promise<Run> {
  return runProgram({ folder, environment: {}, ...program })
}

/** Runs a program against a topic of its own and counts what is in the topic when the program is over. */
async function runWithTopic(program: Program): Promise<Run & { records: number }> {
  const topic = await createTestTopic(inject('stack').kafka)
  const ran = await run({ ...program, environment: topic.environment })
  return { ...ran, records: await topic.count() }
}

test('the pinned Node is among those that are tested', () => {
  expect(findNodes().map(({ version }) => version)).toContain(process.version)
})

describe.each(findNodes())('on Node $version', ({ path: node, version }) => {
  test.each([
    ['a service that logs and ends by itself', 'worker-ends.mjs', 0],
    ['a service that logs and exits before the worker is ready', 'worker-exits.mjs', 7],
    ['a service that logs, idles, logs and exits', 'worker-exits-later.mjs', 7],
    ['a service that exits with more lines than the ring holds', 'worker-exits-full.mjs', 7],
    ['a service that dies of an uncaught exception', 'worker-throws.mjs', 1],
    ['a service with several targets that ends by itself', 'worker-targets.mjs', 0],
    ['pino in process that ends by itself', 'stream-ends.mjs', 0],
    [
      'an in-process stream with an idle connection that ends by itself',
      'stream-idles-and-ends.mjs',
      0,
    ],
    ['an in-process stream that is closed before the exit', 'stream-closes.mjs', 7],
    ['winston that ends by itself', 'winston-ends.mjs', 0],
    ['bunyan that ends by itself', 'bunyan-ends.mjs', 0],
  ])('%s loses nothing and keeps its exit code', async (_name, program, code) => {
    const ran = await runWithTopic({ node, program })
    expect(ran).toMatchObject({ records: 1_000, code })
    expect(ran.output).not.toContain('millrace:')
    expect(ran.output).not.toContain('Warning')
  })

  test('a service that exits in its SIGTERM handler loses nothing', async () => {
    let isTold = false
    const ran = await runWithTopic({
      node,
      program: 'worker-sigterm.mjs',
      onOutput: (output, kill) => {
        if (isTold || !output.includes('ready')) return
        isTold = true
        kill('SIGTERM')
      },
    })
    expect(ran).toMatchObject({ code: 0, records: 1_000 })
  })

  test('after logger.flush has called back, not even SIGKILL loses a line', async () => {
    const ran = await runWithTopic({
      node,
      program: 'worker-flush.mjs',
      onOutput: (output, kill) => {
        if (output.includes('flush')) kill('SIGKILL')
      },
    })
    expect(ran.output).toContain('flushed')
    expect(ran).toMatchObject({ code: 'SIGKILL', records: 1_000 })
  })

  test('an in-process stream that is not closed before process.exit leaves its lines on disk, and the next process sends them', async () => {
    const directory = mkdtempSync(join(folder, 'exit-'))
    const topic = await createTestTopic(inject('stack').kafka)
    const environment = { ...topic.environment, MILLRACE_SPOOL_DIRECTORY: directory }
    const ran = await run({ node, program: 'stream-exits.mjs', environment })
    expect(ran.code).toBe(7)
    expect(ran.output).toContain(
      `1000 lines that Kafka has not acknowledged are on disk in ${directory}`,
    )
    const next = await run({ node, program: 'stream-waits.mjs', environment })
    expect(next.output).toContain('1000 lines of processes that have ended were sent from disk')
    expect(await topic.count()).toBe(1_001)
    const ledgers = await topic.ledgers()
    expect(ledgers.filter(({ writer }) => writer !== undefined)).toMatchObject([
      { issued: 1_000, settled: 1_000, isClosed: true },
    ])
  })

  test('with Kafka away and a disk that takes no more, the application goes on, and each line is on disk or counted', async () => {
    const environment = { MILLRACE_KAFKA_BROKERS: '127.0.0.1:1', MILLRACE_DURABILITY: 'always' }
    const shell = 'ulimit -f 8'
    const ran = await run({ node, program: 'stream-outage.mjs', environment, shell })
    expect(ran.code).toBe(5)
    expect(ran.output).toContain('millrace: the spool takes no lines: EFBIG')
    const counters = /^\{.*\}$/m.exec(ran.output)![0]
    const { published, spooled, waiting } = JSON.parse(counters) as Record<string, number>
    expect(published).toBe(0)
    expect(spooled! + waiting!).toBe(1_000)
    expect(waiting).toBeGreaterThan(0)
    expect(ran.output).toContain(`the process ends with ${waiting} lines that Kafka has not`)
  })

  test('zstd is used where this Node has it, and refused with the reason where it has not', async () => {
    const ran = await runWithTopic({ node, program: 'stream-zstd.mjs' })
    expect(ran.output).toContain(
      version.startsWith('v20.')
        ? 'MILLRACE_CONFIG_VALUE: @millrace/transport: compression must be another one than zstd'
        : 'published 1',
    )
  })

  test('wrong options reach the listener of the error event and standard error', async () => {
    const ran = await run({ node, program: 'worker-wrong-options.mjs' })
    const expected = '@millrace/transport: lingerMS is not an option; did you mean lingerMs?'
    expect(ran.output).toContain(`heard: ${expected}`)
    expect(ran.output).toContain(`millrace: ${expected}`)
    expect(ran.code).toBe(3)
  })

  test('wrong options end a service that does not listen, with their text', async () => {
    const ran = await run({ node, program: 'worker-wrong-options-unheard.mjs' })
    expect(ran.output).toContain('Error: @millrace/transport: lingerMS is not an option')
    expect(ran.code).toBe(1)
  })

  test('wrong options are told even when the service exits at once, without a long wait', async () => {
    const ran = await run({ node, program: 'worker-wrong-options-exits.mjs' })
    expect(ran.output).toContain('millrace: @millrace/transport: lingerMS is not an option')
    expect(ran.code).toBe(7)
    expect(ran.tookMs).toBeLessThan(9_000)
  })

  const garbage = Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'.repeat(10))
  const huge = Buffer.from([0x7f, 0xff, 0xff, 0xff, 0, 0, 0, 1])
  test.each([
    ['nobody listens', () => ({ address: '127.0.0.1:1', close: () => {} })],
    ['the name is unknown', () => ({ address: 'kafka.invalid:9092', close: () => {} })],
    ['the peer never answers', () => startPeer(() => {})],
    ['the peer speaks HTTP', () => startPeer((write) => write(garbage))],
    ['the peer promises 2 GiB', () => startPeer((write) => write(huge))],
  ])(
    'when %s, the application goes on, keeps its exit code and ends soon after its deadline',
    async (_name, start) => {
      const peer = await start()
      onTestFinished(() => peer.close())
      const environment = { MILLRACE_KAFKA_BROKERS: peer.address }
      const worker = await run({ node, program: 'worker-outage.mjs', environment })
      expect(worker.output).toContain('the application is done')
      expect(worker.output).toContain('millrace: 1000 lines that Kafka has not acknowledged are on')
      expect(worker.code).toBe(5)
      expect(worker.tookMs).toBeLessThan(30_000)

      const stream = await run({ node, program: 'stream-outage.mjs', environment })
      expect(stream.output).toContain('"accepted":1000,"published":0')
      expect(stream.output).toContain('millrace: 1000 lines that Kafka has not acknowledged are on')
      expect(stream.code).toBe(5)
      expect(stream.tookMs).toBeLessThan(30_000)
    },
  )
})
