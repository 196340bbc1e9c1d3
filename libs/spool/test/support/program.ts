// A real process of `test/programs`.
import { type ChildProcess, spawn, type SpawnOptions } from 'node:child_process'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

export interface Program {
  child: ChildProcess
  /** Lines of standard output so far. */
  lines(): string[]
  stderr(): string
  /** Resolves when it has printed the line. */
  printed(line: string): Promise<void>
  ended: Promise<void>
}

/** Runs until the test ends at the latest. `shell` is put before the command, for limits. */
export function startProgram(
  name: string,
  parameters: readonly string[],
  { shell, ...options }: SpawnOptions & { shell?: string } = {},
): Program {
  const path = join(import.meta.dirname, '../programs', name)
  const command = [process.execPath, path, ...parameters]
  const child =
    shell === undefined
      ? spawn(command[0]!, command.slice(1), { stdio: 'pipe', ...options })
      : spawn('bash', ['-c', `${shell}; exec "$@"`, 'bash', ...command], {
          stdio: 'pipe',
          ...options,
        })
  let stdout = ''
  let stderr = ''
  const watchers = new Set<() => void>()
  const tell = (): void => watchers.forEach((watch) => watch())
  child.stdout!.on('data', (chunk: Buffer) => {
    stdout += chunk.toString()
    tell()
  })
  child.stderr!.on('data', (chunk: Buffer) => {
    stderr += chunk.toString()
  })
  child.stdin!.on('error', () => {})
  const lines = (): string[] => stdout.split('\n').slice(0, -1)
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => {
      tell()
      resolve()
    })
  })
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await ended
  })
  const printed = (line: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const watch = (): void => {
        if (lines().includes(line)) resolve()
        else if (child.exitCode !== null) reject(new Error(`${name} has ended: ${stdout}${stderr}`))
      }
      watchers.add(watch)
      watch()
    })
  return { child, lines, stderr: () => stderr, printed, ended }
}
