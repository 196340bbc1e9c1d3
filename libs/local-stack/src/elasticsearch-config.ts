// Before the node: its elasticsearch.yml.

export interface NodeConfig {
  httpPort: number
  transportPort: number
  dataDirectory: string
  logDirectory: string
  extraSettings?: Readonly<Record<string, string>>
}

/** Elasticsearch's settings for one node on this machine. */
export function elasticsearchSettings(config: NodeConfig): Record<string, string> {
  return {
    'cluster.name': 'millrace-local',
    'node.name': 'elasticsearch',
    'discovery.type': 'single-node',
    'network.host': '127.0.0.1',
    'http.port': String(config.httpPort),
    'transport.port': String(config.transportPort),
    'path.data': config.dataDirectory,
    'path.logs': config.logDirectory,
    // A developer's disk is often 90 % full; the node would turn its indices read-only.
    'cluster.routing.allocation.disk.threshold_enabled': 'false',
    ...config.extraSettings,
  }
}

/** One flat key per line; JSON strings are YAML strings. */
export function renderYaml(settings: Readonly<Record<string, string>>): string {
  const lines = Object.entries(settings).map(([key, value]) => `${key}: ${JSON.stringify(value)}`)
  return `${lines.join('\n')}\n`
}

/** Everything at INFO on standard output, which goes to the node's log file. */
export const elasticsearchLog4j = `status = error
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = [%d{ISO8601}] %p %m (%c{1})%n
rootLogger.level = info
rootLogger.appenderRef.console.ref = console
`
