// The door of the vocabulary: ECS fields, their types, levels and times.
export { coerce } from './coerce.ts'
export { createDocumentFilter, type DocumentFilterOptions } from './document-filter.ts'
export { type EcsDocument, type JsonObject, type JsonValue } from './document.ts'
export {
  type EcsField,
  ecsFields,
  ecsObjectPaths,
  type EcsPath,
  type EcsType,
  ecsVersion,
  ownFields,
} from './fields.ts'
export { formatEpochMs } from './instant.ts'
export { isIpAddress } from './ip-address.ts'
export { levelRank, memberAt, type ReadDocument, textAt } from './reading.ts'
export {
  isLevelWord,
  type LogLevel,
  logLevels,
  type Severity,
  severityFromNumber,
  severityFromText,
  type SeverityScale,
} from './severity.ts'
export { type TimestampOptions } from './timestamp-text.ts'
export { readTimestamp, type Timestamp } from './timestamp.ts'
export { isTimeZone } from './time-zone.ts'
