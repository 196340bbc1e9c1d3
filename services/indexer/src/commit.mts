// Commit: writes to Kafka how far each partition is settled, from time to time and when it is given away.
import assert from 'node:assert/strict'
import type { Clock, Timer } from '@millrace/foundation'
import type { ConsumerGroup, PartitionOffset } from '@millrace/kafka'
import type { Books } from './books.mts'
import type { OwnedPartition } from './ownership.mts'
import type { PipelineObserver } from './pipeline-parts.mts'

export interface CommitterParts {
  group: Pick<ConsumerGroup, 'commit'>
  owned: () => Iterable<OwnedPartition>
  clock: Clock
  books: Pick<Books, 'commits' | 'commitFailures'>
  observer: Pick<PipelineObserver, 'commitEnded'>
}

export class OffsetCommitter {
  readonly #parts: CommitterParts
  readonly #commitIntervalMs: number
  #timer: Timer | undefined
  #isClosed = false
  #last: Promise<boolean> = Promise.resolve(true)

  constructor(parts: CommitterParts, options: { commitIntervalMs: number }) {
    this.#parts = parts
    this.#commitIntervalMs = options.commitIntervalMs
  }

  start(): void {
    if (this.#isClosed) return
    this.#timer = this.#parts.clock.setTimer(this.#commitIntervalMs, () => {
      void this.commit(this.#parts.owned()).then(() => this.start())
    })
  }

  /**
   * Commits what is settled and not committed yet, after any commit that is still on its way.
   * @returns false when something is left to commit: the group is rebalancing or did not answer.
   */
  commit(owners: Iterable<OwnedPartition>): Promise<boolean> {
    const wanted = [...owners]
    this.#last = this.#last.then(() => this.#commit(wanted))
    return this.#last
  }

  /** Stops committing by itself. Safe to call twice. */
  close(): void {
    this.#isClosed = true
    this.#timer?.cancel()
  }

  async #commit(owners: readonly OwnedPartition[]): Promise<boolean> {
    const offsets: PartitionOffset[] = []
    const changed: OwnedPartition[] = []
    for (const owner of owners) {
      const offset = owner.offsetToCommit
      if (offset === undefined) continue
      offsets.push({ topic: owner.topic, partition: owner.partition, offset })
      changed.push(owner)
    }
    if (offsets.length === 0) return true
    let isCommitted = false
    try {
      isCommitted = await this.#parts.group.commit(offsets)
      this.#ended({ isCommitted })
    } catch (error) {
      this.#ended({ isCommitted, error })
    }
    if (!isCommitted) return false
    for (let position = 0; position < changed.length; position++) {
      const owner = changed[position]!
      const { offset } = offsets[position]!
      assert(offset <= (owner.settlement.committableOffset ?? 0), 'committed past what is settled')
      owner.committedOffset = offset
    }
    return true
  }

  /** `error` is absent when the group was just rebalancing. */
  #ended(commit: { isCommitted: boolean; error?: unknown }): void {
    const { books, observer } = this.#parts
    if (commit.isCommitted) books.commits += 1
    else books.commitFailures += 1
    observer.commitEnded(commit)
  }
}
