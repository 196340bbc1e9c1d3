import { createServer } from 'node:net'
import { type Clock, ConfigError, systemClock } from '@millrace/foundation'
import { expect, onTestFinished, test } from 'vitest'
import { createMetrics, type HealthServerOptions, startHealthServer } from '../src/index.ts'

async function start(options: Partial<HealthServerOptions> = {}) {
  const server = await startHealthServer({ port: 0, ...options })
  onTestFinished(() => server.close())
  return server
}

async function ask(url: string, path: string): Promise<{ status: number; body: string }> {
  const response = await fetch(url + path)
  return { status: response.status, body: await response.text() }
}

test('port 0 takes a free port, and the process is alive while it answers', async () => {
  const server = await start()
  expect(server.port).toBeGreaterThan(0)
  expect(server.url).toBe(`http://127.0.0.1:${server.port}`)
  expect(await ask(server.url, '/healthz')).toEqual({ status: 200, body: '{"status":"alive"}' })
})

test('what has failed for good says why it is not alive', async () => {
  let failure: string | undefined = 'Thread 2 has not answered for 7 s'
  const server = await start({ failure: () => failure })
  const body = `{"status":"not alive","reason":"${failure}"}`
  expect(await ask(server.url, '/healthz')).toEqual({ status: 503, body })
  failure = undefined
  expect(await ask(server.url, '/healthz')).toEqual({ status: 200, body: '{"status":"alive"}' })
})

test('ready is 200 when all checks are content, else 503 with each reason', async () => {
  let problem: string | undefined = 'not assigned yet'
  const server = await start({
    checks: {
      group: () => problem,
      elasticsearch: async () => undefined,
      kafka: () => Promise.reject(new Error('http://u:p@kafka refused')),
    },
  })
  const first = await ask(server.url, '/readyz')
  expect(first.status).toBe(503)
  expect(JSON.parse(first.body)).toEqual({
    status: 'not ready',
    checks: { group: problem, elasticsearch: 'ok', kafka: 'http://[redacted]@kafka refused' },
  })
  problem = undefined
  const healthy = await start({ checks: { group: () => problem } })
  expect(await ask(healthy.url, '/readyz')).toEqual({
    status: 200,
    body: '{"status":"ready","checks":{"group":"ok"}}',
  })
})

test('a check that hangs is given up at its bound and not started again', async () => {
  let started = 0
  const server = await start({
    checkTimeoutMs: 50,
    checks: {
      slow: () => {
        started += 1
        return new Promise(() => undefined)
      },
      throwing: () => {
        throw new Error('broken')
      },
    },
  })
  const first = await ask(server.url, '/readyz')
  expect(first.status).toBe(503)
  expect(first.body).toContain('"slow":"no answer within 50 ms"')
  expect(first.body).toContain('"throwing":"broken"')
  await ask(server.url, '/readyz')
  expect(started).toBe(1)
})

test('probes that come together share one run of the checks', async () => {
  let started = 0
  const gate = Promise.withResolvers<undefined>()
  const server = await start({
    checks: {
      counted: () => {
        started += 1
        // A probe that comes late, on a busy machine, finds it open.
        return gate.promise
      },
    },
  })
  const probes = Promise.all(Array.from({ length: 10 }, () => ask(server.url, '/readyz')))
  await expect.poll(() => started).toBe(1)
  gate.resolve(undefined)
  expect((await probes).map(({ status }) => status)).toEqual(Array(10).fill(200))
})

test('metrics are answered as Prometheus reads them', async () => {
  const metrics = createMetrics({ demo_lines_total: { kind: 'counter', help: 'Lines.' } } as const)
  metrics.metrics.demo_lines_total.add(3)
  const server = await start({ metrics })
  const response = await fetch(`${server.url}/metrics`)
  expect(response.headers.get('content-type')).toContain('text/plain; version=0.0.4')
  expect(await response.text()).toContain('demo_lines_total 3')
})

test('a taken port is one line that names the variable to change', async () => {
  const taken = createServer()
  await new Promise<void>((resolve) => {
    taken.listen(0, '127.0.0.1', resolve)
  })
  onTestFinished(() => void taken.close())
  const { port } = taken.address() as { port: number }
  const error = await startHealthServer({ port }).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(ConfigError)
  const { message } = error as ConfigError
  expect(message).toContain(`Another process listens on 127.0.0.1:${port}`)
  expect(message).toContain('MILLRACE_HTTP_PORT')
  expect(message).not.toContain('\n')
})

test('an address of another machine is refused with what would be right', async () => {
  const started = startHealthServer({ port: 0, host: '192.0.2.1' })
  await expect(started).rejects.toThrow('is not an address of this machine (EADDRNOTAVAIL)')
})

test('closing ends open connections and can be done twice', async () => {
  const server = await start({ checks: { never: () => new Promise(() => undefined) } })
  const probe = fetch(`${server.url}/readyz`).catch(() => 'ended')
  await fetch(`${server.url}/healthz`).then((response) => response.text())
  await Promise.all([server.close(), server.close()])
  expect(await probe).toBe('ended')
})

test('a check that is done leaves no timer behind', async () => {
  let timers = 0
  const clock: Clock = {
    ...systemClock,
    async sleep(delayMs, signal) {
      timers += 1
      await systemClock.sleep(delayMs, signal)
      timers -= 1
    },
  }
  const server = await start({
    clock,
    checkTimeoutMs: 3_600_000,
    checks: { fine: () => undefined },
  })
  await ask(server.url, '/readyz')
  await expect.poll(() => timers).toBe(0)
})
