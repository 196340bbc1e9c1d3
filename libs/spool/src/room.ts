// The bound of the directory: when a new segment does not fit, the oldest that nobody else holds has to go, and is counted.
import { join } from 'node:path'
import { SequenceRanges } from '@millrace/envelope'
import { listSegments, type FoundSegment } from './directory.ts'
import type { SpoolFiles } from './files.ts'
import type { OwnSegment } from './own-segment.ts'
import { holderOf, ownerToken, type ProcessTable } from './owner.ts'
import type { SpoolLoss } from './records.ts'
import { SegmentReader } from './segment-reader.ts'
import { segmentName } from './segment-name.ts'

export interface RoomOptions {
  files: SpoolFiles
  processes: ProcessTable
  directory: string
  maxBytes: number
  needBytes: number
  nowMs: number
  /** This instance's segments, by path. */
  own: ReadonlyMap<string, OwnSegment>
  /** Deletes one of them and counts what was in it. */
  evictOwn: (segment: OwnSegment) => Promise<void>
  onLoss: (loss: SpoolLoss) => void
}

/**
 * Deletes the oldest segments until `needBytes` fit. Segments of a living process stay, also those that it only sends at the moment;
 * its own writer throws out its own. @returns the bytes that are free, which may be fewer than needed.
 */
export async function makeRoom(options: RoomOptions): Promise<number> {
  const { files, directory, maxBytes, needBytes, own, nowMs, processes } = options
  const found = await listSegments(files, directory)
  let used = found.reduce((sum, { bytes }) => sum + bytes, 0)
  for (const segment of found) {
    if (used + needBytes <= maxBytes) break
    const mine = own.get(segment.path)
    if (mine !== undefined) {
      if (!mine.isSealed || mine.isDraining) continue
      await options.evictOwn(mine)
    } else {
      if (holderOf(segment.owner, segment, nowMs, processes) !== 'nobody') continue
      if (!(await evictAbandoned(segment, options))) continue
    }
    used -= segment.bytes
  }
  return maxBytes - used
}

/** A dead instance's segment: it is taken first, so that nobody sends it meanwhile. */
async function evictAbandoned(segment: FoundSegment, options: RoomOptions): Promise<boolean> {
  const { files, directory, processes, onLoss } = options
  const path = join(directory, segmentName({ ...segment, owner: ownerToken(processes) }))
  try {
    await files.rename(segment.path, path)
  } catch {
    return false
  }
  const loss = await readLoss(files, { path, instance: segment.instance })
  try {
    await files.remove(path)
  } catch {
    return false
  }
  if (loss.sequences.length > 0) onLoss(loss)
  return true
}

async function readLoss(
  files: SpoolFiles,
  segment: { path: string; instance: string },
): Promise<SpoolLoss> {
  const { instance } = segment
  const loss = { reason: 'spool-full', instance, isOwn: false } as const
  const sequences = new SequenceRanges()
  try {
    const reader = await SegmentReader.open({ files, ...segment })
    const bounds = { batchBytes: 1_048_576, batchRecords: 10_000 }
    for (let read = await reader.next(bounds); read; read = await reader.next(bounds)) {
      for (const { kind, sequence } of read) if (kind === 'line') sequences.add(sequence)
    }
    if (reader.damage !== undefined) sequences.addAll(reader.damage.missing)
    await reader.close()
    const issued = Math.max(reader.mark.issued, reader.sequences.last)
    return { ...loss, sequences, issued, ...(reader.head !== undefined && { head: reader.head }) }
  } catch {
    return { ...loss, sequences, issued: 0 }
  }
}
