// Run: the process around the worker; the only reader of the environment and the arguments, the only place that exits.
import { parseArgs } from 'node:util'
import { loadFormats, type LogFormat } from '@millrace/formats'
import { ConfigError, errorText, systemClock, systemRandom } from '@millrace/foundation'
import { createServiceLogger, effectiveVariables, loadConfig, onShutdown } from '@millrace/service'
import { type IndexerConfig, indexerGroups } from './config.mts'
import { helpText } from './help.mts'
import { startIndexer } from './indexer.mts'

const exitCodes = { ok: 0, wrongUse: 2, wrongConfiguration: 78 }

/** What closing may take beyond the drain: the last commit, leaving the group, closing connections. */
const closingMs = 30_000

export async function run(): Promise<void> {
  const flags = readFlags()
  if (flags.help) return end(exitCodes.ok, helpText())
  try {
    const config = loadConfig(indexerGroups, environment())
    if (flags.printConfig) return end(exitCodes.ok, effectiveText())
    await work(config, await loadFormats(config.formats.modules, process.cwd()))
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    end(exitCodes.wrongConfiguration, error.message)
  }
}

async function work(config: IndexerConfig, formats: readonly LogFormat[]): Promise<void> {
  const log = createServiceLogger({ name: 'millrace-indexer', level: config.log.level })
  const indexer = await startIndexer(config, {
    log,
    clock: systemClock,
    random: systemRandom,
    formats,
    // Uncaught on purpose: the shutdown below then closes in order and exits with 1.
    onFatal: (error) =>
      setImmediate(() => {
        throw error
      }),
  })
  onShutdown({
    deadlineMs: config.indexer.drainTimeoutMs + closingMs,
    close: async ({ signal }) => {
      log.info({ signal }, 'Closing: finishing what is in flight')
      await indexer.close()
    },
    onProblem: (sentence, error) => log.error({ error }, sentence),
  })
}

function readFlags(): { help: boolean; printConfig: boolean } {
  try {
    const { values } = parseArgs({
      args: process.argv.slice(2),
      options: {
        help: { type: 'boolean', short: 'h', default: false },
        'print-config': { type: 'boolean', default: false },
      },
    })
    return { help: values.help, printConfig: values['print-config'] }
  } catch (error) {
    end(exitCodes.wrongUse, `${errorText(error)}. Try --help.`)
    throw error
  }
}

function effectiveText(): string {
  return effectiveVariables(indexerGroups, environment())
    .map(({ name, value }) => `${name}=${value}`)
    .join('\n')
}

function environment(): NodeJS.ProcessEnv {
  // oxlint-disable-next-line no-process-env -- the one place of this service that reads it
  return process.env
}

/** Answers go to standard output, complaints to standard error. */
function end(code: number, text: string): void {
  const stream = code === exitCodes.ok ? process.stdout : process.stderr
  stream.write(`${text}\n`, () => process.exit(code))
}
