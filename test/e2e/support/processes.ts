// Processes of the pipeline as the tests start them: real programs, their output kept for the failure report.
import { type ChildProcess, spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFailed, onTestFinished } from 'vitest'
import { until } from './until.ts'

export const root = join(import.meta.dirname, '../../..')
const node = join(root, 'node_modules/.bin/node')
const outputMaxCharacters = 200_000

/** A directory that no other test has, gone when the test ends. */
export function ownDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-test-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

export interface TestProcess {
  readonly name: string
  readonly pid: number
  readonly child: ChildProcess
  /** Everything that it wrote to standard output and standard error, the newest 200,000 characters. */
  output(): string
  /** Resolves with the exit code, or the signal's name. */
  readonly ended: Promise<number | string>
}

export interface ProcessOptions {
  name: string
  /** Program and its parameters; run by the pinned Node unless `program` says otherwise. */
  parameters: readonly string[]
  program?: string
  environment?: Record<string, string>
  directory?: string
}

/** Starts a process with a spool of its own; it is killed when the test ends, and its output is printed when the test fails. */
export function startProcess(options: ProcessOptions): TestProcess {
  const spoolDirectory = options.environment?.['MILLRACE_SPOOL_DIRECTORY'] ?? ownDirectory()
  const child = spawn(options.program ?? node, options.parameters, {
    cwd: options.directory ?? root,
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: process.env['HOME'] ?? '',
      NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? '',
      ...options.environment,
      MILLRACE_SPOOL_DIRECTORY: spoolDirectory,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let text = ''
  const keep = (chunk: Buffer): void => {
    text = (text + chunk.toString()).slice(-outputMaxCharacters)
  }
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  const ended = new Promise<number | string>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve(code ?? signal ?? 'unknown'))
  })
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await ended
  })
  onTestFailed(() => {
    process.stderr.write(`\n--- output of ${options.name} ---\n${text}\n`)
  })
  return { name: options.name, pid: child.pid!, child, output: () => text, ended }
}

/** Below the ports that servers of the tests get, and any of them, since other files run meanwhile. */
const httpPorts = { first: 10_000, past: 20_000 } as const
const usedHttpPorts = new Set<number>()

function ownHttpPort(): number {
  const port = randomInt(httpPorts.first, httpPorts.past)
  if (usedHttpPorts.has(port)) return ownHttpPort()
  usedHttpPorts.add(port)
  return port
}

export interface IndexerProcess extends TestProcess {
  url: string
}

/** An indexer worker with its own HTTP port. */
export function startIndexer(options: {
  name: string
  environment: Record<string, string>
}): IndexerProcess {
  const port = ownHttpPort()
  const started = startProcess({
    name: options.name,
    parameters: ['services/indexer/src/main.ts'],
    environment: { MILLRACE_HTTP_PORT: String(port), ...options.environment },
  })
  return { ...started, url: `http://127.0.0.1:${port}` }
}

/** Waits until the worker says that it is ready. */
export async function untilReady(indexer: IndexerProcess): Promise<void> {
  await until(`${indexer.name} is ready`, async () => {
    if (indexer.child.exitCode !== null)
      throw new Error(`${indexer.name} ended: ${indexer.output()}`)
    const answer = await fetch(`${indexer.url}/readyz`).catch(() => undefined)
    return answer?.ok === true
  })
}

/** One value of the worker's metrics, summed over its labels; 0 when there is none yet. */
export async function metric(indexer: IndexerProcess, name: string): Promise<number> {
  const text = await (await fetch(`${indexer.url}/metrics`)).text()
  let sum = 0
  for (const line of text.split('\n')) {
    const match = /^([a-zA-Z_:][\w:]*)(?:\{.*\})? (\S+)/.exec(line)
    if (match?.[1] === name) sum += Number(match[2])
  }
  return sum
}
