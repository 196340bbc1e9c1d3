// Before the servers: what each is started with.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { elasticsearchLog4j, elasticsearchSettings, renderYaml } from './elasticsearch-config.ts'
import type { Jdk } from './jdk.ts'
import { formatArguments, kafkaLog4j, kafkaProperties, renderProperties } from './kafka-config.ts'
import type { ElasticsearchOptions, Environment, KafkaOptions } from './options.ts'
import { elasticsearchHome, type ServersFolder } from './prepare.ts'
import { pidFilePath } from './pid-file.ts'
import { countBrokers, elasticsearchObstacle } from './probe.ts'
import type { ServerPlan } from './server-process.ts'
import { findZstd, nativeLibraryArguments } from './zstd-library.ts'

export interface PlanContext {
  jdk: Jdk
  environment: Environment
  servers: ServersFolder
  /** Of the stack; each server has a folder in it. */
  directory: string
}

export interface KafkaPlan extends KafkaOptions {
  ports: readonly number[]
  controllerPorts: readonly number[]
  clusterId: string
  /** True until the stack has started as a whole: then each broker waits until it knows all others. */
  isForming: () => boolean
}

/** One broker and controller, at most 512 MiB of heap. */
export function kafkaPlan(nodeId: number, kafka: KafkaPlan, context: PlanContext): ServerPlan {
  const name = `kafka-${nodeId}`
  const home = join(context.directory, name)
  const logDirectory = join(home, 'data')
  const properties = join(home, 'server.properties')
  const log4j = join(home, 'log4j2.properties')
  const format = join(home, 'format-arguments')
  const { ports, controllerPorts, clusterId, isForming, extraProperties = {} } = kafka
  const port = ports[nodeId - 1]!
  return {
    ...common(name, context),
    arguments: [
      ...jvmArguments(name, '512m', context),
      `-Dlog4j2.configurationFile=${log4j}`,
      ...classPath('kafka', context),
      'KafkaLauncher',
      properties,
      logDirectory,
      clusterId,
      format,
    ],
    configure() {
      mkdirSync(join(home, 'tmp'), { recursive: true })
      const proxied = kafka.proxied?.[nodeId - 1]
      const config = {
        nodeId,
        ports,
        controllerPorts,
        ...(proxied === undefined ? {} : { proxied }),
        ...(kafka.secured === undefined ? {} : { secured: kafka.secured }),
        logDirectory,
        extraProperties,
      }
      writeFileSync(properties, renderProperties(kafkaProperties(config)))
      writeFileSync(log4j, kafkaLog4j)
      writeFileSync(format, formatArguments(kafka.scramUsers ?? []), { mode: 0o600 })
    },
    async obstacle() {
      const brokers = await countBrokers(port)
      if (brokers === undefined) return 'it does not answer'
      // A new stack is ready with all its brokers; one that comes back later needs a quorum to serve.
      const needed = isForming() ? ports.length : Math.floor(ports.length / 2) + 1
      return brokers >= needed ? undefined : `it knows ${brokers} of ${ports.length} brokers`
    },
  }
}

export interface ElasticsearchPlan extends ElasticsearchOptions {
  port: number
  transportPort: number
}

/** One node, at most 1 GiB of heap. */
export function elasticsearchPlan(
  elasticsearch: ElasticsearchPlan,
  context: PlanContext,
): ServerPlan {
  const name = 'elasticsearch'
  const home = join(context.directory, name)
  const config = join(home, 'config')
  const { port, transportPort, kql = false, extraSettings = {} } = elasticsearch
  return {
    ...common(name, context),
    arguments: [
      ...jvmArguments(name, '1g', context),
      // Vector similarity; without it each start warns.
      '--add-modules=jdk.incubator.vector',
      ...nativeLibraryArguments(join(home, 'native'), findZstd()),
      ...classPath('elasticsearch', context),
      'ElasticsearchLauncher',
      join(context.servers, elasticsearchHome({ kql })),
      config,
    ],
    configure() {
      mkdirSync(config, { recursive: true })
      // Left behind by a node that was killed.
      rmSync(join(home, 'tmp'), { recursive: true, force: true })
      mkdirSync(join(home, 'tmp'), { recursive: true })
      const settings = elasticsearchSettings({
        httpPort: port,
        transportPort,
        dataDirectory: join(home, 'data'),
        logDirectory: join(home, 'logs'),
        extraSettings,
      })
      writeFileSync(join(config, 'elasticsearch.yml'), renderYaml(settings))
      writeFileSync(join(config, 'log4j2.properties'), elasticsearchLog4j)
    },
    obstacle: () => elasticsearchObstacle(`http://127.0.0.1:${port}`),
  }
}

function common(
  name: string,
  { directory, environment, jdk }: PlanContext,
): Pick<ServerPlan, 'name' | 'command' | 'environment' | 'logFile' | 'pidFile'> {
  return {
    name,
    command: join(jdk.home, 'bin/java'),
    // Not the whole environment: nothing of ours, such as credentials, is a server's business.
    environment: {
      PATH: environment['PATH'],
      HOME: environment['HOME'],
      LANG: environment['LANG'],
    },
    logFile: join(directory, 'logs', `${name}.log`),
    pidFile: pidFilePath(directory, name),
  }
}

function jvmArguments(
  name: string,
  heapMax: string,
  { directory, environment }: PlanContext,
): string[] {
  const further = environment['LOCAL_STACK_JAVA_OPTIONS']?.split(/\s+/) ?? []
  return [
    `-Xmx${heapMax}`,
    '-XX:+ExitOnOutOfMemoryError',
    `-XX:ErrorFile=${join(directory, 'logs', `${name}-crash.log`)}`,
    `-Djava.io.tmpdir=${join(directory, name, 'tmp')}`,
    '-Djava.awt.headless=true',
    '--enable-native-access=ALL-UNNAMED',
    ...further.filter((option) => option !== ''),
  ]
}

function classPath(server: string, { servers }: PlanContext): string[] {
  return ['-cp', [join(servers, `${server}-launcher`), join(servers, server, '*')].join(':')]
}
