// A new segment: room in the directory, a file of its own, and in it who wrote it.
import { join } from 'node:path'
import { prepareDirectory, prepareDirectorySync, usedBytesSync } from './directory.ts'
import type { SpoolFiles } from './files.ts'
import { encodeHead } from './frame.ts'
import { encodePrelude, noMark, preludeBytes } from './mark.ts'
import { OwnSegment } from './own-segment.ts'
import type { ProcessTable } from './owner.ts'
import type { SpoolHead, SpoolLoss } from './records.ts'
import { makeRoom } from './room.ts'
import { segmentName } from './segment-name.ts'

/** The directory has reached its bound and holds nothing that may be thrown out. */
export class SpoolFullError extends Error {}

export interface BeginOptions {
  files: SpoolFiles
  processes: ProcessTable
  directory: string
  mustOwnDirectory: boolean
  maxBytes: number
  segmentBytes: number
  head: SpoolHead
  number: number
  /** Name of this process in the file's name. */
  owner: string
  /** The highest sequence given out so far. */
  issued: number
  /** What the segment has to take at least. */
  bytes: number
  own: ReadonlyMap<string, OwnSegment>
  evictOwn: (segment: OwnSegment) => Promise<void>
  evictOwnSync: (segment: OwnSegment) => void
  onLoss: (loss: SpoolLoss) => void
}

/** @throws SpoolFullError, or the operating system's error. */
export async function beginSegment(options: BeginOptions): Promise<OwnSegment> {
  const { files, head, segmentBytes } = options
  await prepareDirectory(files, options)
  const begun = beginning(options)
  const freeBytes = await makeRoom({
    ...options,
    needBytes: Math.max(segmentBytes, begun.leastBytes),
    nowMs: head.createdAtMs,
  })
  checkRoom(freeBytes, begun.leastBytes, options)
  const file = await files.open(begun.path, 'create')
  try {
    await files.write(file, begun.bytes, 0)
  } catch (error) {
    await files.close(file).catch(() => undefined)
    await files.remove(begun.path).catch(() => undefined)
    throw error
  }
  return new OwnSegment({ ...begun, files, file })
}

/** The same for the end of a process; only this instance's own segments may be thrown out. */
export function beginSegmentSync(options: BeginOptions): OwnSegment {
  const { files, directory, own, maxBytes } = options
  prepareDirectorySync(files, options)
  const begun = beginning(options)
  let usedBytes = usedBytesSync(files, directory)
  for (const segment of own.values()) {
    if (usedBytes + begun.leastBytes <= maxBytes) break
    if (!segment.isSealed || segment.isDraining) continue
    options.evictOwnSync(segment)
    usedBytes -= segment.position
  }
  checkRoom(maxBytes - usedBytes, begun.leastBytes, options)
  const file = files.openSync(begun.path, 'create')
  try {
    files.writeSync(file, begun.bytes, 0)
  } catch (error) {
    files.closeSync(file)
    files.removeSync(begun.path)
    throw error
  }
  return new OwnSegment({ ...begun, files, file })
}

function beginning({ directory, head, number, owner, issued, bytes: neededBytes }: BeginOptions) {
  const { instance, createdAtMs } = head
  const frame = encodeHead(head)
  const endBytes = preludeBytes + frame.length
  const mark = { ...noMark, issued, sentBytes: endBytes, endBytes }
  const path = join(directory, segmentName({ createdAtMs, instance, number, owner }))
  const bytes = Buffer.concat([encodePrelude(mark), frame])
  return { number, createdAtMs, path, mark, bytes, leastBytes: endBytes + neededBytes }
}

function checkRoom(
  freeBytes: number,
  leastBytes: number,
  { directory, maxBytes }: BeginOptions,
): void {
  if (leastBytes <= freeBytes) return
  throw new SpoolFullError(
    `${directory} has reached its bound of ${maxBytes} bytes, and living processes hold what is in it`,
  )
}
