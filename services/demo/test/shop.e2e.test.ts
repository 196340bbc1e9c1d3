// The real shop as four processes, its real loggers and transports, and the real topic.
import { type ChildProcess, fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { SourceFactsReader } from '@millrace/envelope'
import { RecordNormalizer } from '@millrace/formats'
import { createAdministration, kafkaSettings } from '@millrace/kafka'
import { expect, inject, onTestFinished, test } from 'vitest'
import { at } from '../../../test/e2e/support/documents.ts'
import { isLine, recordsOf } from '../../../test/e2e/support/records.ts'

const folder = join(import.meta.dirname, '..')
const facts = {
  orders: { format: 'pino', version: '1.4.2' },
  payments: { format: 'winston', version: '2.0.1' },
  catalogue: { format: 'bunyan', version: '0.9.0' },
} as const

interface Service {
  child: ChildProcess
  output(): string
  announced: Promise<{ service: string; url: string; pid: number }>
  ended: Promise<number | string>
}

function start(
  name: string,
  environment: Record<string, string>,
  parameters: string[] = [],
): Service {
  const child = fork(join(folder, name, 'main.ts'), parameters, {
    env: { PATH: process.env['PATH'] ?? '', PORT: '0', ...environment },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      output += chunk.toString()
    })
  }
  const ended = new Promise<number | string>((resolve) => {
    child.once('close', (code, signal) => resolve(code ?? signal ?? 'unknown'))
  })
  const announced = new Promise<{ service: string; url: string; pid: number }>(
    (resolve, reject) => {
      child.once('message', (message) => resolve(message as never))
      child.once('close', () => reject(new Error(`${name} ended: ${output}`)))
    },
  )
  // Only the services announce themselves.
  announced.catch(() => {})
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await ended
  })
  return { child, output: () => output, announced, ended }
}

test('every service delivers its lines with the facts of its header, up to the last one, and one trace id is in all three', async () => {
  const topic = `demo-${randomBytes(4).toString('hex')}`
  const administration = createAdministration(
    kafkaSettings.parse({ brokers: [...inject('stack').kafka] }),
  )
  onTestFinished(async () => {
    await administration.deleteTopics([topic])
    await administration.close()
  })
  await administration.createTopic({ topic, partitions: 3, replicationFactor: 1 })
  const environment = {
    MILLRACE_KAFKA_BROKERS: inject('stack').kafka.join(','),
    MILLRACE_KAFKA_TOPIC: topic,
  }

  const catalogue = start('catalogue', environment)
  const catalogueUrl = (await catalogue.announced).url
  const payments = start('payments', { ...environment, CATALOGUE_URL: catalogueUrl })
  const paymentsUrl = (await payments.announced).url
  const orders = start('orders', {
    ...environment,
    CATALOGUE_URL: catalogueUrl,
    PAYMENTS_URL: paymentsUrl,
  })
  const ordersUrl = (await orders.announced).url
  expect(await orders.announced).toMatchObject({ service: 'orders', pid: orders.child.pid })
  expect(JSON.parse(orders.output().split('\n')[0]!)).toEqual(await orders.announced)

  const load = start('load', { ORDERS_URL: ordersUrl, CATALOGUE_URL: catalogueUrl }, [
    '--rate',
    '200',
    '--seed',
    '3',
    '--requests',
    '120',
  ])
  expect(await load.ended).toBe(0)
  const totals = JSON.parse(load.output()) as { sent: number; answers: Record<string, number> }
  expect(totals.sent).toBe(120)
  expect(Object.values(totals.answers).reduce((sum, count) => sum + count, 0)).toBe(120)
  expect(totals.answers['201']).toBeGreaterThan(20)
  expect(totals.answers['failed']).toBeUndefined()

  // The line of this request is the newest when the service is stopped.
  await fetch(`${ordersUrl}/orders/ord_the_last_one`)
  for (const service of [orders, payments, catalogue]) {
    service.child.kill('SIGTERM')
    expect(await service.ended, service.output()).toBe(0)
  }

  const ends = await administration.topicOffsets(topic)
  const records = await recordsOf(
    topic,
    ends.reduce((sum, { high }) => sum + high, 0),
  )
  const reader = new SourceFactsReader()
  const normalizer = new RecordNormalizer({ clusterId: 'demo' })
  const services = new Map<string, Set<string>>()
  const levels = new Set<unknown>()
  const texts: string[] = []
  const answeredBy = new Set<string>()
  for (const record of records) {
    const source = reader.read(record.headers)?.facts
    const name = source?.['service.name'] as keyof typeof facts
    expect(source).toMatchObject({
      format: facts[name].format,
      'service.version': facts[name].version,
      'agent.type': 'millrace',
    })
    const { events, rejections } = normalizer.normalize(record, Date.now())
    expect(rejections).toEqual([])
    if (!isLine(record)) continue
    const document = events[0]!.document as unknown as Record<string, unknown>
    levels.add(at(document, 'log.level'))
    texts.push(String(document['message']), String(at(document, 'url.original')))
    if (document['message'] === 'request completed') {
      answeredBy.add(name)
      const said = JSON.stringify(document)
      expect(at(document, 'http.response.status_code'), said).toEqual(expect.any(Number))
      expect(at(document, 'http.request.method'), said).toMatch(/^(GET|POST|DELETE)$/)
      expect(at(document, 'url.path'), said).toMatch(/^\/[a-z]+/)
      expect(at(document, 'event.duration'), said).toBeGreaterThan(1_000)
    }
    const traceId = at(document, 'trace.id') as string | undefined
    if (traceId === undefined) continue
    const passed = services.get(traceId) ?? new Set()
    services.set(traceId, passed.add(name))
  }
  expect([...answeredBy].toSorted()).toEqual(['catalogue', 'orders', 'payments'])
  expect([...services.values()].some((passed) => passed.size === 3)).toBe(true)
  expect([...levels]).toEqual(expect.arrayContaining(['info', 'warn']))
  expect(texts).toContain('payment captured')
  expect(texts).toContain('/orders/ord_the_last_one')
})
