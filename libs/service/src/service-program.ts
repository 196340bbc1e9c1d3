// The process around a service: its flags, its settings, and how it ends before it has begun.
import { parseArgs } from 'node:util'
import { ConfigError, errorText } from '@millrace/foundation'
import {
  type Config,
  effectiveVariables,
  type Environment,
  type Groups,
  loadConfig,
} from './settings/load-config.ts'
import { settingsHelp } from './settings/help-text.ts'

const exitCodes = { ok: 0, wrongUse: 2, wrongConfiguration: 78 }

export interface ServiceProgram<Table extends Groups> {
  /** What `--help` says before it lists the settings. */
  help: readonly string[]
  groups: Table
  /** Starts the service. A ConfigError ends the process with 78. */
  start: (config: Config<Table>) => Promise<void>
}

/** Runs a service's program: for its main file only, which hands in its arguments and its environment. */
export async function runService<Table extends Groups>(
  { help, groups, start }: ServiceProgram<Table>,
  process: Pick<NodeJS.Process, 'argv' | 'stdout' | 'stderr' | 'exit'> & { env: Environment },
): Promise<void> {
  /** Answers go to standard output, complaints to standard error. */
  const end = (code: number, text: string): void => {
    const stream = code === exitCodes.ok ? process.stdout : process.stderr
    stream.write(`${text}\n`, () => process.exit(code))
  }
  let flags: { help: boolean; 'print-config': boolean }
  try {
    flags = readFlags(process.argv.slice(2))
  } catch (error) {
    return end(exitCodes.wrongUse, `${errorText(error)}. Try --help.`)
  }
  if (flags.help) return end(exitCodes.ok, settingsHelp(help, groups))
  try {
    const config = loadConfig(groups, process.env)
    if (flags['print-config']) {
      const lines = effectiveVariables(groups, process.env)
      return end(exitCodes.ok, lines.map(({ name, value }) => `${name}=${value}`).join('\n'))
    }
    await start(config)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    end(exitCodes.wrongConfiguration, error.message)
  }
}

function readFlags(args: string[]): { help: boolean; 'print-config': boolean } {
  return parseArgs({
    args,
    options: {
      help: { type: 'boolean', short: 'h', default: false },
      'print-config': { type: 'boolean', default: false },
    },
  }).values
}
