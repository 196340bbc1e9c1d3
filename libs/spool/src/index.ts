// The door of the spool.
export type {
  AppendOutcome,
  Damage,
  SpoolHead,
  SpoolLoss,
  SpoolRecord,
  SpoolRefusal,
  StoredRecord,
} from './records.ts'
export type {
  BatchBounds,
  DrainOptions,
  DrainOutcome,
  DrainProgress,
  InstanceRecovery,
  LeftReason,
  PublishSpooled,
} from './drain-options.ts'
export { drainSpool } from './drain.ts'
export { inspectSpool, type SpoolInspection, type SegmentInspection } from './inspect.ts'
export { defaultSpoolDirectory } from './directory.ts'
export {
  type OwnDrainOptions,
  SpoolWriter,
  type SpoolWriterOptions,
  spoolWriterDefaults,
} from './writer.ts'
