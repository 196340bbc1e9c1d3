// What the sources tell, sorted by instance.
import { type Ledger, parseEventId } from '@millrace/envelope'
import { EventSet } from './event-set.ts'
import { InstanceBooks, type LedgerSource } from './instance-books.ts'
import { SequenceBitmap } from './sequence-bitmap.ts'

/** All of one instance, while it is collected. */
export interface InstanceFile {
  instance: string
  books: InstanceBooks | undefined
  indexed: EventSet
  deadLettered: EventSet
  unread: EventSet
  unreadAt: number
  duplicateIds: string[]
  /** Data streams in which its lines were found. */
  streams: Set<string>
}

const foreignIdPattern = /^(k[0-9a-f]{12}-\d+)-(\d{16})$/

export class Collection {
  readonly #files = new Map<string, InstanceFile>()
  readonly #horizons: readonly number[]
  /** Ids made of offsets, by partition: they have no ledger, but they can be double. */
  readonly #foreign = new Map<string, SequenceBitmap>()
  foreignDuplicateIds: string[] = []
  readonly #leftOut = new Set<string>()

  constructor(horizons: readonly number[]) {
    this.#horizons = horizons
  }

  files(): Iterable<InstanceFile> {
    return this.#files.values()
  }

  duplicateIds(): string[] {
    const ids = [...this.#files.values()].flatMap((file) => file.duplicateIds)
    return [...ids, ...this.foreignDuplicateIds]
  }

  keepDuplicates(isDouble: (id: string) => boolean): void {
    for (const file of this.#files.values()) file.duplicateIds = file.duplicateIds.filter(isDouble)
    this.foreignDuplicateIds = this.foreignDuplicateIds.filter(isDouble)
  }

  isLeftOut(instance: string): boolean {
    return this.#leftOut.has(instance)
  }

  /** Nothing of this instance is kept, and nothing more of it is taken. */
  leaveOut(instance: string): void {
    this.#files.delete(instance)
    this.#leftOut.add(instance)
  }

  ledger(ledger: Ledger, source: LedgerSource): void {
    if (this.#leftOut.has(ledger.instance)) return
    const file = this.#file(ledger.instance)
    file.books ??= new InstanceBooks(ledger.instance, this.#horizons)
    file.books.take(ledger, source)
  }

  unread(key: string, timestampMs: number): void {
    const found = this.#place(key)
    if (found === undefined) return
    found.file.unread.add(found.sequence, found.index)
    found.file.unreadAt = Math.max(found.file.unreadAt, timestampMs)
  }

  indexed(id: string, stream: string): void {
    const found = this.#place(id)
    if (found === undefined) return this.#foreignDocument(id)
    const { file, sequence, index } = found
    if (!file.indexed.add(sequence, index)) file.duplicateIds.push(id)
    file.streams.add(stream)
  }

  deadLettered(id: string): void {
    const found = this.#place(id)
    found?.file.deadLettered.add(found.sequence, found.index)
  }

  #place(
    id: string,
  ): { file: InstanceFile; sequence: number; index: number | undefined } | undefined {
    const parts = parseEventId(id)
    if (parts === undefined || parts.sequence < 1) return undefined
    if (this.#leftOut.has(parts.instance)) return undefined
    const point = id.indexOf('.')
    const index = point === -1 ? undefined : Number(id.slice(point + 1))
    return { file: this.#file(parts.instance), sequence: parts.sequence, index }
  }

  #foreignDocument(id: string): void {
    const match = foreignIdPattern.exec(id)
    if (match === null) return
    const place = match[1]!
    let offsets = this.#foreign.get(place)
    if (offsets === undefined) this.#foreign.set(place, (offsets = new SequenceBitmap()))
    if (!offsets.add(Number(match[2]))) this.foreignDuplicateIds.push(id)
  }

  #file(instance: string): InstanceFile {
    let file = this.#files.get(instance)
    if (file === undefined) {
      file = {
        instance,
        books: undefined,
        indexed: new EventSet(),
        deadLettered: new EventSet(),
        unread: new EventSet(),
        unreadAt: 0,
        duplicateIds: [],
        streams: new Set(),
      }
      this.#files.set(instance, file)
    }
    return file
  }
}
