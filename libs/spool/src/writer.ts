// From memory to the disk: one writer for each transport instance; whatever the disk does, its caller goes on.
import { type SequenceRange, SequenceRanges } from '@millrace/envelope'
import { errorText } from '@millrace/foundation'
import { AppendQueue, bytesOf, entered, type Waiting } from './append-queue.ts'
import { DiskPause, failed } from './disk-pause.ts'
import type { DrainProgress } from './drain-options.ts'
import { drainOwn } from './drain-own.ts'
import { nodeFiles, type SpoolFiles } from './files.ts'
import { encodeRecords } from './frame.ts'
import { IssuedMark } from './issued-mark.ts'
import type { OwnSegment } from './own-segment.ts'
import { OwnSegments } from './own-segments.ts'
import { systemProcesses } from './owner.ts'
import type { AppendOutcome, SpoolLoss, SpoolRecord } from './records.ts'
import { SpareMemory } from './spare-memory.ts'
import {
  type OwnDrainOptions,
  type SpoolWriterBounds,
  type SpoolWriterOptions,
  writerBounds,
} from './writer-options.ts'

const done: AppendOutcome = { ok: true }

/** Never throws, never rejects. */
export class SpoolWriter {
  readonly #options: SpoolWriterOptions
  readonly #bounds: SpoolWriterBounds
  readonly #files: SpoolFiles
  readonly #segments: OwnSegments
  readonly #pause: DiskPause
  readonly #mark: IssuedMark
  readonly #queue = new AppendQueue()
  readonly #memory = new SpareMemory()
  /** Counts the calls of `appendSync`: each takes over whatever a write in progress has begun. */
  #generation = 0
  #isRunning = false
  #run: Promise<void> = Promise.resolve()
  #write: Promise<unknown> = Promise.resolve()
  #isMarkFirstDue = false
  #isSealDue = false
  #isDraining = false
  #closing: Promise<void> | undefined

