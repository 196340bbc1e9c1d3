// From memory to the disk: one writer for each transport instance; whatever the disk does, its caller goes on.
import type { Clock } from '@millrace/foundation'
import { type SequenceRange, SequenceRanges } from '@millrace/envelope'
import type { BatchBounds, DrainProgress, PublishSpooled } from './drain-options.ts'
import type { AppendOutcome, SpoolHead, SpoolLoss, SpoolRecord } from './records.ts'

/** Bounds of a writer where nothing else is said. */
export const spoolWriterDefaults = {
  /** Bound of all segments in the directory together, those of other instances included. */
  maxBytes: 1_073_741_824,
  /** A segment is ended when it reaches this size. */
  segmentBytes: 8_388_608,
  /** Bound of records that wait for the disk. */
  pendingMaxBytes: 16_777_216,
  /** Shortest time between two writes of the issued mark. */
  markIntervalMs: 5,
  /** First and longest wait after the disk has failed. */
  retryInitialMs: 1_000,
  retryMaxMs: 60_000,
  /** How often held segments are touched, which tells other containers that this process lives. */
  heartbeatMs: 10_000,
}

export interface SpoolWriterOptions extends Partial<typeof spoolWriterDefaults> {
  /** Created with the first record. */
  directory: string
  /** Refuse a directory that belongs to another user or that others may write to. Right for one below a shared temporary directory. Default: true. */
  mustOwnDirectory?: boolean
  head: Omit<SpoolHead, 'createdAtMs'>
  /** Wait for the disk itself with each write. Slow; survives a power loss. Default: false. */
  fsync?: boolean
  clock: Clock
  /** One line for a person; `kind` groups what counts as the same thing said twice. */
  note: (kind: string, text: string) => void
  /** Told about records that were in the spool and are lost to it. */
  onLoss?: (loss: SpoolLoss) => void
}

export interface OwnDrainOptions extends BatchBounds {
  publish: PublishSpooled
  signal?: AbortSignal
}

/** Never throws, never rejects. */
export class SpoolWriter {
  constructor(_options: SpoolWriterOptions) {}

  /** Lines of this instance that lie in the spool and are not settled. A live set: do not change it. */
  get stored(): SequenceRanges {
    return new SequenceRanges()
  }

  /** Bytes and number of this instance's segments. */
  get usage(): { bytes: number; segments: number } {
    return { bytes: 0, segments: 0 }
  }

  /** False while the disk is given time after a failure: an append would be refused at once. */
  get isUsable(): boolean {
    return true
  }

  /** Resolves when the operating system has the bytes (with `fsync`, when the disk has them). Ordered. */
  append(_records: readonly SpoolRecord[]): Promise<AppendOutcome> {
    return Promise.resolve({ ok: false, reason: 'spool-failed', detail: 'not built yet' })
  }

  /** The same for the end of a process. Writes first what `append` has taken and not yet written. */
  appendSync(_records: readonly SpoolRecord[]): AppendOutcome {
    return { ok: false, reason: 'spool-failed', detail: 'not built yet' }
  }

  /** Keeps the highest sequence that was given out, so that after a kill -9 it is known which lines are missing. Does nothing before the first append. */
  markIssued(_sequence: number): void {}

  /** These lines are in Kafka, or were given up and counted. Segments without unsettled records are deleted. */
  settled(_sequences: Iterable<SequenceRange>): void {}

  /**
   * Sends this instance's own unsettled records, oldest first, and deletes their segments; records that are appended meanwhile wait for
   * the next call. Resolves with false when `publish` said no, or the signal was aborted. One at a time.
   */
  drain(_options: OwnDrainOptions): Promise<DrainProgress & { isDone: boolean }> {
    return Promise.resolve({ records: 0, segments: 0, isDone: true })
  }

  /** Writes what is waiting, deletes segments that are settled, and leaves the others to whoever drains the directory next. Safe to call twice. */
  close(): Promise<void> {
    return Promise.resolve()
  }
}
