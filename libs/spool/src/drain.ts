// From the disk to the topic: segments whose process is gone are taken, sent and deleted.
import { join } from 'node:path'
import type { Clock } from '@millrace/foundation'
import { listSegments, type FoundSegment } from './directory.ts'
import type { DrainOptions, DrainOutcome, InstanceRecovery, LeftReason } from './drain-options.ts'
import { failureText, hasCode, nodeFiles, type SpoolFiles } from './files.ts'
import { holderOf, ownerToken, type ProcessTable, systemProcesses } from './owner.ts'
import type { SpoolHead } from './records.ts'
import { InstanceDrain } from './instance-drain.ts'
import { SegmentReader } from './segment-reader.ts'
import { free, segmentName } from './segment-name.ts'

/** The disk and the processes, where tests put their own. */
export interface DrainParts {
  files?: SpoolFiles
  processes?: ProcessTable
}

/**
 * Sends what dead instances left in a directory, oldest first. All segments of an instance are taken together and by one process only.
 * Never rejects. A record that was sent before an interruption may be sent again: ids absorb it.
 */
export async function drainSpool(
  options: DrainOptions,
  { files = nodeFiles, processes = systemProcesses }: DrainParts = {},
): Promise<DrainOutcome> {
  const drain = new SpoolDrain(options, { files, processes })
  return drain.run()
}

class SpoolDrain {
  readonly #options: DrainOptions
  readonly #files: SpoolFiles
  readonly #processes: ProcessTable
  readonly #progress = { records: 0, segments: 0 }
  readonly #recovered: InstanceRecovery[] = []
  readonly #left: { segment: string; reason: LeftReason; detail?: string }[] = []

  constructor(options: DrainOptions, { files, processes }: Required<DrainParts>) {
    this.#options = options
    this.#files = files
    this.#processes = processes
  }

  async run(): Promise<DrainOutcome> {
    const { directory } = this.#options
    try {
      const found = await listSegments(this.#files, directory)
      for (const group of byInstance(found)) await this.#drainInstance(group)
    } catch (error) {
      this.#left.push({ segment: directory, reason: 'unreadable', detail: failureText(error) })
    }
    return { ...this.#progress, recovered: this.#recovered, left: this.#left }
  }

  async #drainInstance(group: readonly FoundSegment[]): Promise<void> {
    const { clock, matches, signal, finish } = this.#options
    if (signal?.aborted === true) return this.#leave(group, 'unsent')
    if (group.some((segment) => this.#isHeld(segment, clock))) return this.#leave(group, 'held')
    let head: SpoolHead | undefined
    try {
      head = await this.#headOf(group)
    } catch (error) {
      return this.#leave(group, 'unreadable', failureText(error))
    }
    if (head !== undefined && !matches(head)) return this.#leave(group, 'other')
    if (head === undefined && finish === undefined) {
      return this.#leave(group, 'unreadable', 'no segment says whose lines these are')
    }
    const claimed = await this.#claim(group)
    if (claimed === undefined) return
    const instance = new InstanceDrain({
      ...this.#options,
      files: this.#files,
      segments: claimed,
      head,
      progress: this.#progress,
    })
    const { recovery, left, detail } = await instance.run()
    if (recovery !== undefined) this.#recovered.push(recovery)
    await this.#release(left)
    this.#leave(left, 'unsent', detail)
  }

  #isHeld(segment: FoundSegment, clock: Clock): boolean {
    return holderOf(segment.owner, segment, clock.now(), this.#processes) !== 'nobody'
  }

  /** The newest readable one. */
  async #headOf(group: readonly FoundSegment[]): Promise<SpoolHead | undefined> {
    for (const { path, instance } of group.toReversed()) {
      const reader = await SegmentReader.open({ files: this.#files, path, instance })
      await reader.close()
      if (reader.head !== undefined) return reader.head
    }
    return undefined
  }

  /**
   * Takes all segments by renaming them, in order. 1. two processes find the same dead owner; 2. both rename the first segment from the
   * name that they saw; 3. the second one finds no file of that name. Therefore only one of them gets past the first segment.
   */
  async #claim(group: readonly FoundSegment[]): Promise<FoundSegment[] | undefined> {
    const claimed: FoundSegment[] = []
    for (const segment of group) {
      try {
        claimed.push(await this.#rename(segment, ownerToken(this.#processes)))
      } catch (error) {
        await this.#release(claimed)
        const isTaken = hasCode(error, 'ENOENT')
        if (isTaken) this.#leave(group, 'held')
        else this.#leave(group, 'unreadable', failureText(error))
        return undefined
      }
    }
    return claimed
  }

  async #release(segments: readonly FoundSegment[]): Promise<void> {
    for (const segment of segments) {
      // It stays ours by name then, until this process ends.
      await this.#rename(segment, free).catch(() => undefined)
    }
  }

  async #rename(segment: FoundSegment, owner: string): Promise<FoundSegment> {
    const name = segmentName({ ...segment, owner })
    const path = join(this.#options.directory, name)
    await this.#files.rename(segment.path, path)
    // The name alone says nothing where the process can't be asked: a fresh time says that it is alive.
    await this.#files.touch(path, this.#options.clock.now()).catch(() => undefined)
    return { ...segment, name, path, owner }
  }

  #leave(segments: readonly FoundSegment[], reason: LeftReason, detail?: string): void {
    for (const { path } of segments) {
      this.#left.push({ segment: path, reason, ...(detail !== undefined && { detail }) })
    }
  }
}

/** Instances in the order of their oldest segments; segments of each in the order in which they were written. */
function byInstance(found: readonly FoundSegment[]): FoundSegment[][] {
  const groups = new Map<string, FoundSegment[]>()
  for (const segment of found) {
    const group = groups.get(segment.instance)
    if (group === undefined) groups.set(segment.instance, [segment])
    else group.push(segment)
  }
  return [...groups.values()].map((group) =>
    group.toSorted((left, right) => left.number - right.number),
  )
}
