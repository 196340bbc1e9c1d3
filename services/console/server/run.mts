// Run: the process around the console; the only reader of the environment and the arguments, the only place that exits.
import { loadFormats } from '@millrace/formats'
import { systemClock, systemRandom } from '@millrace/foundation'
import { createServiceLogger, onShutdown, runService } from '@millrace/service'
import { type ConsoleConfig, consoleGroups } from './config.mts'
import { startConsole } from './console.mts'

const closingMs = 10_000

const help = [
  'Usage: node services/console/server/main.ts [--help] [--print-config]',
  '',
  'Serves one page that shows the pipeline: live events, search, delivery, dead letters. It reads Kafka',
  'and Elasticsearch and keeps nothing of its own. All settings are environment variables:',
]

export async function run(): Promise<void> {
  // oxlint-disable-next-line no-process-env -- the one place of this service that reads it
  await runService({ help, groups: consoleGroups, start: work }, process)
}

async function work(config: ConsoleConfig): Promise<void> {
  const log = createServiceLogger({ name: 'millrace-console', level: config.log.level })
  const formats = await loadFormats(config.formats.modules, process.cwd())
  const console = await startConsole(config, {
    log,
    clock: systemClock,
    random: systemRandom,
    formats,
  })
  onShutdown({
    deadlineMs: closingMs,
    close: async ({ signal }) => {
      log.info({ signal }, 'Closing')
      await console.close()
    },
    onProblem: (sentence, error) => log.error({ error }, sentence),
  })
}
