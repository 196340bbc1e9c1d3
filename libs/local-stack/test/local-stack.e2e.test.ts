import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type LocalStack, startLocalStack } from '../src/index.ts'
import { countBrokers } from '../src/probe.ts'
import { isAlive } from '../src/processes.ts'

let folder: string
let stack: LocalStack | undefined
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-local-stack-'))
})
afterEach(async () => {
  await stack?.stop()
  stack = undefined
  rmSync(folder, { recursive: true, force: true })
})

const portOf = (endpoint: string | undefined): number => Number(endpoint?.split(':').at(-1))

async function putDocument(id: string): Promise<void> {
  const url = `${stack!.endpoints.elasticsearch}/kept/_create/${id}?refresh=true`
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(url, { method: 'PUT', headers, body: '{"kept":true}' })
  expect(answer.status).toBe(201)
}

async function countDocuments(): Promise<number> {
  const answer = await fetch(`${stack!.endpoints.elasticsearch}/kept/_count`)
  return ((await answer.json()) as { count: number }).count
}

/** Resolves when none of the processes is left; fails past a generous deadline. */
async function waitUntilGone(pids: readonly number[]): Promise<void> {
  await expect.poll(() => pids.filter(isAlive), { timeout: 60_000, interval: 100 }).toEqual([])
}

test('killed, restarted and paused servers come back on the same port with the same data', async () => {
  const progress: string[] = []
  stack = await startLocalStack({ directory: folder, onProgress: (text) => progress.push(text) })
  expect(stack.nodes).toEqual(['kafka-1', 'elasticsearch'])
  expect(progress).toContain('kafka-1 is ready')
  const { kafka, elasticsearch } = stack.endpoints
  expect(await countBrokers(portOf(kafka[0]))).toBe(1)
  const clusterId = readFileSync(join(folder, 'kafka-1/data/meta.properties'), 'utf8')

  await putDocument('a')
  for (const name of stack.nodes) {
    const pid = stack.pid(name)!
    await stack.kill(name)
    expect(isAlive(pid)).toBe(false)
    expect(stack.pid(name)).toBeUndefined()
    await stack.start(name)
    expect(stack.pid(name)).not.toBe(pid)
  }
  expect(stack.endpoints).toEqual({ kafka, elasticsearch })
  expect(readFileSync(join(folder, 'kafka-1/data/meta.properties'), 'utf8')).toBe(clusterId)
  expect(await countDocuments()).toBe(1)

  stack.pause('elasticsearch')
  const url = `${elasticsearch}/_cluster/health`
  await expect(fetch(url, { signal: AbortSignal.timeout(1_000) })).rejects.toThrow(/timeout/)
  stack.resume('elasticsearch')
  expect((await fetch(url)).status).toBe(200)
  await putDocument('b')

  await stack.stop()
  await stack.stop()
  expect(stack.nodes.map((name) => stack?.pid(name))).toEqual([undefined, undefined])
  expect(existsSync(stack.log('kafka-1'))).toBe(true)

  // Another stack, later, in the same directory: a new port, the old data.
  stack = await startLocalStack({ directory: folder, kafka: false })
  expect(await countDocuments()).toBe(2)
})

test('no server is left when the program that started them is killed, even a paused one', async () => {
  const program = join(import.meta.dirname, 'fixtures/stack-owner.ts')
  const owner = spawn(process.execPath, [program, folder], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(createInterface({ input: owner.stdout }), 'line')) as [string]
  const pids = JSON.parse(line) as number[]
  expect(pids.map(isAlive)).toEqual([true, true])
  owner.kill('SIGKILL')
  await once(owner, 'exit')
  await waitUntilGone(pids)

  // The next run need not wait for a person: the directory is free again.
  stack = await startLocalStack({ directory: folder, elasticsearch: false })
  expect(await countBrokers(portOf(stack.endpoints.kafka[0]))).toBe(1)
})

