// Runs one command line in this process, with streams and environment as arguments.
import { Readable, Writable } from 'node:stream'
import { systemClock, systemRandom } from '@millrace/foundation'
import { type CommandContext, Output, runMillrace } from '../../src/index.ts'

export interface CommandRun {
  exitCode: number
  stdout: string
  stderr: string
}

export interface CommandSurroundings {
  /** Chunks of standard input. */
  stdin?: readonly (Buffer | string)[]
  environment?: Record<string, string>
  directory?: string
  context?: Partial<CommandContext>
}

class Kept extends Writable {
  text = ''
  override _write(chunk: Buffer, _encoding: string, callback: () => void): void {
    this.text += chunk.toString()
    callback()
  }
}

export async function runCommand(
  parameters: readonly string[],
  { stdin = [], environment = {}, directory = '/', context = {} }: CommandSurroundings = {},
): Promise<CommandRun> {
  const stdout = new Kept()
  const stderr = new Kept()
  const exitCode = await runMillrace(parameters, {
    environment,
    directory,
    stdin: Readable.from(stdin.map((chunk) => Buffer.from(chunk))),
    output: new Output({ stdout, stderr }),
    signal: new AbortController().signal,
    clock: systemClock,
    random: systemRandom,
    ...context,
  })
  return { exitCode, stdout: stdout.text, stderr: stderr.text }
}
