// A disk as the unit tests see it: in memory, shared by whoever opens the same directory, with faults on order.
import { formatEventId, type SequenceRange, SequenceRanges } from '@millrace/envelope'
import type {
  AppendOutcome,
  DrainOptions,
  DrainOutcome,
  OwnDrainOptions,
  SpoolHead,
  SpoolRecord,
  SpoolWriterOptions,
  StoredRecord,
} from '@millrace/spool'
import type { SpoolAccess, SpoolFile } from '../../src/spool-access.ts'

type Refusal = Exclude<AppendOutcome, { ok: true }>

export class FakeSpoolFile implements SpoolFile {
  readonly options: SpoolWriterOptions
  readonly stored = new SequenceRanges()
  readonly disk: FakeDisk
  records: StoredRecord[] = []
  issued = 0
  isOpen = true
  isUsable = true

  constructor(options: SpoolWriterOptions, disk: FakeDisk) {
    this.options = options
    this.disk = disk
  }

  get head(): SpoolHead {
    return { ...this.options.head, createdAtMs: 0 }
  }

  async append(records: readonly SpoolRecord[]): Promise<AppendOutcome> {
    await this.disk.whenQuick()
    return this.appendSync(records)
  }

  appendSync(records: readonly SpoolRecord[]): AppendOutcome {
    this.disk.appends++
    const { refusal } = this.disk
    if (refusal !== undefined) {
      this.options.note('spool', `the spool takes no lines: ${refusal.detail}`)
      return refusal
    }
    this.options.note('spool-again', 'the spool takes lines again')
    for (const record of records) {
      const key = record.key ?? formatEventId(this.options.head.instance, record.sequence)
      this.records.push({ ...record, key })
      if (record.kind === 'line') this.stored.add(record.sequence)
    }
    return { ok: true }
  }

  markIssued(sequence: number): void {
    if (this.records.length > 0) this.issued = Math.max(this.issued, sequence)
  }

  settled(sequences: Iterable<SequenceRange>): void {
    for (const [first, last] of sequences) this.stored.removeRange(first, last)
    this.records = this.records.filter(
      ({ kind, sequence }) => kind === 'ledger' || this.stored.has(sequence),
    )
  }

  async drain({ publish }: OwnDrainOptions): ReturnType<SpoolFile['drain']> {
    const records = [...this.records]
    this.disk.drains++
    const isDone = await publish(this.head, records)
    if (isDone) {
      this.settled(records.map(({ sequence }) => [sequence, sequence]))
      this.records = this.records.filter((record) => !records.includes(record))
    }
    return { records: isDone ? records.length : 0, segments: 0, isDone }
  }

  close(): Promise<void> {
    this.isOpen = false
    return Promise.resolve()
  }

  /** The disk loses these lines of this instance. */
  lose(reason: Refusal['reason'], first: number, last: number): void {
    const sequences = new SequenceRanges()
    for (let sequence = first; sequence <= last; sequence++) {
      if (this.stored.has(sequence)) sequences.add(sequence)
    }
    this.settled([[first, last]])
    const { instance } = this.options.head
    this.options.onLoss?.({ reason, instance, issued: last, sequences, isOwn: true })
  }
}

export class FakeDisk implements SpoolAccess {
  readonly defaultDirectory = '/spool'
  readonly files: FakeSpoolFile[] = []
  /** What dead instances left is recovered with these options, when a test says so. */
  readonly recoveries: DrainOptions[] = []
  refusal: Refusal | undefined
  appends = 0
  drains = 0
  #slow: Promise<void> | undefined

  open(options: SpoolWriterOptions): FakeSpoolFile {
    const file = new FakeSpoolFile(options, this)
    this.files.push(file)
    return file
  }

  /** Sends what files of closed instances hold. */
  async recover(options: DrainOptions): Promise<DrainOutcome> {
    this.recoveries.push(options)
    const outcome: DrainOutcome = { records: 0, segments: 0, recovered: [], left: [] }
    for (const file of this.files) {
      const { head, records, issued } = file
      if (file.isOpen || records.length === 0 || !options.matches(head)) continue
      if (!(await options.publish(head, records))) continue
      const published = SequenceRanges.of(file.stored as Iterable<SequenceRange>)
      const recovery = {
        instance: head.instance,
        head,
        issued: Math.max(issued, published.last ?? 0),
        published,
        missing: new SequenceRanges(),
        damages: [],
      }
      if ((await options.finish?.(recovery)) === false) continue
      file.records = []
    }
    return outcome
  }

  /** Appends wait until the returned function is called. */
  stall(): () => void {
    let release = (): void => {}
    this.#slow = new Promise((resolve) => {
      release = resolve
    })
    return () => {
      this.#slow = undefined
      release()
    }
  }

  async whenQuick(): Promise<void> {
    await this.#slow
  }

  get only(): FakeSpoolFile {
    return this.files[0]!
  }
}
