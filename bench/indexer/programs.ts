// Who is measured: each a process that carries the topic's lines into `_bulk`.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { PlainLoopOptions } from '../programs/plain-loop.ts'
import { configureRsyslog, ensureRsyslog } from './rsyslog.ts'

/** Where lines come from and documents go to. */
export interface Target {
  brokers: readonly string[]
  topic: string
  /** New for each run, so that it starts at the first line. */
  group: string
  elasticsearch: string
  /** `logs-<dataset>-<namespace>`. */
  dataset: string
  namespace: string
  /** The program's own, for files. */
  directory: string
}

export interface Invocation {
  command: string
  parameters: readonly string[]
  environment: Record<string, string>
}

export interface Program {
  name: string
  title: string
  /** Makes sure that it is there. */
  version(): string
  invocation(target: Target): Invocation
}

/** What kafkajs is told in the loops; one of its own defaults would let a partition wait for another one's bulk. */
const loopConcurrency = 6

export const programs: readonly Program[] = [
  {
    name: 'millrace',
    title: 'Millrace',
    version: () => `Millrace on Node ${process.version}`,
    invocation: (target) => ({
      command: process.execPath,
      parameters: ['services/indexer/src/main.ts'],
      environment: indexerEnvironment(target),
    }),
  },
  plainLoop('eachBatch', 'kafkajs eachBatch + client.bulk'),
  plainLoop('eachMessage', 'kafkajs eachMessage + helpers.bulk'),
  {
    name: 'rsyslog',
    title: 'rsyslog',
    version: ensureRsyslog,
    invocation: (target) => ({
      command: 'rsyslogd',
      parameters: configureRsyslog({
        ...target,
        broker: target.brokers[0]!,
        dataStream: dataStreamOf(target),
      }),
      environment: {},
    }),
  },
]

export const dataStreamOf = ({ dataset, namespace }: Target): string =>
  `logs-${dataset}-${namespace}`

/** Addresses, and what its image tells Node and the C library: the figures are those of the defaults. */
export function indexerEnvironment(target: Target): Record<string, string> {
  return {
    ...imageSettings(),
    MILLRACE_KAFKA_BROKERS: target.brokers.join(','),
    MILLRACE_KAFKA_TOPIC: target.topic,
    MILLRACE_KAFKA_GROUP: target.group,
    MILLRACE_ELASTICSEARCH_URL: target.elasticsearch,
    MILLRACE_DATASET: target.dataset,
    MILLRACE_NAMESPACE: target.namespace,
    MILLRACE_SETUP: 'true',
    MILLRACE_HTTP_PORT: '0',
  }
}

/** As the indexer's image sets them. */
function imageSettings(): Record<string, string> {
  const dockerfile = new URL('../../services/indexer/Dockerfile', import.meta.url)
  const lines = readFileSync(dockerfile, 'utf8').split('\n')
  const words = lines.filter((line) => line.startsWith('ENV ')).flatMap((line) => line.split(' '))
  const settings = Object.fromEntries(words.slice(1).map((word) => word.split('=')))
  assert(
    'MALLOC_ARENA_MAX' in settings && 'NODE_COMPILE_CACHE' in settings,
    'the image sets nothing for Node and the C library',
  )
  return settings
}

function plainLoop(kind: PlainLoopOptions['kind'], title: string): Program {
  return {
    name: kind,
    title,
    version: () =>
      `kafkajs ${versionOf('kafkajs')} and @elastic/elasticsearch ${versionOf('@elastic/elasticsearch')} on Node ${process.version}, partitionsConsumedConcurrently ${loopConcurrency}`,
    invocation: (target) => {
      const options: PlainLoopOptions = {
        kind,
        brokers: [...target.brokers],
        topic: target.topic,
        group: target.group,
        elasticsearch: target.elasticsearch,
        dataStream: dataStreamOf(target),
        concurrency: loopConcurrency,
      }
      return {
        command: process.execPath,
        parameters: ['bench/programs/plain-loop.ts', JSON.stringify(options)],
        environment: {},
      }
    },
  }
}

function versionOf(library: string): string {
  const require = createRequire(import.meta.url)
  return (require(`${library}/package.json`) as { version: string }).version
}
