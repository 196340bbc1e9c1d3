import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemRandom } from '@millrace/foundation'
import { freePort, isAlive, trySignal } from '@millrace/local-stack'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { startProcess, root, type TestProcess } from './support/processes.ts'
import { until } from './support/until.ts'

interface RunFile {
  kafka: string[]
  elasticsearch: string
  services: Record<string, string>
  processes: Record<string, number>
}

const shop = ['orders', 'payments', 'catalogue']
const readyDeadlineMs = 400_000
let directory: string
let clone: string
let ports: { kafka: number; elasticsearch: number }

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'millrace-clone-'))
  clone = join(directory, 'millrace')
  execFileSync('git', ['clone', '--quiet', root, clone])
  const taken = new Set<number>()
  ports = {
    kafka: await freePort(taken, systemRandom),
    elasticsearch: await freePort(taken, systemRandom),
  }
})

afterAll(() => {
  rmSync(directory, { recursive: true, force: true })
})

/** The Node and npm that the machine has, not the ones of this clone. */
function barePath(): string {
  return (process.env['PATH'] ?? '')
    .split(':')
    .filter((entry) => !entry.includes('node_modules'))
    .join(':')
}

function npmStart(...flags: string[]): TestProcess {
  const started = startProcess({
    name: 'npm start',
    program: 'setsid',
    parameters: [
      'npm',
      'start',
      '--',
      `--kafka-port=${ports.kafka}`,
      `--elasticsearch-port=${ports.elasticsearch}`,
      '--rate=50',
      ...flags,
    ],
    environment: { PATH: barePath() },
    directory: clone,
  })
  onTestFinished(() => {
    for (const pid of processesOfClone()) trySignal(pid, 'SIGKILL')
  })
  return started
}

/** Every process that was started from the clone, whoever its parent is now. */
function processesOfClone(): number[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => {
      try {
        const commandLine = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
        return (
          commandLine.includes(`${clone}/`) || readlinkSync(`/proc/${pid}/cwd`).startsWith(clone)
        )
      } catch {
        return false
      }
    })
}

async function untilRunning(started: TestProcess): Promise<RunFile> {
  const path = join(clone, '.millrace/run.json')
  await until(
    'npm start has written run.json',
    () => {
      if (started.child.exitCode !== null) throw new Error(`npm start ended: ${started.output()}`)
      // A start that was killed leaves its file behind.
      return existsSync(path) && isAlive(readRunFile(path).processes['start']!)
    },
    { deadlineMs: readyDeadlineMs, describe: () => started.output() },
  )
  return readRunFile(path)
}

const parentOf = (pid: number): number =>
  Number(/^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])

const readRunFile = (path: string): RunFile => JSON.parse(readFileSync(path, 'utf8')) as RunFile

async function countOfService(run: RunFile, service: string): Promise<number> {
  const query = encodeURIComponent(`service.name:${service}`)
  const answer = await fetch(`${run.elasticsearch}/logs-*-*/_count?q=${query}`)
  return answer.ok ? ((await answer.json()) as { count: number }).count : 0
}

/** Ctrl-C: the terminal sends SIGINT to the whole process group. */
async function pressCtrlC(started: TestProcess): Promise<void> {
  process.kill(-started.pid, 'SIGINT')
  await until(
    'npm start has ended',
    () => started.child.exitCode !== null || started.child.signalCode !== null,
  )
  await until('no process is left', () => processesOfClone().length === 0, {
    describe: () => JSON.stringify(processesOfClone()),
  })
}

/** Of the traces with most events, the most services that one goes through. */
async function widestTrace(elasticsearch: string): Promise<number> {
  const answer = await fetch(`${elasticsearch}/logs-*-*/_search`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      size: 0,
      aggs: {
        traces: {
          terms: { field: 'trace.id', size: 50 },
          aggs: { services: { cardinality: { field: 'service.name' } } },
        },
      },
    }),
  })
  const { aggregations } = (await answer.json()) as {
    aggregations: { traces: { buckets: { services: { value: number } }[] } }
  }
  return Math.max(0, ...aggregations.traces.buckets.map((bucket) => bucket.services.value))
}

test('npm start in a fresh clone brings documents of all three services, Ctrl-C leaves no process, and data survive', async () => {
  const first = npmStart()
  const run = await untilRunning(first)
  expect(Object.keys(run.services)).toEqual(
    expect.arrayContaining([...shop, 'indexer-1', 'indexer-2']),
  )
  for (const service of shop) {
    await until(
      `documents of ${service} are there`,
      async () => (await countOfService(run, service)) >= 20,
    )
  }
  await until(
    'a trace through all three services is there',
    async () => (await widestTrace(run.elasticsearch)) === 3,
  )
  const before = await countOfService(run, 'orders')
  await pressCtrlC(first)
  expect(existsSync(join(clone, '.millrace/run.json'))).toBe(false)

  const second = npmStart('--no-demo')
  const again = await untilRunning(second)
  await until('the documents of the first run are there', async () => {
    return (await countOfService(again, 'orders')) >= before
  })
  await pressCtrlC(second)
}, 900_000)

test.each([
  ['npm start itself', (pid: number) => pid],
  ['what npm started it with', parentOf],
])(
  'no process outlives %s when that is killed',
  async (_who, victimOf) => {
    const run = await untilRunning(npmStart('--no-demo'))
    trySignal(victimOf(run.processes['start']!), 'SIGKILL')
    await until('no process is left', () => processesOfClone().length === 0, {
      describe: () => JSON.stringify(processesOfClone()),
    })
    expect(processesOfClone()).toEqual([])
  },
  600_000,
)

test('a second npm start in the same folder, fresh or not, leaves the first one alone', async () => {
  const first = npmStart('--no-demo')
  const run = await untilRunning(first)
  const second = npmStart('--no-demo', '--fresh')
  expect(await second.ended).toBe(1)
  expect(second.output()).toContain(
    `already runs in this folder (process ${run.processes['start']})`,
  )
  expect((await fetch(`${run.elasticsearch}/_cluster/health`)).status).toBe(200)
  await pressCtrlC(first)
}, 600_000)

test('a taken port is named in one line, with what to do', async () => {
  const server = createServer()
  await new Promise<void>((resolve) => {
    server.listen(ports.kafka, '127.0.0.1', resolve)
  })
  onTestFinished(() => {
    server.close()
  })
  const started = npmStart('--no-demo')
  expect(await started.ended).toBe(1)
  const complaint = started
    .output()
    .split('\n')
    .find((line) => line.includes('millrace:'))
  expect(complaint).toContain(String(ports.kafka))
  expect(complaint).toContain('--kafka-port')
  expect(processesOfClone()).toEqual([])
}, 300_000)
