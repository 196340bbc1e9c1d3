// Before the servers: one command (Maven, javac), run until it ends.
import { spawn } from 'node:child_process'
import { basename } from 'node:path'
import { createInterface } from 'node:readline'
import { LocalStackError } from './errors.ts'
import type { Environment } from './options.ts'

export interface RunOptions {
  environment: Environment
  signal: AbortSignal | undefined
  onLine?: (line: string) => void
  /** Which lines of its output say why it failed. Default: all. */
  isWorthQuoting?: (line: string) => boolean
}

/** How many lines of a failed command are quoted. */
const quotedLinesMax = 5

/** Resolves when the command ends well, else throws `MILLRACE_STACK_PREPARE_FAILED` with its words. */
export function runToEnd(
  command: string,
  commandArguments: readonly string[],
  options: RunOptions,
): Promise<void> {
  const { environment, signal, onLine, isWorthQuoting = () => true } = options
  return new Promise((resolve, reject) => {
    const child = spawn(command, commandArguments, {
      env: { ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(signal === undefined ? {} : { signal }),
    })
    const quoted: string[] = []
    for (const output of [child.stdout, child.stderr]) {
      createInterface({ input: output }).on('line', (line) => {
        onLine?.(line)
        if (quoted.length < quotedLinesMax && line !== '' && isWorthQuoting(line)) quoted.push(line)
      })
    }
    const fail = (what: string): void => {
      const words = quoted.length === 0 ? '' : `: ${quoted.join(' | ')}`
      const text = `\`${basename(command)}\` ${what} while it prepared the servers${words}`
      reject(new LocalStackError('MILLRACE_STACK_PREPARE_FAILED', text))
    }
    child.once('error', (error) => {
      if (signal?.aborted === true) {
        reject(new LocalStackError('MILLRACE_STACK_ABORTED', 'The start was given up.', error))
      } else fail(`could not run (${error.message})`)
    })
    child.once('close', (code, killedBy) => {
      if (code === 0) resolve()
      else fail(code === null ? `was ended by ${killedBy}` : `failed with exit code ${code}`)
    })
  })
}
