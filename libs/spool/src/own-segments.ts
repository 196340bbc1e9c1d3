// This instance's segments: begun, ended, marked, kept alive and deleted.
import { join } from 'node:path'
import { type SequenceRange, SequenceRanges } from '@millrace/envelope'
import type { Timer } from '@millrace/foundation'
import { beginSegment, type BeginOptions, beginSegmentSync } from './begin-segment.ts'
import { hasCode, type SpoolFiles } from './files.ts'
import { encodeMark, type Mark, markPosition } from './mark.ts'
import type { OwnSegment } from './own-segment.ts'
import { ownerToken, type ProcessTable } from './owner.ts'
import type { SpoolHead, SpoolLoss, SpoolRefusal } from './records.ts'
import { free, segmentName } from './segment-name.ts'
import type { SpoolWriterBounds, SpoolWriterOptions } from './writer-options.ts'

export interface OwnSegmentsOptions extends Pick<
  SpoolWriterOptions,
  'directory' | 'head' | 'clock'
> {
  bounds: SpoolWriterBounds
  mustOwnDirectory: boolean
  files: SpoolFiles
  processes: ProcessTable
  onLoss: (loss: SpoolLoss) => void
}

export class OwnSegments {
  readonly #options: OwnSegmentsOptions
  readonly #files: SpoolFiles
  readonly #owner: string
  readonly #byPath = new Map<string, OwnSegment>()
  /** Deletions under way. */
  readonly #removals = new Set<Promise<void>>()
  #newest: OwnSegment | undefined
  #number = 0
  #issued = 0
  #heartbeat: Timer | undefined

  constructor(options: OwnSegmentsOptions) {
    this.#options = options
    this.#files = options.files
    this.#owner = ownerToken(options.processes)
  }

  get instance(): string {
    return this.#options.head.instance
  }

