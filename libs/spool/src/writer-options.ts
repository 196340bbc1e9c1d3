// What a writer of spooled lines is told, and its bounds where nothing else is said.
import type { Clock } from '@millrace/foundation'
import type { BatchBounds, PublishSpooled } from './drain-options.ts'
import type { SpoolFiles } from './files.ts'
import type { ProcessTable } from './owner.ts'
import type { SpoolHead, SpoolLoss } from './records.ts'

export const spoolWriterDefaults = {
  /** Bound of all segments in the directory together, those of other instances included. Each further process may be past it by one segment. */
  maxBytes: 1_073_741_824,
  /** A segment is ended when it reaches this size; at most an eighth of `maxBytes`. */
  segmentBytes: 8_388_608,
  /** Bound of records that wait for the disk. */
  pendingMaxBytes: 16_777_216,
  /** Shortest time between two writes of the issued mark. */
  markIntervalMs: 5,
  /** First and longest wait after the disk has failed or the directory was full. */
  retryInitialMs: 1_000,
  retryMaxMs: 60_000,
  /** How often held segments are touched, which tells other containers that this process lives. */
  heartbeatMs: 10_000,
}

export type SpoolWriterBounds = typeof spoolWriterDefaults

export interface SpoolWriterOptions extends Partial<SpoolWriterBounds> {
  /** Created with the first record. */
  directory: string
  /** Refuse a directory that belongs to another user or that everybody may write to. Right for one below a shared temporary directory. Default: true. */
  mustOwnDirectory?: boolean
  head: Omit<SpoolHead, 'createdAtMs'>
  /** Wait for the disk itself with each write. Slow; survives a power loss. Default: false. */
  fsync?: boolean
  /** Begin a segment with the first `markIssued`, before there is a record. Right where every line goes to disk. Default: false. */
  marksFirst?: boolean
  clock: Clock
  /** One line for a person; `kind` groups what counts as the same thing said twice. */
  note: (kind: string, text: string) => void
  /** Told about records that were in the spool and are lost to it. */
  onLoss?: (loss: SpoolLoss) => void
  /** The disk and the processes; tests put theirs in the place of the system's. */
  files?: SpoolFiles
  processes?: ProcessTable
}

export interface OwnDrainOptions extends BatchBounds {
  publish: PublishSpooled
  signal?: AbortSignal
}

/** What was said, and the defaults for the rest. */
export function writerBounds(options: Partial<SpoolWriterBounds>): SpoolWriterBounds {
  const bounds = { ...spoolWriterDefaults }
  for (const name of Object.keys(bounds) as (keyof SpoolWriterBounds)[]) {
    bounds[name] = options[name] ?? bounds[name]
  }
  const eighth = Math.floor(bounds.maxBytes / 8)
  return { ...bounds, segmentBytes: Math.max(4096, Math.min(bounds.segmentBytes, eighth)) }
}
