// Settle: for each partition, how far the contiguous run of terminal records reaches; that far may be committed.
import assert from 'node:assert/strict'

/** A record that was taken from its partition; terminal once `openEvents` is 0. */
export interface OpenRecord {
  readonly offset: number
  /** Events of the record that are neither indexed nor safely in the dead-letter topic. */
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
  #run: OpenRecord[] = []
  #head = 0
  #lastTaken = -1
  #committable: number | undefined

  /** @param options.recordsMax most records between the first unsettled one and the last taken one. */
  constructor(options: { recordsMax: number }) {
    assert(options.recordsMax >= 1, 'recordsMax must be at least 1')
    this.#recordsMax = options.recordsMax
  }

  /** Records from the first that is not terminal to the last that was taken. */
  get span(): number {
    return this.#run.length - this.#head
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

  /** False for an offset at or before one that was taken: the partition is being read again. */
  continuesAt(offset: number): boolean {
    return offset > this.#lastTaken
  }

  /** Takes a record with all its events; one without any is terminal at once. */
  take(record: OpenRecord): void {
    const { offset, openEvents } = record
    // A message is put together for a failure only: that would cost more than all else here.
    if (!this.continuesAt(offset)) {
      assert.fail(`offset ${offset} was taken after ${this.#lastTaken}`)
    }
    if (!this.hasRoom) assert.fail(`a partition may hold ${this.#recordsMax} unsettled records`)
    if (!(Number.isInteger(openEvents) && openEvents >= 0)) {
      assert.fail(`a record cannot hold ${openEvents} events`)
    }
    this.#lastTaken = offset
    this.#run.push(record)
    if (openEvents === 0) this.#advance()
  }

  /** One event of the record is terminal. */
  settleEvent(record: OpenRecord): void {
    if (record.openEvents <= 0) {
      assert.fail(`offset ${record.offset} was settled more often than it has events`)
    }
    record.openEvents -= 1
    if (record.openEvents === 0) this.#advance()
  }

  #advance(): void {
    let head = this.#head
    while (head < this.#run.length && this.#run[head]!.openEvents === 0) head++
    if (head === this.#head) return
    const committable = this.#run[head - 1]!.offset + 1
    assert(committable > (this.#committable ?? -1), 'what may be committed never goes back')
    this.#committable = committable
    this.#head = head
    if (head >= compactAt && head * 2 >= this.#run.length) {
      this.#run = this.#run.slice(head)
      this.#head = 0
    }
  }
}
