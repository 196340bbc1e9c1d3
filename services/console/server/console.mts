// The console, put together: what it reads, what it serves, and its end.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createElasticStore } from '@millrace/elastic'
import { deadLetterTopic } from '@millrace/envelope'
import { FormatList, type LogFormat, RecordNormalizer } from '@millrace/formats'
import { type Clock, ConfigError, errorText, type Random } from '@millrace/foundation'
import { createAdministration, kafkaSettings } from '@millrace/kafka'
import { RepeatedErrors, type ServiceLogger, startHealthServer } from '@millrace/service'
import type { FastifyInstance } from 'fastify'
import type { ConsoleFacts } from './api.mts'
import { createApplication } from './application.mts'
import type { ConsoleConfig } from './config.mts'
import { LetterDesk } from './dead-letters/letter-desk.mts'
import { addLetterRoutes } from './dead-letters/letter-routes.mts'
import { ReplayDesk } from './dead-letters/replay-desk.mts'
import { addDeliveryRoutes, Delivery } from './delivery/delivery.mts'
import { Sessions } from './http/session.mts'
import { LiveHub } from './live/live-hub.mts'
import { addLiveRoutes, liveRowsPerSecondMax } from './live/live-routes.mts'
import { createConsoleMetrics } from './metrics.mts'
import { textCharactersMax } from './search/cut-document.mts'
import { LogStore } from './search/log-store.mts'
import { RecordFinder } from './search/record-finder.mts'
import { rowsMax } from './search/rows.mts'
import { filterCharactersMax } from './search/scope.mts'
import { addSearchRoutes } from './search/search-routes.mts'

export interface ConsoleParts {
  log: ServiceLogger
  clock: Clock
  random: Random
  /** Asked before the built-in ones. Default: none. */
  formats?: readonly LogFormat[]
  /** Where the built page lies. Default: beside this service. */
  pageDirectory?: string
}

export interface Console {
  /** The page's address. */
  readonly url: string
  /** Safe to call twice. */
  close(): Promise<void>
}

/** Largest answer of Elasticsearch that is held in memory; larger ones are asked for in parts. */
const responseBytesMax = 32_000_000

/**
 * Resolves as soon as the page is served; Kafka and Elasticsearch may come later.
 * @throws ConfigError when the address can't be listened on.
 */
export async function startConsole(config: ConsoleConfig, parts: ConsoleParts): Promise<Console> {
  const { log, clock } = parts
  const repeated = new RepeatedErrors(clock)
  const views = createViews(config, parts)
  const { host, port, names, token } = config.console
  const server = await createApplication({
    sessions: new Sessions(token, clock),
    names: [...names, host],
    pageDirectory: parts.pageDirectory ?? join(import.meta.dirname, '../dist'),
    facts: factsOf(config),
    addViews: views.addTo,
    onError: (error, path) =>
      repeated.report(path, (repeats) => log.error({ error, path, repeats }, 'A call failed')),
  })
  const url = await listen(server, { host, port })
  views.delivery.start()
  const health = await startHealthServer({
    ...config.http,
    checks: views.checks,
    metrics: createConsoleMetrics(views.hub),
    clock,
  })
  log.info({ url, health: health.url }, `The console is served at ${url}`)
  let closing: Promise<void> | undefined
  const close = async (): Promise<void> => {
    await views.close()
    await server.close()
    await health.close()
    repeated.close()
  }
  return { url, close: () => (closing ??= close()) }
}

interface Views {
  hub: LiveHub
  delivery: Delivery
  checks: Record<string, () => Promise<string | undefined>>
  addTo: (server: FastifyInstance) => void
  close: () => Promise<void>
}

function createViews(config: ConsoleConfig, parts: ConsoleParts): Views {
  const { clock, random } = parts
  const { topic } = config.kafka
  const { group } = config.consumer
  const connection = kafkaSettings.parse({
    ...config.kafka.connection,
    clientId: 'millrace-console',
  })
  const administration = createAdministration(connection, { clock, random })
  const store = createElasticStore({ ...config.elasticsearch, responseBytesMax }, { clock })
  const logs = new LogStore(store, clock)
  let clusterId: string | undefined
  const knownClusterId = async (): Promise<string> =>
    (clusterId ??= await administration.clusterId())
  const normalizer = async (): Promise<RecordNormalizer> =>
    new RecordNormalizer({
      clusterId: await knownClusterId(),
      formats: parts.formats ?? [],
      ...config.dataStream,
    })
  const formats = new FormatList(parts.formats ?? [])
  const place = { connection, administration, topic, clock, random }
  const hub = new LiveHub({ ...place, createNormalizer: normalizer })
  const finder = new RecordFinder({ ...place, clusterId: knownClusterId })
  const letters = new LetterDesk({ ...place, store })
  const replays = new ReplayDesk(letters)
  const { auditHours } = config.console
  const delivery = new Delivery({ ...place, store, logs, group, auditHours })
  const { kibana } = config
  return {
    hub,
    delivery,
    checks: {
      elasticsearch: () => store.readinessProblem(),
      kafka: async () => {
        await administration.brokers()
        return undefined
      },
    },
    addTo: (server) => {
      addLiveRoutes(server, { hub, clock, random })
      addSearchRoutes(server, { store: logs, finder, normalizer, formats, clock, kibana })
      addDeliveryRoutes(server, delivery)
      addLetterRoutes(server, { letters, replays, normalizer, formats, clock })
    },
    close: async () => {
      await Promise.all([hub.close(), replays.close()])
      letters.close()
      await delivery.close()
      await Promise.all([administration.close(), store.close()])
    },
  }
}

function factsOf(config: ConsoleConfig): ConsoleFacts {
  const { topic } = config.kafka
  const manifest = JSON.parse(
    readFileSync(join(import.meta.dirname, '../package.json'), 'utf8'),
  ) as { version: string }
  return {
    version: manifest.version,
    topic,
    deadLetterTopic: deadLetterTopic(topic),
    group: config.consumer.group,
    ...(config.kibana !== undefined && { kibanaUrl: config.kibana.url }),
    limits: {
      filterCharactersMax,
      rowsMax,
      liveRowsPerSecondMax,
      textCharactersMax,
    },
  }
}

async function listen(
  server: FastifyInstance,
  { host, port }: { host: string; port: number },
): Promise<string> {
  try {
    return await server.listen({ host, port })
  } catch (error) {
    await server.close()
    const code = (error as NodeJS.ErrnoException).code ?? errorText(error)
    const where = `${host}:${port} (MILLRACE_CONSOLE_HOST, MILLRACE_CONSOLE_PORT)`
    const hint =
      code === 'EADDRINUSE'
        ? 'another process listens there; choose a free port, or 0 for any'
        : 'choose an address of this machine and a port above 1023'
    throw new ConfigError('MILLRACE_CONFIG_VALUE', `Can't listen on ${where}: ${code}; ${hint}`, {
      cause: error,
    })
  }
}
