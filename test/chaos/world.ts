// Everything that a chaos run needs, on real ports of this machine: servers, the proxies before them, topic and templates.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { deadLetterTopic } from '@millrace/envelope'
import { createElasticStore } from '@millrace/elastic'
import { seededRandom } from '@millrace/foundation'
import {
  type Administration,
  createAdministration,
  createProducer,
  kafkaSettings,
  type Producer,
} from '@millrace/kafka'
import { freePort, type LocalStack, startLocalStack } from '@millrace/local-stack'
import { BulkProxy } from './bulk-proxy.ts'
import { FullDisk } from './full-disk.ts'
import { TcpProxy } from './tcp-proxy.ts'

export const topic = 'logs'
export const group = 'chaos-indexer'
export const dataStream = 'logs-app-default'
export const partitions = 12

export interface WorldOptions {
  directory: string
  hasFullDisk: boolean
  onProgress: (text: string) => void
  onIndexed: (items: number) => void
  signal: AbortSignal
}

export interface World {
  readonly directory: string
  readonly stack: LocalStack
  /** One before each broker, in the order of their ids. */
  readonly brokerProxies: readonly TcpProxy[]
  /** What services and indexers are told. */
  readonly brokers: readonly string[]
  readonly elasticsearchProxy: TcpProxy
  readonly bulkProxy: BulkProxy
  readonly fullDisk: FullDisk | undefined
  readonly spoolDirectory: string
  /** These two go past the proxies. */
  readonly administration: Administration
  readonly producer: Producer
  /** Past the proxies. */
  readonly elasticsearch: string
  close(): Promise<void>
}

/** Starts it all. @throws when something is missing or does not start; nothing is left behind then. */
export async function startWorld(options: WorldOptions): Promise<World> {
  const closing: (() => Promise<unknown> | void)[] = []
  const close = async (): Promise<void> => {
    for (const step of closing.splice(0).toReversed()) await step()
  }
  try {
    return await build(options, closing, close)
  } catch (error) {
    await close()
    throw error
  }
}

async function build(
  { directory, hasFullDisk, onProgress, onIndexed, signal }: WorldOptions,
  closing: (() => Promise<unknown> | void)[],
  close: () => Promise<void>,
): Promise<World> {
  const spoolDirectory = join(directory, 'spool')
  mkdirSync(spoolDirectory, { recursive: true, mode: 0o700 })
  let fullDisk: FullDisk | undefined
  if (hasFullDisk) {
    const disk = FullDisk.mount(join(directory, 'small-disk'))
    closing.push(() => disk.unmount())
    fullDisk = disk
  }
  // By the process id: ports are chosen before the proxies listen on them.
  const random = seededRandom(process.pid)
  const taken = new Set<number>()
  const proxied = []
  for (let broker = 1; broker <= 3; broker++) {
    const port = await freePort(taken, random)
    proxied.push({ port, advertisedPort: await freePort(taken, random) })
  }
  const stack = await startLocalStack({
    directory: join(directory, 'servers'),
    kafka: { brokers: 3, proxied },
    // Among dozens of processes on two cores a server takes its time to come back.
    readyTimeoutMs: 400_000,
    onProgress,
    signal,
  })
  closing.push(() => stack.stop())
  const brokerProxies = proxied.map((each) => new TcpProxy(each.advertisedPort, each.port))
  const bulkProxy = new BulkProxy(stack.endpoints.elasticsearch, onIndexed)
  const bulkPort = await bulkProxy.open()
  closing.push(() => bulkProxy.close())
  const elasticsearchProxy = new TcpProxy(await freePort(taken, random), bulkPort)
  for (const proxy of [...brokerProxies, elasticsearchProxy]) {
    await proxy.open()
    closing.push(() => proxy.close())
  }
  const settings = kafkaSettings.parse({ brokers: stack.endpoints.kafka, requestTimeoutMs: 5_000 })
  const administration = createAdministration(settings)
  const producer = createProducer(settings)
  closing.push(() => administration.close())
  closing.push(() => producer.close())
  onProgress('making the topics and the templates')
  await makeTopics(administration)
  await installTemplates(stack.endpoints.elasticsearch)
  return {
    directory,
    stack,
    brokerProxies,
    brokers: brokerProxies.map((proxy) => proxy.address),
    elasticsearchProxy,
    bulkProxy,
    fullDisk,
    spoolDirectory,
    administration,
    producer,
    elasticsearch: stack.endpoints.elasticsearch,
    close,
  }
}

async function makeTopics(administration: Administration): Promise<void> {
  const configuration = { 'min.insync.replicas': '2' }
  const layout = { partitions, replicationFactor: 3, configuration }
  for (const name of [topic, deadLetterTopic(topic)]) {
    await administration.createTopic({ topic: name, ...layout })
  }
}

async function installTemplates(url: string): Promise<void> {
  const store = createElasticStore({ nodes: [url] })
  try {
    await store.installTemplates()
  } finally {
    await store.close()
  }
}

/** What every indexer of the run is told. */
export function indexerEnvironment(world: World): Record<string, string> {
  return {
    MILLRACE_KAFKA_BROKERS: world.brokers.join(','),
    MILLRACE_KAFKA_TOPIC: topic,
    MILLRACE_KAFKA_GROUP: group,
    MILLRACE_ELASTICSEARCH_URL: `http://${world.elasticsearchProxy.address}`,
    MILLRACE_HTTP_PORT: '0',
    MILLRACE_INDEXER_RETRY_MAX_MS: '2000',
    // Half of the default: what went unanswered is looked at again after two of these.
    MILLRACE_ELASTICSEARCH_REQUEST_TIMEOUT_MS: '15000',
  }
}
