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
export {
  type InspectOptions,
  inspectSpool,
  type SegmentInspection,
  type SpoolInspection,
} from './inspect.ts'
export { defaultSpoolDirectory } from './directory.ts'
export {
  damagedDropReason,
  recoveryLedger,
  type RecoveryLedgerOptions,
  type ResentRecord,
  resentHeader,
  resentRecords,
} from './resend.ts'
export { SpoolWriter } from './writer.ts'
export {
  type OwnDrainOptions,
  spoolWriterDefaults,
  type SpoolWriterOptions,
} from './writer-options.ts'
