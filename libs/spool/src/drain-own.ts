// From the disk to the topic, by the process that wrote it: what went to disk while Kafka was away.
import { SequenceRanges } from '@millrace/envelope'
import type { DrainProgress } from './drain-options.ts'
import { hasCode, type SpoolFiles } from './files.ts'
import type { OwnSegment } from './own-segment.ts'
import type { OwnSegments } from './own-segments.ts'
import { readBounds, tryPublish } from './publishing.ts'
import type { StoredRecord } from './records.ts'
import { SegmentReader } from './segment-reader.ts'
import type { OwnDrainOptions } from './writer-options.ts'

interface DrainOwnOptions extends OwnDrainOptions {
  files: SpoolFiles
  segments: OwnSegments
}

/** Sends the ended segments. Never rejects. */
export async function drainOwn(
  options: DrainOwnOptions,
): Promise<DrainProgress & { isDone: boolean }> {
  const { segments } = options
  const progress = { records: 0, segments: 0 }
  for (const segment of segments.all) {
    if (!segment.isSealed || segment.isSettled) continue
    segment.isDraining = true
    const isSent = await sendSegment(segment, options, progress)
    segment.isDraining = false
    if (!isSent) {
      await segments.dropSettled(segment)
      return { ...progress, isDone: false }
    }
    // What could not be read is lost; mostly nothing is left.
    if (!segment.isSettled) await segments.lose(segment, 'spool-failed')
    await segments.dropSettled(segment)
    progress.segments++
  }
  return { ...progress, isDone: true }
}

/** True when everything that is readable was sent. */
async function sendSegment(
  segment: OwnSegment,
  { files, segments, publish, signal, ...bounds }: DrainOwnOptions,
  progress: DrainProgress,
): Promise<boolean> {
  let reader: SegmentReader
  try {
    reader = await SegmentReader.open({ files, path: segment.path, instance: segments.instance })
  } catch (error) {
    // Too many open files, for example: nothing is lost by waiting.
    return hasCode(error, 'ENOENT')
  }
  try {
    const { head } = reader
    for (;;) {
      if (signal?.aborted === true) return false
      const read = await reader.next(readBounds(bounds))
      if (read === undefined || head === undefined) return true
      const records = read.filter(
        ({ kind, sequence }) => kind === 'ledger' || segment.isUnsettled(sequence),
      )
      if (records.length > 0 && !(await tryPublish(publish, head, records))) return false
      progress.records += records.length
      segment.settle(rangesOf(records))
      segment.settleThrough(reader.position)
      if (segment === segments.newest) await segments.writeMark()
    }
  } finally {
    await reader.close()
  }
}

function rangesOf(records: readonly StoredRecord[]): SequenceRanges {
  const ranges = new SequenceRanges()
  for (const { kind, sequence } of records) if (kind === 'line') ranges.add(sequence)
  return ranges
}
