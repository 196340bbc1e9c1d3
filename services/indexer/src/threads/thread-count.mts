// How many threads the process has: a number, or as many as there are cores and room for.
import { availableParallelism } from 'node:os'

export interface ThreadBounds {
  inFlightBytesMax: number
  bulkBytes: number
}

/** One that has less room than this cannot fill a bulk request while another one is on its way. */
export function bytesPerThreadMin({ bulkBytes }: Pick<ThreadBounds, 'bulkBytes'>): number {
  return 2 * bulkBytes
}

/** Every one is a member of the group and has connections of its own. */
export const threadsMax = 64

/** @param cores default: those that this process may use, as Node counts them */
export function threadCount(
  wanted: string,
  bounds: ThreadBounds,
  cores: number = availableParallelism(),
): number {
  if (wanted !== 'auto') return Number(wanted)
  const roomFor = Math.floor(bounds.inFlightBytesMax / bytesPerThreadMin(bounds))
  return Math.max(1, Math.min(cores, roomFor, threadsMax))
}
