// Settle: for each partition, how far the contiguous run of terminal records reaches; that far may be committed.
import assert from 'node:assert/strict'

/** A record that was taken from its partition, or several one after the other; terminal once `openEvents` is 0. */
export interface OpenRecord {
  readonly offset: number
  readonly lastOffset: number
  /** Records. */
  readonly count: number
  /** Events that are neither indexed nor safely in the dead-letter topic. */
  openEvents: number
}

const compactAt = 1024

/**
 * The records of one partition during one ownership of it, in the order they were taken. Offsets may
 * have holes (compaction, transaction markers), so "contiguous" means contiguous in what was taken.
 *
 * An instance belongs to one ownership and is never used for the next. The race that this settles:
 * 1. the bulk request with offset 40 is on its way; 2. the partition is revoked and its deadline
 * passes; 3. another worker reads on from offset 35; 4. the partition comes back, with a new instance;
 * 5. the late answer for offset 40 settles a record of the old instance. Nobody commits from that one
 * any more, so 35 to 39 cannot be skipped.
 */
export class PartitionSettlement {
  readonly #recordsMax: number
  /** Empty before `#head`: what has gone may hold on to much memory. */
  #run: (OpenRecord | undefined)[] = []
  #head = 0
  #span = 0
  #lastTaken = -1
  #committable: number | undefined

  /** @param options.recordsMax most records between the first unsettled one and the last taken one. */
  constructor(options: { recordsMax: number }) {
    assert(options.recordsMax >= 1, 'recordsMax must be at least 1')
    this.#recordsMax = options.recordsMax
  }

  /** Records from the first that is not terminal to the last that was taken. */
  get span(): number {
    return this.#span
  }

  /** Whether another record may be taken. */
  get hasRoom(): boolean {
    return this.span < this.#recordsMax
  }

  /** The next-to-read offset that may be committed; undefined until the first record is terminal. */
  get committableOffset(): number | undefined {
    return this.#committable
  }

  /** The next-to-read offset after everything that was taken; undefined before the first record. */
  get takenOffset(): number | undefined {
    return this.#lastTaken < 0 ? undefined : this.#lastTaken + 1
  }

  /** What was taken last, unless it has gone already. */
  get last(): OpenRecord | undefined {
    return this.#run.at(-1)
  }

  /** False for an offset at or before one that was taken: the partition is being read again. */
  continuesAt(offset: number): boolean {
    return offset > this.#lastTaken
  }

  /** Takes a record with all its events; one without any is terminal at once. */
  take(record: OpenRecord): void {
    const { offset, openEvents } = record
    this.#admit(offset)
    if (!(Number.isInteger(openEvents) && openEvents >= 0)) {
      assert.fail(`a record cannot hold ${openEvents} events`)
    }
    this.#lastTaken = record.lastOffset
    this.#span += record.count
    this.#run.push(record)
    if (openEvents === 0) this.#advance()
  }

  /** What was taken last has one record more than before. */
  extended(record: OpenRecord): void {
    assert(this.last === record, 'another record was taken since')
    this.#admit(record.lastOffset)
    this.#lastTaken = record.lastOffset
    this.#span += 1
  }

  /** In place of several records that were taken as one stand these, one by one. */
  replace(record: OpenRecord, parts: readonly OpenRecord[]): void {
    const at = this.#run.indexOf(record, this.#head)
    assert(at >= 0 && parts.length === record.count, 'what is replaced has to be there, as a whole')
    this.#run = [...this.#run.slice(this.#head, at), ...parts, ...this.#run.slice(at + 1)]
    this.#head = 0
  }

  #admit(offset: number): void {
    // A message is put together for a failure only: that would cost more than all else here.
    if (!this.continuesAt(offset)) {
      assert.fail(`offset ${offset} was taken after ${this.#lastTaken}`)
    }
    if (!this.hasRoom) assert.fail(`a partition may hold ${this.#recordsMax} unsettled records`)
  }

  /** So many events of it are terminal. */
  settleEvents(record: OpenRecord, events = 1): void {
    if (record.openEvents < events) {
      assert.fail(`offset ${record.offset} was settled more often than it has events`)
    }
    record.openEvents -= events
    if (record.openEvents === 0) this.#advance()
  }

  #advance(): void {
    let head = this.#head
    let committable = -1
    for (let next = this.#run[head]; next?.openEvents === 0; next = this.#run[head]) {
      committable = next.lastOffset + 1
      this.#span -= next.count
      this.#run[head] = undefined
      head++
    }
    if (head === this.#head) return
    assert(committable > (this.#committable ?? -1), 'what may be committed never goes back')
    this.#committable = committable
    this.#head = head
    if (head >= compactAt && head * 2 >= this.#run.length) {
      this.#run = this.#run.slice(head)
      this.#head = 0
    }
  }
}
