import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { seededRandom, systemClock } from '@millrace/foundation'
import { isAlive } from '@millrace/local-stack'
import { expect, onTestFinished, test, vi } from 'vitest'
import { ServiceProcess } from '../src/service-process.ts'

const patience = { timeout: 60_000, interval: 20 }

function folder(program: string): { directory: string; program: string } {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-process-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  const path = join(directory, 'program.mjs')
  writeFileSync(path, program)
  return { directory, program: path }
}

function service(source: string) {
  const { directory, program } = folder(source)
  const pids: number[] = []
  const deaths: string[] = []
  const process = new ServiceProcess({
    name: 'tried',
    program,
    environment: {},
    logDirectory: directory,
    clock: systemClock,
    random: seededRandom(1),
    onStarted: (pid) => pids.push(pid),
    onDied: (description) => deaths.push(description),
    restart: { initialMs: 1, maxMs: 2 },
  })
  onTestFinished(() => process.stop(0))
  return { process, pids, deaths, log: () => readFileSync(process.logPath, 'utf8') }
}

test('a process that is killed is started again, and its output is in the log', async () => {
  const {
    process: tried,
    pids,
    deaths,
    log,
  } = service("console.log('up'); setInterval(() => {}, 1000)")
  tried.start()
  await vi.waitFor(() => expect(log()).toBe('up\n'), patience)
  process.kill(tried.pid!, 'SIGKILL')
  await vi.waitFor(() => expect(log()).toBe('up\nup\n'), patience)
  expect(deaths).toEqual(['was ended by SIGKILL'])
  expect(new Set(pids).size).toBe(2)
  expect(tried.restarts).toBe(1)
})

test('a stopped process is not started again, and stopping twice is safe', async () => {
  const {
    process: tried,
    pids,
    deaths,
    log,
  } = service("console.log('up'); setInterval(() => {}, 1000)")
  tried.start()
  await vi.waitFor(() => expect(log()).toBe('up\n'), patience)
  await Promise.all([tried.stop(60_000), tried.stop(60_000)])
  expect(isAlive(pids[0]!)).toBe(false)
  expect(deaths).toEqual([])
})

test('a process that does not listen to SIGTERM is killed at the deadline', async () => {
  const {
    process: tried,
    pids,
    log,
  } = service("process.on('SIGTERM', () => {}); console.log('up'); setInterval(() => {}, 1000)")
  tried.start()
  await vi.waitFor(() => expect(log()).toBe('up\n'), patience)
  await tried.stop(50)
  expect(isAlive(pids[0]!)).toBe(false)
})

test('a process stops itself when the one that started it is killed', async () => {
  const { directory, program } = folder("console.log('up'); setInterval(() => {}, 1000)")
  const parent = join(directory, 'parent.ts')
  const here = JSON.stringify(join(import.meta.dirname, '../src/service-process.ts'))
  writeFileSync(
    parent,
    `import { ServiceProcess } from ${here}
     const options = { name: 'child', program: ${JSON.stringify(program)}, environment: {}, logDirectory: ${JSON.stringify(directory)},
       clock: { monotonicMs: () => 0 }, random: undefined, onStarted: (pid) => console.log(pid), onDied: () => {} }
     new ServiceProcess(options).start()`,
  )
  const starter = spawn(process.execPath, [parent], { stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  starter.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString()
  })
  await vi.waitFor(() => {
    expect(text).toMatch(/^\d+\n/)
    expect(readFileSync(join(directory, 'child.log'), 'utf8')).toBe('up\n')
  }, patience)
  const child = Number(text)
  expect(isAlive(child)).toBe(true)
  starter.kill('SIGKILL')
  await vi.waitFor(() => expect(isAlive(child)).toBe(false), patience)
})
