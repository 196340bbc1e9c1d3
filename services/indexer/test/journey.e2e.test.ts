import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { Script } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { allDocuments, at } from '../../../test/e2e/support/documents.ts'
import { root } from '../../../test/e2e/support/processes.ts'
import { until } from '../../../test/e2e/support/until.ts'
import {
  committed,
  letterHeader,
  mintedRecords,
  publishAll,
  readDeadLetters,
  readiness,
  readMetric,
  setScene,
  startWorker,
  untilCommitted,
  untilWorkerReady,
} from './support/scene.ts'

const instance = '01jd8q3z5v7x9ymw'

/** Four formats in turns, each line with its number in it. */
function mixedLine(sequence: number): { line: string; format: string } {
  const text = `event ${sequence} “quoted”\n\tand a second row`
  switch (sequence % 4) {
    case 0:
      return {
        format: 'pino',
        line: JSON.stringify({ level: 30, time: 1_767_323_044_000, n: sequence, msg: text }),
      }
    case 1:
      return {
        format: 'ecs',
        line: JSON.stringify({
          '@timestamp': '2026-01-02T03:04:04.000Z',
          'log.level': 'info',
          message: text,
          'ecs.version': '8.10.0',
          n: sequence,
        }),
      }
    case 2:
      return { format: 'json', line: JSON.stringify({ message: text, n: sequence }) }
    default:
      return { format: 'plain', line: `event ${sequence} in plain text` }
  }
}

describe('the real indexer between the real servers', () => {
  it('indexes 5,000 records of mixed formats with their ids and bodies, then drains and commits on SIGTERM', async () => {
    const scene = await setScene()
    const worker = startWorker(scene.environment)
    await untilWorkerReady(worker)
    const sent = mintedRecords(instance, 5_000, mixedLine)
    await publishAll(
      scene,
      sent.map(({ record }) => record),
    )
    await untilCommitted(scene, worker)
    const found = new Map<string, Record<string, unknown>>()
    for await (const { _id, _source } of allDocuments(scene.elasticsearch, scene.dataStream)) {
      expect(found.has(_id)).toBe(false)
      found.set(_id, _source)
    }
    expect([...found.keys()].sort()).toEqual(sent.map(({ id }) => id).sort())
    for (const [index, { id }] of sent.entries()) {
      const document = found.get(id)!
      const n = index + 1
      const text =
        n % 4 === 3 ? `event ${n} in plain text` : `event ${n} “quoted”\n\tand a second row`
      expect(document['message']).toBe(text)
      expect(at(document, 'event.id')).toBe(id)
      expect(at(document, 'event.sequence')).toBe(n)
      expect(at(document, 'service.name')).toBe('scene')
      const kept = at(document, 'attributes.n')
      expect(kept === undefined ? 'plain' : Number(kept)).toBe(n % 4 === 3 ? 'plain' : n)
    }
    expect(await readMetric(worker, 'indexer_source_records_total')).toBe(5_000)
    expect(await readMetric(worker, 'indexer_settle_events_total', 'fate="indexed"')).toBe(5_000)
    expect(await readMetric(worker, 'indexer_settle_in_hand_events')).toBe(0)

    const late = mintedRecords('01jd8q3z5v7x9ymx', 500, mixedLine)
    await publishAll(
      scene,
      late.map(({ record }) => record),
    )
    await until('some of the late ones are taken', async () => {
      return (await readMetric(worker, 'indexer_source_records_total')) > 5_000
    })
    worker.child.kill('SIGTERM')
    expect(await worker.ended).toBe(0)
    const after = await committed(scene)
    const last = worker.lines().findLast((line) => line['msg'] === 'Closed')!
    expect(last).toMatchObject({ given_up: 0, dead_lettered: 0, duplicate: 0 })
    expect(after.committed).toBe(last['recordsTaken'])
    expect(after.committed).toBe(last['indexed'])
  })

  it('parks records that cannot become documents, with their bytes and the reason, and goes on', async () => {
    const scene = await setScene({ partitions: 1 })
    const worker = startWorker(scene.environment)
    await untilWorkerReady(worker)
    await scene.producer.publish({
      topic: scene.topic,
      records: [
        { key: null, value: 'a good line' },
        { key: 'k', value: Uint8Array.of(0xff, 0x00, 0x80), headers: { millrace: '{broken' } },
        { key: 'k', value: null, headers: { other: 'kept' } },
        { key: null, value: 'another good line' },
      ],
    })
    await untilCommitted(scene, worker)
    const letters = await readDeadLetters(scene, 2)
    const [header, empty] = letters.toSorted(
      (a, b) => Number(letterHeader(a)['offset']) - Number(letterHeader(b)['offset']),
    )
    expect([...header!.value!]).toEqual([0xff, 0x00, 0x80])
    expect(Buffer.from(header!.headers['millrace']!).toString()).toBe('{broken')
    expect(letterHeader(header!)).toMatchObject({
      v: 1,
      code: 'MILLRACE_DECODE_HEADER',
      topic: scene.topic,
      partition: 0,
      offset: 1,
      eventId: Buffer.from(header!.key!).toString(),
    })
    expect(empty!.value).toBeNull()
    expect(Buffer.from(empty!.headers['other']!).toString()).toBe('kept')
    expect(letterHeader(empty!)).toMatchObject({ code: 'MILLRACE_DECODE_EMPTY', offset: 2 })
    expect(await readMetric(worker, 'indexer_dead_letter_records_total')).toBe(2)
    expect(await readMetric(worker, 'indexer_settle_events_total', 'fate="indexed"')).toBe(2)
  })

  it('waits for a topic that is not there, says so, and begins when somebody creates it', async () => {
    const scene = await setScene({ createTopic: false })
    const worker = startWorker(scene.environment)
    await until('it says what is missing', async () =>
      ((await readiness(worker))?.checks['topic'] ?? '').includes('does not exist'),
    )
    expect(worker.output()).toContain(`millrace topic create ${scene.topic}`)
    await scene.administration.createTopic({
      topic: scene.topic,
      partitions: 1,
      replicationFactor: 1,
    })
    await untilWorkerReady(worker)
    await publishAll(
      scene,
      mintedRecords(instance, 3, mixedLine).map(({ record }) => record),
    )
    await untilCommitted(scene, worker)
  })

  it('is ready without a partition when there are more workers than partitions', async () => {
    const scene = await setScene({ partitions: 1 })
    const workers = [startWorker(scene.environment), startWorker(scene.environment)]
    await Promise.all(workers.map(untilWorkerReady))
    await publishAll(
      scene,
      mintedRecords(instance, 10, mixedLine).map(({ record }) => record),
    )
    await untilCommitted(scene, workers[0]!)
    for (const worker of workers) worker.child.kill('SIGTERM')
    expect(await Promise.all(workers.map((worker) => worker.ended))).toEqual([0, 0])
  })
})

