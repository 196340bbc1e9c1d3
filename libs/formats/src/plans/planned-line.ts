// A line that a plan was found for, before its document is written: where it goes, and under which id.
import type { RecordSource } from '../record-source.ts'
import type { ByteWriter } from './byte-writer.ts'
import type { Frame } from './plan-machine.ts'
import type { RecordCursor } from './record-cursor.ts'

/** One for all lines: it is used up before the next one is looked for. */
export class PlannedLine {
  readonly #cursor: RecordCursor
  #template = 0
  #source!: RecordSource

  constructor(cursor: RecordCursor) {
    this.#cursor = cursor
  }

  set(source: RecordSource, template: number): this {
    this.#source = source
    this.#template = template
    return this
  }

  get dataStream(): string {
    return this.#source.dataStream
  }

  /** The sender says that the topic may hold the record twice. */
  get isResent(): boolean {
    return this.#source.facts.resent === true
  }

  /** Elasticsearch `_id`: as text, for whoever needs it as one. */
  get id(): string {
    return this.#cursor.id
  }

  /** Whether the id is the record's key, byte by byte. */
  get isKeyId(): boolean {
    return this.#source.minted
  }

  writeDocument(target: ByteWriter): void {
    this.#source.plans.write(target, this.#template, this.#cursor)
  }

  /** The document with the id before it. */
  writeFramed(target: ByteWriter, frame: Frame): void {
    this.#source.plans.write(target, this.#template, this.#cursor, frame)
  }
}
