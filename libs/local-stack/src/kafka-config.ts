// Before the brokers: their server.properties.
import type { ScramUser, SecuredListener } from './options.ts'

export interface BrokerConfig {
  /** 1, 2, 3. */
  nodeId: number
  /** Of all nodes, in the order of their ids. */
  ports: readonly number[]
  controllerPorts: readonly number[]
  /** A second listener on this node's own port, which tells clients another port. */
  proxied?: { port: number; advertisedPort: number }
  /** Further listeners of this node, each on a port of its own. */
  secured?: readonly SecuredListener[]
  logDirectory: string
  extraProperties?: Readonly<Record<string, string>>
}

/** Kafka's properties for one node that is broker and controller (KRaft, static quorum). */
export function kafkaProperties(config: BrokerConfig): Record<string, string> {
  const { nodeId, ports, controllerPorts, proxied, secured = [], logDirectory } = config
  const nodes = ports.length
  const listener = `PLAINTEXT://127.0.0.1:${ports[nodeId - 1]}`
  const own = proxied === undefined ? '' : `,PROXIED://127.0.0.1:${proxied.port}`
  const told = proxied === undefined ? '' : `,PROXIED://127.0.0.1:${proxied.advertisedPort}`
  const further = secured.map(({ name, port }) => `,${name}://127.0.0.1:${port}`).join('')
  const protocols = secured.map(({ name, protocol }) => `,${name}:${protocol}`).join('')
  const inSyncMin = String(nodes === 1 ? 1 : 2)
  return {
    'process.roles': 'broker,controller',
    'node.id': String(nodeId),
    'controller.quorum.voters': controllerPorts
      .map((port, index) => `${index + 1}@127.0.0.1:${port}`)
      .join(','),
    listeners: `${listener}${own}${further},CONTROLLER://127.0.0.1:${controllerPorts[nodeId - 1]}`,
    'advertised.listeners': `${listener}${told}${further}`,
    'listener.security.protocol.map': `PLAINTEXT:PLAINTEXT,PROXIED:PLAINTEXT,CONTROLLER:PLAINTEXT${protocols}`,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'log.dirs': logDirectory,
    'auto.create.topics.enable': 'false',
    'default.replication.factor': String(nodes),
    'min.insync.replicas': inSyncMin,
    'offsets.topic.replication.factor': String(nodes),
    'transaction.state.log.replication.factor': String(nodes),
    'transaction.state.log.min.isr': inSyncMin,
    'share.coordinator.state.topic.replication.factor': String(nodes),
    'share.coordinator.state.topic.min.isr': inSyncMin,
    // 50 by default: a minute's work for a laptop that hosts one group.
    'offsets.topic.num.partitions': '3',
    'transaction.state.log.num.partitions': '3',
    'share.coordinator.state.topic.num.partitions': '3',
    // 3 s by default, spent by each first member of each group in each test.
    'group.initial.rebalance.delay.ms': '100',
    // 6 s by default: a test may want to see a dead member missed sooner.
    'group.min.session.timeout.ms': '1000',
    // A broker that was killed may register again only when its old session is over (default 9 s).
    'broker.session.timeout.ms': nodes === 1 ? '3000' : '6000',
    'broker.heartbeat.interval.ms': '1000',
    'log.retention.hours': '72',
    'log.retention.bytes': String(4 * 2 ** 30),
    'log.segment.bytes': String(128 * 2 ** 20),
    'log.cleaner.dedupe.buffer.size': String(16 * 2 ** 20),
    'num.io.threads': '4',
    'num.network.threads': '2',
    ...config.extraProperties,
  }
}

/** What StorageTool is told beside the cluster's id: one argument per line, so that no password shows among the processes. */
export function formatArguments(users: readonly ScramUser[]): string {
  const lines = users.flatMap(({ name, password, mechanism }) => [
    '--add-scram',
    `${mechanism}=[name="${name}",password="${password}"]`,
  ])
  return lines.join('\n')
}

/** java.util.Properties reads a backslash as the start of an escape. */
export function renderProperties(properties: Readonly<Record<string, string>>): string {
  const lines = Object.entries(properties).map(
    ([key, value]) => `${key}=${value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}`,
  )
  return `${lines.join('\n')}\n`
}

/** Everything at INFO on standard output, which goes to the node's log file. */
export const kafkaLog4j = `status = error
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = [%d{ISO8601}] %p %m (%c{1})%n
rootLogger.level = info
rootLogger.appenderRef.console.ref = console
# One line per start with each of 300 settings.
logger.config.name = org.apache.kafka.common.config.AbstractConfig
logger.config.level = warn
`