  /** Oldest first. */
  get all(): OwnSegment[] {
    return [...this.#byPath.values()]
  }

  /** The one that takes records. */
  get active(): OwnSegment | undefined {
    return this.#newest?.isSealed === false ? this.#newest : undefined
  }

  /** The segment that keeps the issued mark: the newest, as long as it is there. */
  get newest(): OwnSegment | undefined {
    return this.#newest
  }

  get issued(): number {
    return this.#issued
  }

  set issued(sequence: number) {
    this.#issued = Math.max(this.#issued, sequence)
  }

  /** Begins a segment that can take `bytes`; it is not yet `adopt`ed. @throws SpoolFullError, or the operating system's error. */
  begin(bytes: number): Promise<OwnSegment> {
    return beginSegment(this.#beginOptions(bytes))
  }

  /** The same for the end of a process; only this instance's own segments may be thrown out. */
  beginSync(bytes: number): OwnSegment {
    return beginSegmentSync(this.#beginOptions(bytes))
  }

  /** From now on records go here. */
  adopt(segment: OwnSegment): void {
    const before = this.#newest
    this.#byPath.set(segment.path, segment)
    this.#newest = segment
    this.#keepAlive()
    if (before === undefined) return
    before.isSealed = true
    void before.close()
    void this.dropSettled(before)
  }

  /** Closes and deletes a segment, one that was begun in vain too. */
  async discard(segment: OwnSegment): Promise<void> {
    await segment.close()
    await this.#files.remove(segment.path).catch(() => undefined)
  }

  /** After a failed write: what lies behind the last whole record is cut off, as far as the disk lets us. */
  async sealBroken(segment: OwnSegment): Promise<void> {
    segment.isSealed = true
    const { position } = segment
    await segment.use((file) => this.#files.truncate(file, position)).catch(() => undefined)
    if (!segment.holdsRecords) await this.#remove(segment)
  }

  /** These lines need not be sent any more. */
  settle(sequences: readonly SequenceRange[]): void {
    for (const segment of this.#byPath.values()) {
      segment.settle(sequences)
      void this.dropSettled(segment)
    }
  }

  /** Deletes an ended segment that has nothing left to send. The newest stays where it keeps the mark. */
  async dropSettled(segment: OwnSegment): Promise<void> {
    if (!segment.isSealed || !segment.isSettled || segment.isDraining) return
    if (segment === this.#newest && this.#issued > 0) return
    await this.#remove(segment)
  }

  /** Gives up a segment, and counts what it had: it had to go, or somebody deleted it or the directory. */
  async lose(segment: OwnSegment, reason: SpoolRefusal): Promise<void> {
    this.#forget(segment, reason)
    await this.#files.remove(segment.path).catch(() => undefined)
  }

  /** Writes the mark of the newest segment where it has changed. A mark that can't be written is not a failure: it only tells more. */
  async writeMark(): Promise<void> {
    const segment = this.#newest
    if (segment === undefined || segment.isClosed) return
    const mark = segment.mark(this.#issued)
    if (isSame(mark, segment.written)) return
    segment.written = mark
    const position = markPosition(segment.turn++)
    await segment
      .use((file) => this.#files.write(file, encodeMark(mark), position))
      .catch(() => undefined)
  }

  writeMarkSync(): void {
    const segment = this.#newest
    if (segment === undefined || segment.isClosed) return
    const mark = segment.mark(this.#issued)
    segment.written = mark
    const position = markPosition(segment.turn++)
    try {
      segment.useSync((file) => this.#files.writeSync(file, encodeMark(mark), position))
    } catch {
      // As above.
    }
  }

  /** Deletes what is settled and leaves the rest to whoever drains the directory next. */
  async release(): Promise<void> {
    this.#heartbeat?.cancel()
    await this.writeMark()
    for (const segment of this.all) {
      if (segment.isSettled) await this.#remove(segment)
      else await this.#free(segment)
    }
    // Nobody waits for those that began when their last line was settled, and a process may end after this.
    await Promise.all(this.#removals)
    this.#byPath.clear()
    this.#newest = undefined
  }

  async #free(segment: OwnSegment): Promise<void> {
    await segment.close()
    const { directory, head } = this.#options
    const { createdAtMs, number } = segment
    const name = segmentName({ createdAtMs, instance: head.instance, number, owner: free })
    await this.#files.rename(segment.path, join(directory, name)).catch(() => undefined)
  }

  #remove(segment: OwnSegment): Promise<void> {
    this.#byPath.delete(segment.path)
    if (this.#newest === segment) this.#newest = undefined
    segment.isSealed = true
    const removal = this.discard(segment).finally(() => this.#removals.delete(removal))
    this.#removals.add(removal)
    return removal
  }

  #forget(segment: OwnSegment, reason: SpoolRefusal): void {
    if (!this.#byPath.delete(segment.path)) return
    if (this.#newest === segment) this.#newest = undefined
    segment.isSealed = true
    void segment.close()
    const sequences = new SequenceRanges()
    segment.addUnsettled(sequences)
    if (sequences.length === 0) return
    const { issued } = segment.mark(this.#issued)
    const head = this.#head(segment.createdAtMs)
    const { instance } = head
    this.#options.onLoss({ reason, instance, sequences, isOwn: true, issued, head })
  }

  #beginOptions(bytes: number): BeginOptions {
    const { bounds, clock, ...rest } = this.#options
    return {
      ...rest,
      maxBytes: bounds.maxBytes,
      segmentBytes: bounds.segmentBytes,
      head: this.#head(clock.now()),
      number: ++this.#number,
      owner: this.#owner,
      issued: this.#issued,
      bytes,
      own: this.#byPath,
      evictOwn: (segment) => this.lose(segment, 'spool-full'),
      evictOwnSync: (segment) => {
        this.#forget(segment, 'spool-full')
        this.#files.removeSync(segment.path)
      },
    }
  }

  #head(createdAtMs: number): SpoolHead {
    return { ...this.#options.head, createdAtMs }
  }

  #keepAlive(): void {
    const { clock, bounds } = this.#options
    const touch = (): void => void this.#touchAll()
    this.#heartbeat ??= clock.setTimer(bounds.heartbeatMs, touch, { unref: true })
  }

  async #touchAll(): Promise<void> {
    for (const segment of this.all) {
      try {
        await this.#files.touch(segment.path, this.#options.clock.now())
      } catch (error) {
        const isOurs = this.#byPath.has(segment.path)
        if (isOurs && hasCode(error, 'ENOENT')) await this.lose(segment, 'spool-failed')
      }
    }
    this.#heartbeat = undefined
    if (this.#byPath.size > 0) this.#keepAlive()
  }
}

function isSame(one: Mark, other: Mark): boolean {
  const members = ['issued', 'first', 'last', 'sentBytes', 'endBytes'] as const
  return members.every((member) => one[member] === other[member])
}
