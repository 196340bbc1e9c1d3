// The containers' commands, run from the file tree of the image, without containers: the endpoints are those of this run.
import { randomBytes } from 'node:crypto'
import { spawnSync } from 'node:child_process'
import { expect, inject, it } from 'vitest'
import { startKibanaDouble } from '../../libs/kibana/test/support/kibana-double.ts'
import { freePort } from '../../libs/local-stack/src/ports.ts'
import { systemRandom } from '@millrace/foundation'
import { countDocuments } from '../e2e/support/documents.ts'
import { ownDirectory, startProcess, type TestProcess } from '../e2e/support/processes.ts'
import { until } from '../e2e/support/until.ts'
import { durationMs, readCompose } from './support/compose.ts'
import { layOut } from './support/image.ts'

const { services } = readCompose()

it('set up, index, and keep a shop that logs; health checks pass, and all end in their time', async () => {
  const image = ownDirectory()
  layOut(image)
  const { kafka, elasticsearch } = inject('stack')
  const kibana = await startKibanaDouble()
  const taken = new Set<number>()
  const ports = new Map<string, number>()
  for (const port of ['9464', '3001', '3002', '3003']) {
    ports.set(port, await freePort(taken, systemRandom))
  }
  const own = randomBytes(4).toString('hex')
  /** What is another place here than in the network of the containers. */
  const here = (text: string): string =>
    text
      .replaceAll(
        /http:\/\/(orders|payments|catalogue|127\.0\.0\.1):(\d+)/g,
        (_, _name, port: string) => `http://127.0.0.1:${ports.get(port)}`,
      )
      .replaceAll('kafka:19092', kafka.join(','))
      .replaceAll('http://elasticsearch:9200', elasticsearch)
      .replaceAll('http://kibana:5601', kibana.url)
      .replaceAll('/var/lib/millrace', image)
  const environmentOf = (name: string, port = ''): Record<string, string> => ({
    ...Object.fromEntries(
      Object.entries(services[name]!.environment!).map(([variable, value]) => [
        variable,
        here(String(value)),
      ]),
    ),
    ...(port !== '' && { PORT: String(ports.get(port)) }),
    ...(name === 'indexer' && { MILLRACE_HTTP_PORT: String(ports.get('9464')) }),
    ...(['setup', 'indexer'].includes(name) && { MILLRACE_KAFKA_GROUP: `image-${own}` }),
    MILLRACE_KAFKA_TOPIC: `image-${own}`,
    ...(port !== '' && { MILLRACE_DATASET: `image_${own}` }),
  })
  const start = (name: string, port = ''): TestProcess => {
    const [program, ...parameters] = services[name]!.command!
    expect(program).toBe('node')
    return startProcess({
      name,
      parameters,
      directory: image,
      environment: environmentOf(name, port),
    })
  }
  const isHealthy = (name: string): boolean => {
    const [kind, program = '', ...parameters] = services[name]!.healthcheck!.test.map(here)
    expect([kind, program]).toEqual(['CMD', 'node'])
    return spawnSync(process.execPath, parameters, { timeout: 5_000 }).status === 0
  }

  const setup = start('setup')
  expect(await setup.ended).toBe(0)
  expect(setup.output()).toContain('dashboard millrace-logs-overview')

  const running = new Map<string, TestProcess>([['indexer', start('indexer')]])
  const shop = { catalogue: '3003', payments: '3002', orders: '3001' }
  for (const [name, port] of Object.entries(shop)) running.set(name, start(name, port))
  for (const name of running.keys())
    await until(`${name} is healthy`, () => Promise.resolve(isHealthy(name)))
  running.set('load', start('load'))
  await until(
    'lines of the shop are indexed',
    async () => (await countDocuments(elasticsearch, `logs-image_${own}-default`)) > 50,
  )
  for (const name of ['load', 'orders', 'payments', 'catalogue', 'indexer']) {
    const { child, ended } = running.get(name)!
    const startedAt = Date.now()
    child.kill('SIGTERM')
    expect({ name, code: await ended }).toEqual({ name, code: 0 })
    const graceMs = durationMs(services[name]!.stop_grace_period ?? '10s')
    expect(Date.now() - startedAt).toBeLessThan(graceMs)
  }
})
