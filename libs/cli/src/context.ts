// What every subcommand is given in place of the process.
import type { Clock, Random } from '@millrace/foundation'
import type { Output } from './output.ts'

/** Standard input, as far as the commands need it. */
export interface InputStream extends AsyncIterable<Buffer | string> {
  readonly isTTY?: boolean
  destroy(): unknown
}

export interface CommandContext {
  environment: Readonly<Record<string, string | undefined>>
  /** The working directory, where the search for `.millrace/run.json` begins. */
  directory: string
  stdin: InputStream
  output: Output
  /** Aborted by Ctrl-C, by SIGTERM, and when the reader of standard output is gone. */
  signal: AbortSignal
  clock: Clock
  random: Random
}

/** Options that every command takes; they win over the environment. */
export interface GlobalOptions {
  brokers?: string
  elasticsearch?: string
  json?: boolean
}
