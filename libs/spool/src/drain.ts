// From the disk to the topic: segments whose process is gone are taken, sent and deleted.
import type { DrainOptions, DrainOutcome } from './drain-options.ts'

/**
 * Sends what dead instances left in a directory, oldest first, each segment by one process only. Never rejects. A record that was sent
 * before an interruption may be sent again: ids absorb it.
 */
export function drainSpool(_options: DrainOptions): Promise<DrainOutcome> {
  return Promise.resolve({ records: 0, segments: 0, recovered: [], left: [] })
}
