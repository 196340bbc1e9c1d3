// Reading a segment back: record by record up to the first one that is not whole, never further and never failing.
import { basename } from 'node:path'
import { SequenceRanges } from '@millrace/envelope'
import type { SpoolFiles } from './files.ts'
import { decodeHead, decodeRecord, frameHeadBytes, isIntact, payloadLength } from './frame.ts'
import { decodePrelude, type Mark, noMark, preludeBytes } from './mark.ts'
import type { Damage, SpoolHead, StoredRecord } from './records.ts'

/** Read at a time; a longer record is read as a whole. */
const windowBytes = 524_288

export interface ReadBounds {
  batchBytes: number
  batchRecords: number
}

export class SegmentReader {
  readonly name: string
  readonly bytes: number
  readonly head: SpoolHead | undefined
  /** What the intact part of the fixed place says; zeros where nothing of it is readable. */
  readonly mark: Mark
  readonly hasMark: boolean
  readonly #files: SpoolFiles
  readonly #file: number
  readonly #instance: string
  #window = Buffer.alloc(0)
  #windowAt = 0
  #position: number
  #damage: Damage | undefined
  #first = 0
  #last = 0

  private constructor(files: SpoolFiles, file: number, opened: Opened) {
    this.#files = files
    this.#file = file
    this.#instance = opened.instance
    this.name = opened.name
    this.bytes = opened.bytes
    this.head = opened.head
    this.hasMark = opened.mark !== undefined
    this.mark = opened.mark ?? noMark
    this.#position = Math.max(opened.position, this.mark.sentBytes)
    if (opened.head === undefined && opened.bytes > 0) this.#cut(opened.position, 'head')
  }

  /**
   * Opens a segment. @throws the operating system's error where the file can't be opened; a file that can be opened but not read is
   * a damaged segment.
   */
  static async open(options: {
    files: SpoolFiles
    path: string
    instance: string
  }): Promise<SegmentReader> {
    const { files, path, instance } = options
    const name = basename(path)
    const file = await files.open(path, 'read')
    try {
      const { bytes } = await files.stat(path)
      const opened = await readHead({ files, file, bytes })
      return new SegmentReader(files, file, { ...opened, name, instance, bytes })
    } catch {
      return new SegmentReader(files, file, {
        name,
        instance,
        bytes: 1,
        head: undefined,
        mark: undefined,
        position: 0,
      })
    }
  }

  /** What can't be read; known when `next` has come to its end. */
  get damage(): Damage | undefined {
    return this.#damage
  }

  /** Lowest and highest sequence read so far; 0 for none. */
  get sequences(): { first: number; last: number } {
    return { first: this.#first, last: this.#last }
  }

  /** Everything before this byte was handed out. */
  get position(): number {
    return this.#position
  }

  /** The next records, at most as many as the bounds say but at least one; undefined at the end. */
  async next({ batchBytes, batchRecords }: ReadBounds): Promise<StoredRecord[] | undefined> {
    const records: StoredRecord[] = []
    let bytes = 0
    while (this.#damage === undefined && records.length < batchRecords) {
      const start = this.#position
      const payload = await this.#payload()
      if (payload === undefined) break
      const record = decodeRecord(payload, this.head?.instance ?? this.#instance)
      if (record === undefined) continue
      if (records.length > 0 && bytes + record.value.length > batchBytes) {
        this.#position = start
        break
      }
      bytes += record.value.length
      records.push(record)
      this.#count(record)
    }
    return records.length === 0 ? undefined : records
  }

  close(): Promise<void> {
    return this.#files.close(this.#file).catch(() => undefined)
  }

  #count({ kind, sequence }: StoredRecord): void {
    if (kind !== 'line') return
    this.#first = this.#first === 0 ? sequence : Math.min(this.#first, sequence)
    this.#last = Math.max(this.#last, sequence)
  }

  /** The next frame's payload, checked; undefined at the end of the file or of its readable part. */
  async #payload(): Promise<Buffer | undefined> {
    const start = this.#position
    if (start >= this.bytes) {
      // What the mark knows of and the file does not have was cut off.
      return this.bytes < this.mark.endBytes ? this.#cut(start, 'torn') : undefined
    }
    try {
      const frameHead = await this.#slice(start, frameHeadBytes)
      if (frameHead === undefined) return this.#cut(start, 'torn')
      const length = payloadLength(frameHead)
      if (length === undefined) return this.#cut(start, 'checksum')
      const payload = await this.#slice(start + frameHeadBytes, length)
      if (payload === undefined) return this.#cut(start, 'torn')
      if (!isIntact(frameHead, payload)) return this.#cut(start, 'checksum')
      this.#position = start + frameHeadBytes + length
      return payload
    } catch {
      return this.#cut(start, 'unreadable')
    }
  }

  /** Bytes of the file through the window; undefined when the file is shorter. */
  async #slice(at: number, length: number): Promise<Buffer | undefined> {
    if (at + length > this.bytes) return undefined
    const from = at - this.#windowAt
    if (from >= 0 && from + length <= this.#window.length) {
      return this.#window.subarray(from, from + length)
    }
    // A new one each time: records that were handed out are views of the old one.
    const fresh = Buffer.allocUnsafe(Math.min(this.bytes - at, Math.max(windowBytes, length)))
    const read = await this.#files.read(this.#file, fresh, at)
    this.#window = fresh.subarray(0, read)
    this.#windowAt = at
    return read < length ? undefined : this.#window.subarray(0, length)
  }

  #cut(atByte: number, reason: Damage['reason']): undefined {
    const missing = new SequenceRanges()
    const from = Math.max(this.#last + 1, this.mark.first)
    if (this.mark.last > 0) missing.addRange(from, this.mark.last)
    const bytes = Math.max(this.bytes, this.mark.endBytes) - atByte
    this.#damage = { segment: this.name, atByte, bytes, reason, missing }
    return undefined
  }
}

interface Opened extends HeadRead {
  name: string
  instance: string
  bytes: number
}

interface HeadRead {
  head: SpoolHead | undefined
  mark: Mark | undefined
  /** Where the records begin. */
  position: number
}

async function readHead(options: {
  files: SpoolFiles
  file: number
  bytes: number
}): Promise<HeadRead> {
  const { files, file, bytes } = options
  const prelude = Buffer.alloc(preludeBytes + frameHeadBytes)
  const read = await files.read(file, prelude, 0)
  const { isOurs, mark } = decodePrelude(prelude.subarray(0, read))
  const none = { head: undefined, mark, position: isOurs ? preludeBytes : 0 }
  if (!isOurs || read < prelude.length) return none
  const frameHead = prelude.subarray(preludeBytes)
  const length = payloadLength(frameHead)
  const position = preludeBytes + frameHeadBytes + (length ?? 0)
  if (length === undefined || position > bytes) return none
  const payload = Buffer.alloc(length)
  if ((await files.read(file, payload, preludeBytes + frameHeadBytes)) < length) return none
  if (!isIntact(frameHead, payload)) return none
  const head = decodeHead(payload)
  return head === undefined ? none : { head, mark, position }
}
