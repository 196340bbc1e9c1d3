// What several benchmarks measure and do alike.
import { execFileSync } from 'node:child_process'

export interface Work {
  /** One line each, about `lineBytes` long. */
  lines: readonly string[]
  /** Lines in one request. */
  batchCount: number
  /** Requests under way at once. */
  inFlightMax: number
  signal: AbortSignal
}

export interface Measured {
  version: string
  publishMs: number
  consumeMs: number
  residentBytes: number
  diskBytes: number
  /** Lines read back; must be all. */
  consumed: number
}

/** Bytes on disk below a folder. */
export function folderBytes(folder: string): number {
  return Number(
    execFileSync('du', ['-s', '--block-size=1', folder], { encoding: 'utf8' }).split('\t')[0],
  )
}

/** Sends the lines in batches, with a bounded number under way at once. */
export async function inBatches(
  work: Work,
  send: (lines: readonly string[]) => Promise<void>,
): Promise<void> {
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < work.lines.length) {
      work.signal.throwIfAborted()
      const start = next
      next += work.batchCount
      await send(work.lines.slice(start, start + work.batchCount))
    }
  }
  await Promise.all(Array.from({ length: work.inFlightMax }, worker))
}