describe('the command', () => {
  const run = promisify(execFile)
  const main = 'services/indexer/src/main.ts'
  const node = `${root}/node_modules/.bin/node`
  const failed = async (file: string, parameters: string[], env: Record<string, string> = {}) =>
    await run(file, parameters, { cwd: root, env: { PATH: process.env['PATH'], ...env } }).then(
      () => {
        throw new Error('it did not fail')
      },
      (error: { code: number; stderr: string; stdout: string }) => error,
    )

  it('names every wrong setting at once, and exits with 78', async () => {
    const { code, stderr, stdout } = await failed(node, [main], {
      MILLRACE_INDEXER_BULK_COUNT: '0',
      MILLRACE_KAFKA_TOPC: 'logs',
    })
    expect(code).toBe(78)
    expect(stdout).toBe('')
    expect(stderr).toContain('MILLRACE_INDEXER_BULK_COUNT is "0"; it must be an integer from 1')
    expect(stderr).toContain('MILLRACE_KAFKA_TOPC is not a setting of Millrace')
    expect(stderr).not.toContain('    at ')
  })

  it('exits with 2 on a flag that it does not know', async () => {
    const { code, stderr } = await failed(node, [main, '--verbose'])
    expect(code).toBe(2)
    expect(stderr).toContain('--verbose')
    expect(stderr).not.toContain('    at ')
  })

  it('says in one line that its HTTP port is taken', async () => {
    const scene = await setScene()
    const worker = startWorker(scene.environment)
    await until('it listens', () => worker.url() !== '')
    const { port } = new URL(worker.url())
    const { code, stderr } = await failed(node, [main], {
      ...scene.environment,
      MILLRACE_HTTP_PORT: port,
    })
    expect(code).toBe(78)
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect(stderr).toContain(`127.0.0.1:${port}`)
  })

  it('prints its settings without secrets', async () => {
    const { stdout } = await run(node, [main, '--print-config'], {
      cwd: root,
      env: {
        PATH: process.env['PATH'],
        MILLRACE_ELASTICSEARCH_API_KEY: 'c2VjcmV0OnNlY3JldA==',
        MILLRACE_KAFKA_TOPIC: 'other',
      },
    })
    expect(stdout).toContain('MILLRACE_KAFKA_TOPIC=other')
    expect(stdout).not.toContain('c2VjcmV0')
  })

  it('on an older Node says in one line which one it needs', async () => {
    const old = "Object.defineProperty(process, 'version', { value: 'v20.20.2' })"
    const { code, stderr } = await failed(node, ['-e', `${old}; require('./${main}')`])
    expect(code).toBe(78)
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect(stderr).toContain('millrace-indexer needs Node 22.18 or newer; this is v20.20.2')
    // An old Node reads the file as plain JavaScript before it can say anything.
    expect(() => new Script(readFileSync(`${root}/${main}`, 'utf8'))).not.toThrow()
  })
})
