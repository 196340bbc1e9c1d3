// `millrace audit` over the real pipeline: what it says is compared with what was done to each line.
import { join } from 'node:path'
import { idsOf } from '@millrace/audit'
import type { AuditJson } from '@millrace/cli'
import { formatEventId } from '@millrace/envelope'
import { expect, inject, test } from 'vitest'
import {
  auditNow,
  type AuditScene,
  setAuditScene,
  untilCommitted,
  untilIndexed,
} from './support/audit.ts'
import { allDocuments, at, countDocuments } from './support/documents.ts'
import { root, startIndexer, startProcess, untilReady } from './support/processes.ts'
import { until } from './support/until.ts'

/** The command as an operator runs it. */
async function runAudit(scene: AuditScene, options: readonly string[]) {
  const run = startProcess({
    name: 'millrace audit',
    parameters: [join(root, 'libs/cli/bin/millrace.mjs'), 'audit', '--json', ...options],
    environment: scene.environment,
  })
  let stdout = ''
  run.child.stdout!.on('data', (chunk: Buffer) => {
    stdout += chunk.toString()
  })
  const exitCode = await run.ended
  return { exitCode, stdout, output: run.output() }
}

/** Of this test's services only. */
async function audit(scene: AuditScene, services: readonly string[], ...more: string[]) {
  const options = services.flatMap((service) => ['--service', service])
  const { exitCode, stdout } = await runAudit(scene, [...options, ...more])
  return { exitCode, report: JSON.parse(stdout) as AuditJson }
}

async function post(url: string, body?: object | string, method = 'POST'): Promise<unknown> {
  const answer = await fetch(url, {
    method,
    headers: { 'content-type': 'application/x-ndjson' },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${text}`)
  return JSON.parse(text)
}

/** A machine that is busy takes its time. */
const patienceMs = 600_000

test(
  'what is on its way is pending, what has arrived is indexed, and of deleted and copied documents exactly those ids are lost and double',
  { timeout: patienceMs },
  async () => {
    const scene = await setAuditScene(inject('stack'))
    const { elasticsearch } = scene.endpoints
    const services = ['one', 'two'].map((part) => `${scene.name}-${part}`)
    const producers = services.map((service) =>
      startProcess({
        name: service,
        parameters: ['test/e2e/programs/log-lines.mjs', service, '1000'],
        environment: { ...scene.environment, MILLRACE_DATASET: scene.dataset },
      }),
    )
    expect(await Promise.all(producers.map(({ ended }) => ended))).toEqual([0, 0])

    const before = await audit(scene, services)
    expect(before).toMatchObject({
      exitCode: 0,
      report: { instances: 2, issued: 2000, indexed: 0, pending: 2000, lost: [], duplicates: 0 },
    })
    expect(before.report.notes.join()).toContain('has never committed')
    const mistyped = await runAudit(scene, ['--service', `${scene.name}-typo`])
    expect(mistyped).toMatchObject({ exitCode: 1, stdout: '' })
    expect(mistyped.output).toContain('no verdict')
    const missing = await runAudit(scene, ['--topic', `${scene.name}-typo`])
    expect(missing).toMatchObject({ exitCode: 1, stdout: '' })
    expect(missing.output).toContain(`topic '${scene.name}-typo' does not exist`)

    const indexer = startIndexer({ name: 'indexer', environment: scene.environment })
    await untilReady(indexer)
    await untilIndexed(scene, 2000)
    const after = await audit(scene, services)
    expect(after).toMatchObject({
      exitCode: 0,
      report: {
        instances: 2,
        issued: 2000,
        indexed: 2000,
        deadLettered: 0,
        dropped: {},
        pending: 0,
        lost: [],
        duplicates: 0,
      },
    })
    expect(after.report.perInstance.map(({ state }) => state)).toEqual(['closed', 'closed'])

    // By hand: three documents out of their backing index, and one a second time, into the next one.
    const [first, second] = after.report.perInstance.map(({ instance }) => instance)
    const gone = [
      formatEventId(first!, 1),
      formatEventId(first!, 500),
      formatEventId(second!, 1000),
    ]
    const copied = formatEventId(second!, 7)
    const answer = await post(`${elasticsearch}/${scene.dataStream}/_search?size=1`)
    const index = at(answer as Record<string, unknown>, 'hits.hits.0._index') as string
    for (const id of gone) {
      await post(`${elasticsearch}/${index}/_doc/${id}`, undefined, 'DELETE')
    }
    await post(`${elasticsearch}/${scene.dataStream}/_rollover`)
    const action = { create: { _index: scene.dataStream, _id: copied } }
    const copy = { '@timestamp': new Date().toISOString(), agent: { ephemeral_id: second } }
    await post(`${elasticsearch}/_bulk`, `${JSON.stringify(action)}\n${JSON.stringify(copy)}\n`)

    const forced = await audit(scene, services)
    expect(forced).toMatchObject({
      exitCode: 1,
      report: { issued: 2000, indexed: 1997, duplicates: 1, duplicateIds: [copied] },
    })
    expect(forced.report.lost.sort()).toEqual(gone.sort())
    expect(forced.report.perService.reduce((sum, { lost }) => sum + lost, 0)).toBe(3)
  },
)

test(
  'of a service that was killed, exactly the lines that are in no document are lost',
  { timeout: patienceMs },
  async () => {
    const scene = await setAuditScene(inject('stack'))
    const indexer = startIndexer({ name: 'indexer', environment: scene.environment })
    await untilReady(indexer)
    const producer = startProcess({
      name: 'producer',
      parameters: ['test/e2e/programs/log-lines.mjs', scene.name, '100000', '300'],
      environment: { ...scene.environment, MILLRACE_DATASET: scene.dataset },
    })
    const { elasticsearch } = scene.endpoints
    await until('some are indexed', async () => {
      return (await countDocuments(elasticsearch, scene.dataStream)) > 500
    })
    producer.child.kill('SIGKILL')
    await producer.ended
    await untilCommitted(scene)
    const report = await auditNow(scene, scene.name, 0)
    expect(report).toMatchObject({ instances: 1, pending: 0, duplicates: 0 })
    const [its] = report.perInstance
    expect(its).toMatchObject({ state: 'silent' })

    const missing = new Set<string>()
    for (let n = 1; n <= its!.issued; n++) missing.add(formatEventId(its!.instance, n))
    for await (const { _id } of allDocuments(elasticsearch, scene.dataStream)) {
      expect(missing.delete(_id), `${_id} was not issued, or is double`).toBe(true)
    }
    expect([...idsOf(its!.instance, its!.lostRanges)]).toEqual([...missing])
  },
)
