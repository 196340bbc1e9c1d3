// What `npm start -- ...` understands.
import { parseArgs } from 'node:util'
import { ConfigError } from '@millrace/foundation'

export interface StartOptions {
  /** Throw away the data of earlier runs. */
  fresh: boolean
  /** Kafka brokers to start: 1 or 3. */
  brokers: 1 | 3
  /** Indexer workers. */
  indexers: number
  /** Start the demo services and their load. */
  demo: boolean
  /** Requests per second that the demo load makes. */
  rate: number
  kafkaPort: number
  elasticsearchPort: number
  help: boolean
}

export const startHelp = `npm start -- [options]

Starts Kafka, Elasticsearch, the indexer workers, the console and the demo services on this machine, and
runs until Ctrl-C. Data stay in .millrace/ and are there again at the next start.

  --fresh                     begin anew: delete the data of earlier runs
  --brokers 1|3               Kafka brokers (1)
  --indexers N                indexer workers, 1 to 16 (2)
  --no-demo                   without the demo services
  --rate N                    demo requests per second, 0 to 1000 (20)
  --kafka-port N              first broker's port; further brokers take the ports after it (9092)
  --elasticsearch-port N      Elasticsearch's port (9200)
  --help                      this text
`

const integers = {
  indexers: { flag: '--indexers', fallback: 2, min: 1, max: 16 },
  rate: { flag: '--rate', fallback: 20, min: 0, max: 1000 },
  kafkaPort: { flag: '--kafka-port', fallback: 9092, min: 1, max: 65_533 },
  elasticsearchPort: { flag: '--elasticsearch-port', fallback: 9200, min: 1, max: 65_535 },
} as const

/** @throws ConfigError that names the flag, what was found and what would be right. */
export function parseStartOptions(argv: readonly string[]): StartOptions {
  const values = parseFlags(argv)
  const brokers = values.brokers ?? '1'
  if (brokers !== '1' && brokers !== '3') {
    throw new ConfigError('MILLRACE_CONFIG_VALUE', `--brokers must be 1 or 3, got "${brokers}"`)
  }
  return {
    fresh: values.fresh === true,
    brokers: brokers === '3' ? 3 : 1,
    demo: values['no-demo'] !== true,
    help: values.help === true,
    indexers: integer('indexers', values.indexers),
    rate: integer('rate', values.rate),
    kafkaPort: integer('kafkaPort', values['kafka-port']),
    elasticsearchPort: integer('elasticsearchPort', values['elasticsearch-port']),
  }
}

function parseFlags(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        fresh: { type: 'boolean' },
        brokers: { type: 'string' },
        indexers: { type: 'string' },
        'no-demo': { type: 'boolean' },
        rate: { type: 'string' },
        'kafka-port': { type: 'string' },
        'elasticsearch-port': { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values
  } catch (error) {
    const text = (error as Error).message.split('. ')[0] ?? ''
    throw new ConfigError(
      'MILLRACE_CONFIG_UNKNOWN',
      `${text}; npm start -- --help lists the options`,
    )
  }
}

function integer(name: keyof typeof integers, text: string | undefined): number {
  const { flag, fallback, min, max } = integers[name]
  if (text === undefined) return fallback
  const value = Number(text)
  if (!/^\d+$/.test(text) || value < min || value > max) {
    throw new ConfigError(
      'MILLRACE_CONFIG_VALUE',
      `${flag} must be a whole number from ${min} to ${max}, got "${text}"`,
    )
  }
  return value
}
