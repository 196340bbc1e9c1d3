// A look into the spool, for a person and for doctor: nothing is taken or changed.
import type { Clock } from '@millrace/foundation'
import { type FoundSegment, listForeign, listSegments } from './directory.ts'
import { failureText, nodeFiles, type SpoolFiles } from './files.ts'
import { holderOf, type ProcessTable, systemProcesses } from './owner.ts'
import type { Damage, SpoolHead } from './records.ts'
import { SegmentReader } from './segment-reader.ts'

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
  /** The living process that has it, a process of another container or machine among them; absent when it is free to be sent. */
  heldBy: { pid: number } | undefined
  damage: Damage | undefined
  /** Why the file can't be opened. */
  problem?: string
}

export interface SpoolInspection {
  directory: string
  /** Oldest first. */
  segments: readonly SegmentInspection[]
  /** Names of files that are no segments. */
  foreign: readonly string[]
  /** Why the directory can't be read. */
  problem?: string
}

export interface InspectOptions {
  clock: Pick<Clock, 'now'>
  signal?: AbortSignal
  files?: SpoolFiles
  processes?: ProcessTable
}

/** Reads every segment of a directory. Never rejects; a directory that is not there is an empty one. */
export async function inspectSpool(
  directory: string,
  options: InspectOptions,
): Promise<SpoolInspection> {
  const { files = nodeFiles, signal } = options
  try {
    const foreign = await listForeign(files, directory)
    const segments: SegmentInspection[] = []
    for (const found of await listSegments(files, directory)) {
      if (signal?.aborted === true) break
      segments.push(await inspectSegment(found, options))
    }
    return { directory, segments, foreign }
  } catch (error) {
    return { directory, segments: [], foreign: [], problem: failureText(error) }
  }
}

async function inspectSegment(
  found: FoundSegment,
  { files = nodeFiles, processes = systemProcesses, clock }: InspectOptions,
): Promise<SegmentInspection> {
  const { path, instance, bytes, createdAtMs, owner } = found
  const isHeld = holderOf(owner, found, clock.now(), processes) !== 'nobody'
  const heldBy = isHeld ? { pid: Number.parseInt(owner, 10) } : undefined
  const counts = { lines: 0, ledgers: 0 }
  const closed = { path, instance, bytes, createdAtMs, heldBy }
  let reader: SegmentReader
  try {
    reader = await SegmentReader.open({ files, path, instance })
  } catch (error) {
    const unread = { head: undefined, firstSequence: undefined, lastSequence: undefined }
    const problem = failureText(error)
    return { ...closed, ...unread, ...counts, issued: 0, damage: undefined, problem }
  }
  const bounds = { batchBytes: 1_048_576, batchRecords: 10_000 }
  for (let read = await reader.next(bounds); read; read = await reader.next(bounds)) {
    for (const { kind } of read) counts[kind === 'line' ? 'lines' : 'ledgers']++
  }
  await reader.close()
  const { head, mark, sequences } = reader
  // Its writer is just adding the last record.
  const isGrowing = isHeld && reader.damage?.reason === 'torn'
  return {
    ...closed,
    ...counts,
    head,
    firstSequence: sequences.first || undefined,
    lastSequence: sequences.last || undefined,
    issued: Math.max(mark.issued, mark.last, sequences.last),
    damage: isGrowing ? undefined : reader.damage,
  }
}
