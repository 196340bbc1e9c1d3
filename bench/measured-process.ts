// One measured program, as a process: started, watched, ended.
import { spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Invocation } from './indexer/programs.ts'

export interface MeasuredProcess {
  readonly pid: number
  /** Rejects when the process ends before it was told to. */
  readonly failed: Promise<never>
  /** The newest of what it wrote. */
  output(): string
  /** SIGTERM, and SIGKILL when that takes too long. Safe to call twice. */
  end(): Promise<void>
}

const root = new URL('..', import.meta.url).pathname
const outputMaxCharacters = 4_000
const endTimeoutMs = 20_000

/** @param options.core the one processor that it may use; all where absent */
export function startMeasured(
  invocation: Invocation,
  options: { core?: number } = {},
): MeasuredProcess {
  const { command, parameters, environment } = invocation
  const pinned = options.core === undefined ? [] : ['taskset', '--cpu-list', String(options.core)]
  const [program, ...rest] = [...pinned, command, ...parameters]
  const child = spawn(program!, rest, {
    cwd: root,
    // Nothing of this process's settings: the figures are those of the defaults.
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  const keep = (chunk: Buffer): void => {
    output = (output + chunk.toString()).slice(-outputMaxCharacters)
  }
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  let isEnding = false
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => resolve())
    child.once('error', () => resolve())
  })
  const failed = new Promise<never>((_, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => {
      if (!isEnding) reject(new Error(`${command} ended with ${code ?? signal}:\n${output}`))
    })
  })
  failed.catch(() => {})
  return {
    pid: child.pid!,
    failed,
    output: () => output,
    async end() {
      isEnding = true
      child.kill('SIGTERM')
      const late = sleep(endTimeoutMs, undefined, { ref: false }).then(() => child.kill('SIGKILL'))
      await Promise.race([ended, late])
      await ended
    },
  }
}

/** Lets a process and all its threads run on these processors only, such as `1` or `0-1`. */
export function tasksetArguments(pid: number, cores: string): string[] {
  return ['--all-tasks', '--cpu-list', '--pid', cores, String(pid)]
}
