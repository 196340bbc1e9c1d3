// The publisher's part of a drain: how much it gets at once, and what its failure means.
import type { BatchBounds, PublishSpooled } from './drain-options.ts'
import type { SpoolHead, StoredRecord } from './records.ts'
import type { ReadBounds } from './segment-reader.ts'

export function readBounds({ batchBytes, batchRecords }: BatchBounds): ReadBounds {
  return {
    batchBytes: Math.max(1, batchBytes ?? 524_288),
    batchRecords: Math.max(1, batchRecords ?? 1000),
  }
}

/** A rejection counts as a no. */
export async function tryPublish(
  publish: PublishSpooled,
  head: SpoolHead,
  records: readonly StoredRecord[],
): Promise<boolean> {
  try {
    return await publish(head, records)
  } catch {
    return false
  }
}
