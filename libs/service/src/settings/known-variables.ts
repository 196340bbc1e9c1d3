// Configuration, across the product: every MILLRACE_ name that some process of it reads.
import { elasticsearchGroup, setupGroup } from './elasticsearch.ts'
import { type SettingGroup } from './setting-group.ts'
import { consumerGroup, kafkaGroup } from './kafka.ts'
import { kibanaGroup } from './kibana.ts'
import { dataStreamGroup, formatsGroup, httpGroup, logGroup } from './service.ts'
import { settingMeta } from './config-setting.ts'

/** The groups that processes compose; docs/configuration.md shows them in this order. */
export const sharedGroups: readonly SettingGroup[] = [
  kafkaGroup,
  consumerGroup,
  elasticsearchGroup,
  setupGroup,
  dataStreamGroup,
  formatsGroup,
  httpGroup,
  logGroup,
  kibanaGroup,
]

/**
 * Beginnings of names that belong to one process. Another process passes over all names of a family; the
 * owner (which declares at least one of them) knows each by name and refuses the rest.
 */
export const variableFamilies = [
  'MILLRACE_INDEXER_',
  'MILLRACE_GATEWAY_',
  'MILLRACE_CONSOLE_',
  'MILLRACE_DEMO_',
  'MILLRACE_SERVICE_',
  'MILLRACE_TRANSPORT_',
  'MILLRACE_STACK_',
  'MILLRACE_TEST_',
  'MILLRACE_BENCH_',
  'MILLRACE_CHAOS_',
] as const

/** The names that a group declares, with the `_FILE` form of those that have one. */
export function variableNames(group: SettingGroup): string[] {
  return Object.entries(group.variables).flatMap(([name, schema]) =>
    settingMeta(schema).fromFile ? [name, `${name}_FILE`] : [name],
  )
}

/** What only the transport reads; its README explains them. A service that uses it has them in its environment. */
const transportVariables = [
  'MILLRACE_SPOOL',
  'MILLRACE_SPOOL_DIRECTORY',
  'MILLRACE_SPOOL_MAX_BYTES',
  'MILLRACE_DURABILITY',
  'MILLRACE_REDACT',
  'MILLRACE_REDACT_KEYS',
  'MILLRACE_REDACT_PATTERNS',
]

export const sharedVariableNames: ReadonlySet<string> = new Set([
  ...sharedGroups.flatMap(variableNames),
  ...transportVariables,
])
