// All saved objects, each after what it refers to.
import { toNdjson } from '@millrace/kibana'
import { logs, metrics } from './data-views.ts'
import { logsOverview } from './logs-overview.ts'
import { pipelineHealth } from './pipeline-health.ts'
import { deadLetters, errors, trace } from './searches.ts'

export const savedObjects = [
  logs,
  metrics,
  errors,
  trace,
  deadLetters,
  logsOverview,
  pipelineHealth,
]

/** What is imported. */
export const ndjsonFile = new URL('../millrace.ndjson', import.meta.url)

export function ndjson(): string {
  return toNdjson(savedObjects)
}
