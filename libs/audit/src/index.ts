// The door of the audit.
export { idsOf } from './classify.ts'
export { createAuditSources, type SourceOptions } from './open-sources.ts'
export type {
  AuditCounts,
  AuditReport,
  InstanceFindings,
  InstanceState,
  LostRun,
  PendingPlaces,
  ServiceFindings,
} from './report.ts'
export { type AuditOptions, runAudit } from './run-audit.ts'
export type { AuditSources, InstanceFilter, Unread } from './sources.ts'
