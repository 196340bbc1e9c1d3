// One dead instance's segments, sent in the order in which they were written, and then its account of them.
import { SequenceRanges } from '@millrace/envelope'
import type { FoundSegment } from './directory.ts'
import type { DrainOptions, InstanceRecovery } from './drain-options.ts'
import { failureText, type SpoolFiles } from './files.ts'
import { encodeMark, markPosition } from './mark.ts'
import { readBounds, tryPublish } from './publishing.ts'
import type { Damage, SpoolHead } from './records.ts'
import { SegmentReader } from './segment-reader.ts'

export interface InstanceDrainOptions extends DrainOptions {
  files: SpoolFiles
  /** Taken by this process, in order. */
  segments: readonly FoundSegment[]
  /** Of the newest readable segment. */
  head: SpoolHead | undefined
  /** Counted on. */
  progress: { records: number; segments: number }
}

export interface InstanceDrainOutcome {
  /** Absent while something is left. */
  recovery: InstanceRecovery | undefined
  left: readonly FoundSegment[]
  detail?: string
}

type SentSegment = { isSent: false; detail?: string } | { isSent: true; damage: Damage | undefined }

export class InstanceDrain {
  readonly #options: InstanceDrainOptions
  readonly #published = new SequenceRanges()
  readonly #missing = new SequenceRanges()
  readonly #damages: Damage[] = []
  #issued = 0

  constructor(options: InstanceDrainOptions) {
    this.#options = options
  }

  /** Never rejects. */
  async run(): Promise<InstanceDrainOutcome> {
    const { segments, files } = this.#options
    // Damaged ones and the last are kept until the account is given: it is made from them.
    const kept: FoundSegment[] = []
    for (const [index, segment] of segments.entries()) {
      const sent = await this.#send(segment, segments[index + 1])
      if (!sent.isSent) {
        const left = [...kept, ...segments.slice(index)]
        return { recovery: undefined, left, ...(sent.detail !== undefined && sent) }
      }
      const isLast = index === segments.length - 1
      if (isLast || sent.damage !== undefined) kept.push(segment)
      else await files.remove(segment.path).catch(() => kept.push(segment))
      if (!isLast) this.#tellSegment()
    }
    const recovery = this.#recovery()
    if (!(await this.#finish(recovery))) return { recovery: undefined, left: kept }
    return this.#removeKept(recovery, kept)
  }

  async #removeKept(
    recovery: InstanceRecovery,
    kept: readonly FoundSegment[],
  ): Promise<InstanceDrainOutcome> {
    for (const [index, segment] of kept.entries()) {
      try {
        await this.#options.files.remove(segment.path)
      } catch (error) {
        return { recovery, left: kept.slice(index), detail: failureText(error) }
      }
    }
    this.#tellSegment()
    return { recovery, left: [] }
  }

  async #send(segment: FoundSegment, next: FoundSegment | undefined): Promise<SentSegment> {
    const { files } = this.#options
    let reader: SegmentReader
    try {
      reader = await SegmentReader.open({ files, ...segment })
    } catch (error) {
      return { isSent: false, detail: failureText(error) }
    }
    try {
      if (!(await this.#publishAll(reader, segment))) return { isSent: false }
      const { damage, mark, sequences } = reader
      this.#issued = Math.max(this.#issued, mark.issued, mark.last, sequences.last)
      if (damage !== undefined) await this.#account(reader, damage, next)
      return { isSent: true, damage }
    } finally {
      await reader.close()
    }
  }

  async #publishAll(reader: SegmentReader, segment: FoundSegment): Promise<boolean> {
    const { publish, signal, clock, files } = this.#options
    const head = reader.head ?? this.#options.head
    for (let turn = 0; ; turn++) {
      if (signal?.aborted === true) return false
      const records = await reader.next(readBounds(this.#options))
      if (records === undefined) return true
      // Others see by it that this process is alive, in places where they can't ask.
      await files.touch(segment.path, clock.now()).catch(() => undefined)
      if (head === undefined || !(await tryPublish(publish, head, records))) return false
      for (const { kind, sequence } of records) if (kind === 'line') this.#published.add(sequence)
      this.#options.progress.records += records.length
      this.#options.onProgress?.({ ...this.#options.progress })
      await this.#markSent(reader, segment, turn)
    }
  }

  /** What is sent is not sent again after an interruption. Where that can't be written, ids absorb it. */
  async #markSent(reader: SegmentReader, segment: FoundSegment, turn: number): Promise<void> {
    if (!reader.hasMark) return
    const { files } = this.#options
    const bytes = encodeMark({ ...reader.mark, sentBytes: reader.position })
    try {
      const file = await files.open(segment.path, 'update')
      try {
        await files.write(file, bytes, markPosition(turn))
      } finally {
        await files.close(file)
      }
    } catch {
      // As said.
    }
  }

  /** Without a mark, the next segment's first line tells how far this one went. */
  async #account(
    reader: SegmentReader,
    damage: Damage,
    next: FoundSegment | undefined,
  ): Promise<void> {
    const missing = SequenceRanges.of(damage.missing)
    const { last } = reader.sequences
    if (!reader.hasMark && last > 0 && next !== undefined) {
      const following = await this.#firstOf(next)
      if (following > last + 1) missing.addRange(last + 1, following - 1)
    }
    this.#missing.addAll(missing)
    this.#damages.push({ ...damage, missing })
  }

  async #firstOf({ path, instance }: FoundSegment): Promise<number> {
    try {
      const reader = await SegmentReader.open({ files: this.#options.files, path, instance })
      const records = await reader.next({ batchBytes: 1, batchRecords: 1 })
      await reader.close()
      return reader.mark.first || records?.[0]?.sequence || 0
    } catch {
      return 0
    }
  }

  #recovery(): InstanceRecovery {
    const { head, segments } = this.#options
    for (const [first, last] of this.#published) {
      this.#missing.removeRange(first, last)
    }
    return {
      instance: head?.instance ?? segments[0]!.instance,
      head,
      issued: Math.max(this.#issued, this.#published.last ?? 0, this.#missing.last ?? 0),
      published: this.#published,
      missing: this.#missing,
      damages: this.#damages,
    }
  }

  async #finish(recovery: InstanceRecovery): Promise<boolean> {
    try {
      return (await this.#options.finish?.(recovery)) ?? true
    } catch {
      return false
    }
  }

  #tellSegment(): void {
    const { progress, onProgress } = this.#options
    progress.segments++
    onProgress?.({ ...progress })
  }
}
