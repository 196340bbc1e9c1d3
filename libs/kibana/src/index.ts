// The door of Kibana's saved objects.
export {
  count,
  type LensColumn,
  lastSeen,
  maximum,
  overTime,
  percentileOfMs,
  topValues,
  uniqueCount,
} from './objects/columns.ts'
export {
  type Control,
  dashboard,
  type DashboardRow,
  type PlacedPanel,
} from './objects/dashboard.ts'
export { dataView } from './objects/data-view.ts'
export { chartPanel, metricPanel, tablePanel } from './objects/lens.ts'
export { type SavedObject, toNdjson } from './objects/saved-object.ts'
export { savedSearch } from './objects/search.ts'
export { kqlFields } from './kql/fields.ts'
export { type KqlNode, parseKql } from './kql/parse.ts'
export { kqlEquals, printKql } from './kql/print.ts'
export { kqlQuery, type KqlQueryOptions, withFullNames } from './kql/query.ts'
export { KqlError } from './kql/tokens.ts'
export type { Finding } from './validate/finding.ts'
export { validateSavedObjects } from './validate/validate.ts'
export { type ImportOutcome } from './client/answers.ts'
export {
  type CheckedObject,
  createKibanaClient,
  type KibanaClient,
  type KibanaClientOptions,
} from './client/client.ts'
export { KibanaError } from './client/connection.ts'
export { type KibanaSettings } from './client/settings.ts'