test('three brokers form one cluster that outlives the death of any one of them', async () => {
  stack = await startLocalStack({ kafka: { brokers: 3 }, elasticsearch: false })
  expect(stack.nodes).toEqual(['kafka-1', 'kafka-2', 'kafka-3'])
  const ports = stack.endpoints.kafka.map(portOf)
  expect(await Promise.all(ports.map(countBrokers))).toEqual([3, 3, 3])
  await stack.kill('kafka-2')
  await expect.poll(() => countBrokers(ports[0]!), { timeout: 60_000 }).toBe(2)
  await stack.start('kafka-2')
  await expect.poll(() => countBrokers(ports[0]!), { timeout: 60_000 }).toBe(3)
  const temporary = dirname(dirname(stack.log('kafka-1')))
  await stack.stop()
  expect(existsSync(temporary)).toBe(false)
})

test('an index with best compression, which needs the native zstd, is written and read', async () => {
  stack = await startLocalStack({ directory: folder, kafka: false })
  const headers = { 'content-type': 'application/json' }
  const body = '{"settings":{"index.codec":"best_compression","number_of_replicas":0}}'
  const url = `${stack.endpoints.elasticsearch}/kept`
  expect((await fetch(url, { method: 'PUT', headers, body })).status).toBe(200)
  await putDocument('a')
  expect((await fetch(`${url}/_flush?force=true`, { method: 'POST' })).status).toBe(200)
  await stack.kill('elasticsearch')
  await stack.start('elasticsearch')
  expect(await countDocuments()).toBe(1)
})

test('a server that cannot start is quoted, and the others are stopped', async () => {
  const starting = startLocalStack({
    directory: folder,
    kafka: { extraProperties: { 'num.io.threads': 'many' } },
  })
  await expect(starting).rejects.toMatchObject({
    code: 'MILLRACE_STACK_START_FAILED',
    message: expect.stringMatching(
      /^kafka-1 ended while it started: .*Invalid value many for configuration num\.io\.threads/,
    ),
  })
  expect(existsSync(join(folder, 'elasticsearch.pid'))).toBe(false)
})

test('a directory in use, or of another number of brokers, is refused', async () => {
  stack = await startLocalStack({ directory: folder, elasticsearch: false })
  const more = startLocalStack({ directory: folder, kafka: { brokers: 3 }, elasticsearch: false })
  await expect(more).rejects.toMatchObject({
    code: 'MILLRACE_STACK_DIRECTORY',
    message: expect.stringContaining('holds the data of 1 broker(s), and 3 were asked for'),
  })
  const again = startLocalStack({ directory: folder, elasticsearch: false })
  await expect(again).rejects.toMatchObject({
    code: 'MILLRACE_STACK_DIRECTORY',
    message:
      `${folder} is in use by kafka-1 (process ${stack.pid('kafka-1')}), which process ` +
      `${process.pid} started. Stop that one, or choose another directory.`,
  })
  expect(() => stack?.pid('kafka-9')).toThrow('There is no server "kafka-9"; there are kafka-1.')
})

test('an aborted start leaves nothing behind', async () => {
  const abort = new AbortController()
  const starting = startLocalStack({
    directory: folder,
    elasticsearch: false,
    signal: abort.signal,
    onProgress: (text) => {
      if (text.startsWith('starting')) abort.abort()
    },
  })
  await expect(starting).rejects.toMatchObject({ code: 'MILLRACE_STACK_ABORTED' })
  expect(existsSync(join(folder, 'kafka-1.pid'))).toBe(false)
})

test('a fresh start that cannot be, for a port that is taken, deletes nothing', async () => {
  const kept = join(folder, 'kafka-cluster.json')
  writeFileSync(kept, 'kept')
  const server = createServer()
  await new Promise<void>((listening) => {
    server.listen(0, '127.0.0.1', listening)
  })
  try {
    const { port } = server.address() as { port: number }
    const start = startLocalStack({ directory: folder, fresh: true, kafka: { ports: [port] } })
    await expect(start).rejects.toMatchObject({ code: 'MILLRACE_STACK_PORT_TAKEN' })
    expect(readFileSync(kept, 'utf8')).toBe('kept')
  } finally {
    server.close()
  }
})
