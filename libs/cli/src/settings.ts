// Where the servers are: options win over the environment, that over a running `npm start`, that over the defaults.
import { ConfigError } from '@millrace/foundation'
import { loadFormats, type LogFormat } from '@millrace/formats'
import { type KafkaSettings, kafkaSettings } from '@millrace/kafka'
import {
  type Config,
  consumerGroup,
  dataStreamGroup,
  elasticsearchGroup,
  formatsGroup,
  type Groups,
  kafkaGroup,
  kibanaGroup,
  loadConfig,
} from '@millrace/service'
import type { CommandContext, GlobalOptions } from './context.ts'
import { findRunningStart } from './run-file.ts'

const brokersVariable = 'MILLRACE_KAFKA_BROKERS'
const elasticsearchVariable = 'MILLRACE_ELASTICSEARCH_URL'
const topicVariable = 'MILLRACE_KAFKA_TOPIC'
const groupVariable = 'MILLRACE_KAFKA_GROUP'
const kibanaVariable = 'MILLRACE_KIBANA_URL'

export interface KafkaPlace {
  connection: KafkaSettings
  topic: string
}

interface PlaceOptions extends GlobalOptions {
  topic?: string
  group?: string
  kibana?: string
}

/** The brokers and the topic of log records. @throws ConfigError */
export function kafkaPlace(context: CommandContext, options: PlaceOptions): KafkaPlace {
  const { kafka } = load(context, options, { kafka: kafkaGroup })
  return { connection: kafkaSettings.parse(kafka.connection), topic: kafka.topic }
}

/** All servers, the topic and the indexers' group. Kibana is undefined where it is not set. @throws ConfigError */
export function allPlaces(
  context: CommandContext,
  options: PlaceOptions,
): KafkaPlace & { group: string } & Pick<Config<StoreGroups>, 'elasticsearch' | 'kibana'> {
  const config = load(context, options, {
    kafka: kafkaGroup,
    consumer: consumerGroup,
    elasticsearch: elasticsearchGroup,
    kibana: kibanaGroup,
  })
  return {
    connection: kafkaSettings.parse(config.kafka.connection),
    topic: config.kafka.topic,
    group: config.consumer.group,
    elasticsearch: config.elasticsearch,
    kibana: config.kibana,
  }
}

interface StoreGroups extends Groups {
  elasticsearch: typeof elasticsearchGroup
  kibana: typeof kibanaGroup
}

/** Dataset and namespace of lines whose sender names none. @throws ConfigError */
export function dataStreamDefaults(context: CommandContext): {
  dataset: string
  namespace: string
} {
  return loadConfig({ dataStream: dataStreamGroup }, context.environment).dataStream
}

/** The formats that MILLRACE_FORMATS names, as the indexer loads them. @throws ConfigError */
export function ownFormats(context: CommandContext): Promise<LogFormat[]> {
  const { formats } = loadConfig({ formats: formatsGroup }, context.environment)
  return loadFormats(formats.modules, context.directory)
}

function load<Table extends Groups>(
  context: CommandContext,
  options: PlaceOptions,
  groups: Table,
): Config<Table> {
  const environment: Record<string, string | undefined> = { ...context.environment }
  const origins = new Map<string, string>()
  const set = (variable: string, value: string | undefined, origin: string): void => {
    if (value === undefined) return
    environment[variable] = value
    origins.set(variable, origin)
  }
  set(brokersVariable, options.brokers, '--brokers')
  set(elasticsearchVariable, options.elasticsearch, '--elasticsearch')
  set(topicVariable, options.topic, '--topic')
  set(groupVariable, options.group, '--group')
  set(kibanaVariable, options.kibana, '--kibana')
  fillFromRunningStart(context, environment, groups)
  try {
    return loadConfig(groups, environment)
  } catch (error) {
    throw error instanceof ConfigError ? namingOptions(error, origins) : error
  }
}

/** Nothing else says where a server is, so the one that runs in this folder is meant. */
function fillFromRunningStart(
  context: CommandContext,
  environment: Record<string, string | undefined>,
  groups: Groups,
): void {
  const declared = new Set(Object.values(groups).flatMap((group) => Object.keys(group.variables)))
  const isWanted = (variable: string): boolean =>
    declared.has(variable) && (environment[variable] ?? '') === ''
  if (!isWanted(brokersVariable) && !isWanted(elasticsearchVariable)) return
  const running = findRunningStart(context.directory)
  if (running === undefined) return
  const used: string[] = []
  if (isWanted(brokersVariable)) {
    environment[brokersVariable] = running.kafka.join(',')
    used.push(`Kafka ${running.kafka.join(', ')}`)
  }
  if (isWanted(elasticsearchVariable)) {
    environment[elasticsearchVariable] = running.elasticsearch
    used.push(`Elasticsearch ${running.elasticsearch}`)
  }
  context.output.note(
    `millrace: ${used.join(' and ')}, from the running npm start (${running.path})`,
  )
}

/** An error names what the person typed, and not the variable that it stands for. */
function namingOptions(error: ConfigError, origins: ReadonlyMap<string, string>): ConfigError {
  let { message } = error
  for (const [variable, origin] of origins) message = message.replaceAll(variable, origin)
  return new ConfigError(error.code, message, { cause: error, context: error.context })
}
