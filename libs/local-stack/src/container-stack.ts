// For tests, where a Docker engine answers: the same servers in containers. Not run on a machine without one.
import { errorText } from '@millrace/foundation'
import { ElasticsearchContainer } from '@testcontainers/elasticsearch'
import { KafkaContainer } from '@testcontainers/kafka'
import { getContainerRuntimeClient, type StartedTestContainer } from 'testcontainers'
import { LocalStackError } from './errors.ts'
import type { LocalStack, LocalStackOptions, StackEndpoints } from './options.ts'

const images = {
  // Kafka 4.1 as the testcontainers module wants it: it knows Confluent's image only.
  kafka: 'confluentinc/cp-kafka:8.1.0',
  elasticsearch: 'docker.elastic.co/elasticsearch/elasticsearch:9.5.3',
} as const

/** The module's listener for clients of the host. */
const kafkaClientPort = 9093

/**
 * The same stack by testcontainers: one broker and one node. A container is given a new port when it is
 * started again, so `start`, `restart` and three brokers are not to be had there, and say so.
 */
export async function startContainerStack(options: LocalStackOptions): Promise<LocalStack> {
  await requireEngine()
  const { kafka = {}, elasticsearch = {}, readyTimeoutMs = 120_000 } = options
  if (kafka !== false && (kafka.brokers ?? 1) !== 1) throw unsupported('run three brokers')
  if (kafka !== false && (kafka.secured ?? kafka.scramUsers) !== undefined) {
    throw unsupported('give the broker listeners with TLS or SASL')
  }
  const containers = new Map<string, StartedTestContainer>()
  const endpoints: StackEndpoints = { kafka: [], elasticsearch: '' }
  try {
    if (kafka !== false) {
      options.onProgress?.(`starting ${images.kafka}`)
      const container = await new KafkaContainer(images.kafka)
        .withKraft()
        .withEnvironment({ ...kafkaEnvironment(kafka.extraProperties) })
        .withStartupTimeout(readyTimeoutMs)
        .start()
      containers.set('kafka-1', container)
      endpoints.kafka = [`${container.getHost()}:${container.getMappedPort(kafkaClientPort)}`]
    }
    if (elasticsearch !== false) {
      options.onProgress?.(`starting ${images.elasticsearch}`)
      const container = await new ElasticsearchContainer(images.elasticsearch)
        .withEnvironment({
          'xpack.security.enabled': 'false',
          ES_JAVA_OPTS: '-Xmx1g',
          'cluster.routing.allocation.disk.threshold_enabled': 'false',
          ...elasticsearch.extraSettings,
        })
        .withStartupTimeout(readyTimeoutMs)
        .start()
      containers.set('elasticsearch', container)
      endpoints.elasticsearch = container.getHttpUrl()
    }
  } catch (error) {
    await stopAll(containers)
    const text = `The containers could not start: ${errorText(error)}`
    throw new LocalStackError('MILLRACE_STACK_START_FAILED', text, error)
  }
  return new ContainerStack(endpoints, containers)
}

/** `group.min.session.timeout.ms` is `KAFKA_GROUP_MIN_SESSION_TIMEOUT_MS` to the image. */
export function kafkaEnvironment(
  extraProperties: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const properties = {
    'auto.create.topics.enable': 'false',
    'group.initial.rebalance.delay.ms': '100',
    'group.min.session.timeout.ms': '1000',
    'offsets.topic.num.partitions': '3',
    ...extraProperties,
  }
  return Object.fromEntries(
    Object.entries(properties).map(([key, value]) => [
      `KAFKA_${key.replaceAll('.', '_').toUpperCase()}`,
      value,
    ]),
  )
}

async function requireEngine(): Promise<void> {
  try {
    await getContainerRuntimeClient()
  } catch (error) {
    throw new LocalStackError(
      'MILLRACE_STACK_NO_ENGINE',
      'MILLRACE_TEST_STACK=testcontainers needs a Docker engine, and none answers. ' +
        'Start one (`docker info` says whether it runs), or unset the variable to run without Docker.',
      error,
    )
  }
}

async function stopAll(containers: Map<string, StartedTestContainer>): Promise<void> {
  await Promise.all([...containers.values()].map((container) => container.stop()))
  containers.clear()
}

function unsupported(what: string): LocalStackError {
  return new LocalStackError(
    'MILLRACE_STACK_UNSUPPORTED',
    `The testcontainers stack cannot ${what}; MILLRACE_TEST_STACK=local can.`,
  )
}

class ContainerStack implements LocalStack {
  readonly endpoints: StackEndpoints
  readonly nodes: readonly string[]
  readonly #containers: Map<string, StartedTestContainer>

  constructor(endpoints: StackEndpoints, containers: Map<string, StartedTestContainer>) {
    this.endpoints = endpoints
    this.nodes = [...containers.keys()]
    this.#containers = containers
  }

  async stop(name?: string): Promise<void> {
    if (name !== undefined) throw unsupported(`stop ${name} alone`)
    await stopAll(this.#containers)
  }

  async start(name: string): Promise<void> {
    throw unsupported(`start ${name} again on its port`)
  }

  async restart(name: string): Promise<void> {
    throw unsupported(`restart ${name} on its port`)
  }

  async kill(name: string): Promise<void> {
    throw unsupported(`kill ${name}`)
  }

  pause(name: string): void {
    throw unsupported(`pause ${name}`)
  }

  resume(name: string): void {
    throw unsupported(`resume ${name}`)
  }

  pid(name: string): number | undefined {
    throw unsupported(`tell the process of ${name}`)
  }

  log(name: string): string {
    throw unsupported(`tell the log file of ${name}; \`docker logs\` shows it`)
  }
}
