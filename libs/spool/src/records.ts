// What lies in the spool: lines with their identity, and what is the same for all lines of an instance.
import type { SequenceRanges } from '@millrace/envelope'

/** What every segment says first: whose lines these are, and where they were to go. */
export interface SpoolHead {
  /** The instance id of the transport that wrote the segment. */
  instance: string
  topic: string
  brokers: readonly string[]
  /** Bytes of the `millrace` header of the instance's records. */
  header: Uint8Array
  /** When the segment was begun. Epoch ms. */
  createdAtMs: number
}

export interface SpoolRecord {
  kind: 'line' | 'ledger'
  /** From 1; 0 for a ledger. */
  sequence: number
  /** The record's key; absent: the event id of the head's instance and `sequence`. */
  key?: string
  /** Epoch ms. */
  timestampMs: number
  /** Bytes of the `millrace` header where they are not the head's. */
  header?: Uint8Array
  value: Uint8Array
}

/** A record as it is read back. */
export interface StoredRecord extends SpoolRecord {
  key: string
}

/** Why records were not taken: the bound of the directory, or the disk. */
export type SpoolRefusal = 'spool-full' | 'spool-failed'

export type AppendOutcome = { ok: true } | { ok: false; reason: SpoolRefusal; detail: string }

/** What can't be read of a segment. Everything before `atByte` was read. */
export interface Damage {
  segment: string
  /** Where the first unreadable record begins. */
  atByte: number
  /** From there to the end of the file. */
  bytes: number
  reason: 'torn' | 'checksum' | 'head' | 'unreadable'
  /** Lines that are known to have been in the unreadable part; it may have held more. */
  missing: SequenceRanges
}

/** Records that lay in the spool and do not any more, although they were neither settled nor sent. */
export interface SpoolLoss {
  /** `spool-full`: the directory reached its bound, the oldest segment had to go. `spool-failed`: the file is gone or damaged. */
  reason: SpoolRefusal
  instance: string
  sequences: SequenceRanges
  /** Whether they are lines of the writer's own instance; lines of others belong to an instance that is dead. */
  isOwn: boolean
  /** The highest sequence that the instance is known to have given to a line. */
  issued: number
  /** The head of the segment; absent where it can't be read. */
  head?: SpoolHead
}
