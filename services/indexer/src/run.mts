// Run: the process around the worker; the only reader of the environment and the arguments, the only place that exits.
import { loadFormats } from '@millrace/formats'
import { systemClock, systemRandom } from '@millrace/foundation'
import { createServiceLogger, onShutdown, runService } from '@millrace/service'
import { type IndexerConfig, indexerGroups } from './config.mts'
import { boundHeap } from './heap-bounds.mts'
import { startIndexer } from './indexer.mts'

/** What closing may take beyond the drain: the last commit, leaving the group, closing connections. */
const closingMs = 30_000

const help = [
  'Usage: node services/indexer/src/main.ts [--help] [--print-config]',
  '',
  'Reads log records from a Kafka topic and indexes them into Elasticsearch. Start as many as the',
  'topic has partitions; they share the work. All settings are environment variables:',
]

export async function run(): Promise<void> {
  // oxlint-disable-next-line no-process-env -- the one place of this service that reads it
  await runService({ help, groups: indexerGroups, start: work }, process)
}

async function work(config: IndexerConfig): Promise<void> {
  boundHeap(systemClock)
  const formats = await loadFormats(config.formats.modules, process.cwd())
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
