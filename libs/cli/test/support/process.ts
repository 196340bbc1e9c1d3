// The real command as its own process.
import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

export const program = join(import.meta.dirname, '../../bin/millrace.mjs')

export interface MillraceProcess {
  child: ChildProcess
  stdout(): string
  stderr(): string
  /** Exit code, or the signal's name. */
  ended: Promise<number | string>
}

export interface ProcessOptions {
  /** Without it standard input is empty. */
  stdin?: string
  /** Leaves standard input to the test. */
  isStdinOpen?: boolean
  environment?: Record<string, string>
  /** The Node that runs it, with parameters of its own. */
  node?: readonly string[]
}

export function startMillrace(
  parameters: readonly string[],
  { stdin = '', isStdinOpen = false, environment, node = [process.execPath] }: ProcessOptions = {},
): MillraceProcess {
  const [executable = '', ...own] = node
  const child = spawn(executable, [...own, program, ...parameters], {
    cwd: '/',
    env: { PATH: process.env['PATH'] ?? '', ...environment },
    stdio: 'pipe',
  })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString()
  })
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString()
  })
  child.stdin.on('error', () => {})
  if (!isStdinOpen) child.stdin.end(stdin)
  const ended = new Promise<number | string>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve(code ?? signal ?? 'unknown'))
  })
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await ended
  })
  return { child, stdout: () => stdout, stderr: () => stderr, ended }
}

/** Runs it to its end. */
export async function millrace(
  parameters: readonly string[],
  options: ProcessOptions = {},
): Promise<{ exitCode: number | string; stdout: string; stderr: string }> {
  const run = startMillrace(parameters, options)
  const exitCode = await run.ended
  return { exitCode, stdout: run.stdout(), stderr: run.stderr() }
}
