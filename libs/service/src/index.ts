// The door of what services share: configuration, their own log, metrics, health, shutdown.
export { createServiceLogger, type ServiceLogger, type ServiceLoggerOptions } from './logger.ts'
export { RepeatedErrors, type RepeatedErrorsOptions } from './repeated-errors.ts'
export {
  type CounterMetric,
  createMetrics,
  defineMetrics,
  describeMetrics,
  type GaugeMetric,
  type HistogramMetric,
  mergedMetricsText,
  type MetricDefinition,
  type Metrics,
  type MetricsOptions,
  type MetricsSnapshot,
  type MetricsText,
  type MetricTable,
} from './metrics.ts'
export { type HealthServer, type HealthServerOptions, startHealthServer } from './health-server.ts'
export { runService, type ServiceProgram } from './service-program.ts'
export { type ReadinessCheck } from './readiness.ts'
export { onShutdown, type Shutdown, type ShutdownCause, type ShutdownOptions } from './shutdown.ts'
export {
  type Config,
  type EffectiveVariable,
  effectiveVariables,
  type Environment,
  type Groups,
  loadConfig,
  textOfDefault,
} from './settings/load-config.ts'
export {
  present,
  type ReportProblem,
  type SettingGroup,
  settingGroup,
  type Values,
  type Variables,
} from './settings/setting-group.ts'
export {
  boolean,
  httpUrl,
  integer,
  list,
  oneOf,
  setting,
  type SettingMeta,
  settingMeta,
  type SettingSchema,
  text,
} from './settings/config-setting.ts'
export { settingsHelp } from './settings/help-text.ts'
export { nearestNames } from './settings/nearest-names.ts'
export { consumerGroup, kafkaGroup } from './settings/kafka.ts'
export { elasticsearchGroup, setupGroup } from './settings/elasticsearch.ts'
export { kibanaGroup } from './settings/kibana.ts'
export {
  dataStreamGroup,
  formatsGroup,
  httpGroup,
  logGroup,
  type LogLevel,
  logLevels,
} from './settings/service.ts'
export { sharedGroups, variableFamilies, variableNames } from './settings/known-variables.ts'
