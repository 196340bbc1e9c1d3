import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'

const program = fileURLToPath(new URL('./programs/closing.ts', import.meta.url))

interface Run {
  child: ChildProcess
  lines: () => string[]
  /** Resolves with the exit code. */
  ended: Promise<number | null>
}

function run(plan: object): Run {
  const child = spawn(process.execPath, [program, JSON.stringify(plan)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const ended = once(child, 'close').then(([code]) => code as number | null)
  return { child, lines: () => output.split('\n').filter((line) => line !== ''), ended }
}

async function until(lines: () => string[], line: string): Promise<void> {
  await expect.poll(lines, { timeout: 30_000 }).toContain(line)
}

test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
  '%s closes once and exits with 0',
  async (signal) => {
    const { child, lines, ended } = run({ deadlineMs: 30_000, closeMs: 1 })
    await until(lines, 'started')
    child.kill(signal)
    expect(await ended).toBe(0)
    expect(lines()).toEqual(['started', `closing ${signal}`, 'closed'])
  },
)

test('the same signal again within the echo time changes nothing', async () => {
  const { child, lines, ended } = run({ deadlineMs: 30_000, closeMs: 500, echoMs: 30_000 })
  await until(lines, 'started')
  child.kill('SIGINT')
  await until(lines, 'closing SIGINT')
  child.kill('SIGINT')
  child.kill('SIGTERM')
  expect(await ended).toBe(0)
  expect(lines()).toEqual(['started', 'closing SIGINT', 'closed'])
})

test('a second signal after the echo time ends the process at once', async () => {
  const { child, lines, ended } = run({ deadlineMs: 60_000, closeMs: 60_000, echoMs: 0 })
  await until(lines, 'started')
  child.kill('SIGINT')
  await until(lines, 'closing SIGINT')
  child.kill('SIGINT')
  expect(await ended).toBe(1)
  expect(lines().at(-1)).toBe('Second SIGINT: exiting with work in flight')
})

test('past the deadline the process goes without waiting', async () => {
  const { child, lines, ended } = run({ deadlineMs: 50, closeMs: 60_000 })
  await until(lines, 'started')
  child.kill('SIGTERM')
  expect(await ended).toBe(1)
  expect(lines().at(-1)).toBe('Not closed within 50 ms; exiting with work in flight')
})

test('an error that nobody caught closes too, and exits with 1', async () => {
  const { lines, ended } = run({ deadlineMs: 30_000, closeMs: 1, crash: true })
  expect(await ended).toBe(1)
  expect(lines()).toEqual([
    'started',
    'Closing after an error that nobody caught: nobody caught me',
    'closing after an error',
    'closed',
  ])
})

test('a close that fails is told and exits with 1', async () => {
  const { child, lines, ended } = run({ deadlineMs: 30_000, closeMs: 1, failing: true })
  await until(lines, 'started')
  child.kill('SIGTERM')
  expect(await ended).toBe(1)
  expect(lines().at(-1)).toBe('Closing failed: can not close')
})
