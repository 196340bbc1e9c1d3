// What a sender of spooled lines is asked and told.
import type { Clock } from '@millrace/foundation'
import type { SequenceRanges } from '@millrace/envelope'
import type { Damage, SpoolHead, StoredRecord } from './records.ts'

/**
 * Publishes some records of one segment. True: each is acknowledged, or given up and counted by the publisher. False: stop, and keep
 * what is left for later. A rejection counts as false.
 */
export type PublishSpooled = (head: SpoolHead, records: readonly StoredRecord[]) => Promise<boolean>

export interface BatchBounds {
  /** Most bytes of values in one call of `publish`, unless one record alone has more. Default: 524288. */
  batchBytes?: number
  /** Most records in one call of `publish`. Default: 1000. */
  batchRecords?: number
}

/** What the segments of one dead instance held, after all of them were read and sent. */
export interface InstanceRecovery {
  instance: string
  /** Of the newest segment; absent where no segment has a readable one. */
  head: SpoolHead | undefined
  /** The highest sequence that is known to have been given to a line. */
  issued: number
  /** Lines that were sent now. */
  published: SequenceRanges
  /** Lines that were in parts which can't be read. */
  missing: SequenceRanges
  damages: readonly Damage[]
}

export interface DrainOptions extends BatchBounds {
  directory: string
  /** Whether lines of this head are ours to send: the same cluster and topic. */
  matches: (head: SpoolHead) => boolean
  publish: PublishSpooled
  /**
   * Called when all segments of an instance were sent, before the last one is deleted: the place to publish the instance's last
   * ledger. False (or a rejection): the last segment stays, and all of this is asked again at the next drain.
   */
  finish?: (recovery: InstanceRecovery) => Promise<boolean>
  clock: Clock
  signal?: AbortSignal
  /** Told after each batch and each segment. */
  onProgress?: (progress: DrainProgress) => void
}

export interface DrainProgress {
  /** Records published so far. */
  records: number
  /** Segments sent and deleted so far. */
  segments: number
}

/** Why a segment was left where it is. */
export type LeftReason =
  /** A living process holds it, or another segment of its instance. */
  | 'held'
  /** It is meant for other brokers or another topic. */
  | 'other'
  /** The operating system refuses it. */
  | 'unreadable'
  /** `publish` or `finish` said no, or the signal was aborted. */
  | 'unsent'

export interface DrainOutcome extends DrainProgress {
  /** Instances of which nothing is left. */
  recovered: readonly InstanceRecovery[]
  left: readonly { segment: string; reason: LeftReason; detail?: string }[]
}