  constructor(options: SpoolWriterOptions) {
    this.#options = options
    this.#bounds = writerBounds(options)
    this.#files = options.files ?? nodeFiles
    this.#pause = new DiskPause({ ...this.#bounds, clock: options.clock, note: options.note })
    this.#segments = new OwnSegments({
      directory: options.directory,
      head: options.head,
      clock: options.clock,
      bounds: this.#bounds,
      mustOwnDirectory: options.mustOwnDirectory ?? true,
      files: this.#files,
      processes: options.processes ?? systemProcesses,
      onLoss: (loss) => this.#tellLoss(loss),
    })
    this.#mark = new IssuedMark({
      clock: options.clock,
      intervalMs: this.#bounds.markIntervalMs,
      write: () => void this.#segments.writeMark(),
    })
  }

  /** Lines of this instance that lie in the spool and are not settled. A copy. */
  get stored(): SequenceRanges {
    const stored = new SequenceRanges()
    for (const segment of this.#segments.all) segment.addUnsettled(stored)
    return stored
  }

  /** Bytes and number of this instance's segments. One may be there without an unsettled line: it keeps the issued mark. */
  get usage(): { bytes: number; segments: number } {
    const { all } = this.#segments
    return { bytes: all.reduce((sum, { position }) => sum + position, 0), segments: all.length }
  }

  /** False while the disk is given time after a failure: an append would be refused at once. */
  get isUsable(): boolean {
    return this.#pause.refusal === undefined
  }

  /** Resolves when the operating system has the bytes (with `fsync`, when the disk has them). Ordered. All of the records are taken, or none. */
  append(records: readonly SpoolRecord[]): Promise<AppendOutcome> {
    const entry = this.#enter(records)
    if (!('bytes' in entry)) return Promise.resolve(entry)
    return new Promise((resolve) => {
      this.#queue.push({ ...entry, finish: resolve })
      this.#start()
    })
  }

  /** The same for the end of a process. Writes first what `append` has taken and not yet written. */
  appendSync(records: readonly SpoolRecord[]): AppendOutcome {
    // The last chance of these lines: the disk is tried whatever it did before.
    const entry = this.#enter(records, { isLast: true })
    this.#generation++
    // At the same place as the interrupted write, which writes the same bytes there, whenever it comes to that.
    this.#queue.finish(this.#writeSync(this.#queue.takeAll()))
    return 'bytes' in entry ? this.#writeSync([entry]) : entry
  }

  /**
   * Keeps the highest sequence that was given out, so that after a kill -9 it is known which lines are missing. Written at most every
   * `markIntervalMs`. Without `marksFirst` it does nothing before the first append.
   */
  markIssued(sequence: number): void {
    if (sequence <= this.#segments.issued || this.#closing !== undefined) return
    this.#segments.issued = sequence
    if (this.#segments.newest !== undefined) return this.#mark.changed()
    if (this.#options.marksFirst !== true || !this.isUsable) return
    this.#isMarkFirstDue = true
    this.#start()
  }

  /** These lines are in Kafka, or were given up and counted. Segments without unsettled records are deleted. */
  settled(sequences: Iterable<SequenceRange>): void {
    this.#segments.settle([...sequences])
    if (this.#segments.newest !== undefined && this.#closing === undefined) this.#mark.changed()
  }

  /**
   * Sends this instance's own unsettled records, oldest first, and deletes their segments; records that are appended meanwhile wait for
   * the next call. `isDone` is false when `publish` said no, the signal was aborted, or another call goes on. Records that can't be
   * read any more are told as a loss.
   */
  async drain(options: OwnDrainOptions): Promise<DrainProgress & { isDone: boolean }> {
    if (this.#isDraining) return { records: 0, segments: 0, isDone: false }
    this.#isDraining = true
    try {
      this.#isSealDue = true
      await this.#write
      this.#sealIfDue()
      return await drainOwn({ ...options, files: this.#files, segments: this.#segments })
    } finally {
      this.#isDraining = false
    }
  }

  /** Writes what is waiting, deletes segments that are settled, and leaves the others to whoever drains the directory next. Safe to call twice. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.#mark.stop()
    await this.#run
    await this.#segments.release()
  }

  /** The records' bytes; or why they are not taken, or that there are none. */
  #enter(
    records: readonly SpoolRecord[],
    { isLast = false }: { isLast?: boolean } = {},
  ): Waiting | AppendOutcome {
    if (records.length === 0) return done
    if (this.#closing !== undefined) return failed('the spool is closed')
    const { refusal } = this.#pause
    if (refusal !== undefined && !isLast) return refusal
    let bytes: Buffer
    try {
      bytes = encodeRecords(records, (length) => this.#memory.take(length))
    } catch (error) {
      return failed(errorText(error))
    }
    const { pendingMaxBytes } = this.#bounds
    if (!isLast && !this.#queue.hasRoom(bytes.length, pendingMaxBytes)) {
      return failed(`more than ${pendingMaxBytes} bytes wait for the disk`)
    }
    return { ...entered(records), bytes, finish: () => {} }
  }

  #start(): void {
    if (this.#isRunning) return
    this.#isRunning = true
    this.#run = this.#runAll()
  }

  async #runAll(): Promise<void> {
    while (!this.#queue.isEmpty || this.#isMarkFirstDue) {
      const generation = this.#generation
      this.#isMarkFirstDue = false
      const write = this.#writeTaken(this.#queue.take(), generation)
      this.#write = write
      const outcome = await write
      if (generation === this.#generation) this.#queue.finish(outcome, this.#memory)
    }
    // In the same step as the look at the queue: whoever appends after this starts anew.
    this.#isRunning = false
  }

  /** When the generation has changed after a wait, `appendSync` has done this work meanwhile, and nothing may be touched. */
  async #writeTaken(waiting: readonly Waiting[], generation: number): Promise<AppendOutcome> {
    const bytes = bytesOf(waiting)
    let segment: OwnSegment | undefined
    try {
      // A segment whose file is gone is given up, and the next one is new.
      for (let attempt = 1; attempt <= 2; attempt++) {
        segment = this.#fitting(bytes.length)
        if (segment === undefined) {
          const begun = await this.#segments.begin(bytes.length)
          if (generation !== this.#generation) return await this.#discard(begun)
          this.#segments.adopt(begun)
          segment = begun
        }
        const isThere = await this.#writeTo(segment, bytes)
        if (generation !== this.#generation) return done
        if (isThere && segment === this.#segments.active) {
          this.#added(segment, waiting)
          await this.#segments.writeMark()
          return done
        }
        await this.#segments.lose(segment, 'spool-failed')
      }
      return this.#pause.begin(new Error('the file was deleted as soon as it was written'))
    } catch (error) {
      if (generation !== this.#generation) return done
      if (segment !== undefined) await this.#segments.sealBroken(segment)
      return this.#pause.begin(error)
    }
  }

  /**
   * False when the file has lost its name: it was deleted, or taken for a dead process's. 1. the name is found after the write; 2. the
   * file is taken, which changes its name; 3. it is read. Therefore what is acknowledged is read.
   */
  #writeTo(segment: OwnSegment, bytes: Buffer): Promise<boolean> {
    const { position } = segment
    return segment.use(async (file) => {
      await this.#files.write(file, bytes, position)
      if (this.#options.fsync === true) await this.#files.sync(file)
      return this.#files.isThere(segment.path)
    })
  }

  async #discard(begun: OwnSegment): Promise<AppendOutcome> {
    await this.#segments.discard(begun)
    return done
  }

  #writeSync(waiting: readonly Waiting[]): AppendOutcome {
    if (waiting.length === 0) return done
    const bytes = bytesOf(waiting)
    try {
      for (let attempt = 1; attempt <= 2; attempt++) {
        const found = this.#fitting(bytes.length)
        const segment = found ?? this.#segments.beginSync(bytes.length)
        if (found === undefined) this.#segments.adopt(segment)
        const isThere = segment.useSync((file) => {
          this.#files.writeSync(file, bytes, segment.position)
          return this.#files.isThereSync(segment.path)
        })
        if (isThere) {
          this.#added(segment, waiting)
          this.#segments.writeMarkSync()
          return done
        }
        void this.#segments.lose(segment, 'spool-failed')
      }
      return this.#pause.begin(new Error('the file was deleted as soon as it was written'))
    } catch (error) {
      const { active } = this.#segments
      if (active !== undefined) void this.#segments.sealBroken(active)
      return this.#pause.begin(error)
    }
  }

  /** The active segment, while the bytes fit; undefined when a new one has to be begun. */
  #fitting(bytes: number): OwnSegment | undefined {
    this.#sealIfDue()
    const { active } = this.#segments
    if (active === undefined) return undefined
    const isFull = active.position + bytes > this.#bounds.segmentBytes && active.holdsRecords
    return isFull ? undefined : active
  }

  #sealIfDue(): void {
    const { active } = this.#segments
    if (this.#isSealDue && active?.isSettled === false) active.isSealed = true
    this.#isSealDue = false
  }

  #added(segment: OwnSegment, waiting: readonly Waiting[]): void {
    for (const each of waiting) segment.add(each, segment.position + each.bytes.length)
    this.#pause.end()
  }

  #tellLoss(loss: SpoolLoss): void {
    try {
      this.#options.onLoss?.(loss)
    } catch {
      // A listener's fault must not reach the disk.
    }
  }
}
