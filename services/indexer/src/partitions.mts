// Take: the partitions that this worker owns now, and which of them are paused because too much is in flight.
import type { Clock } from '@millrace/foundation'
import type { AssignedPartition, ConsumerGroup, TopicPartition } from '@millrace/kafka'
import type { Admission } from './admission.mts'
import type { Books } from './books.mts'
import { OwnedPartition } from './ownership.mts'

export interface PartitionsOptions {
  /** Most records of one partition between the first unsettled one and the last taken one. */
  unsettledRecordsMax: number
  /** A paused partition resumes below this part of each of its bounds. 0 to 1. */
  resumeRatio: number
  /** How far the clocks of producers, workers and Elasticsearch may be apart. */
  clockMarginMs: number
}

export class Partitions {
  readonly #parts: {
    group: Pick<ConsumerGroup, 'pause' | 'resume'>
    admission: Admission
    books: Books
    clock: Clock
  }
  readonly #options: PartitionsOptions
  readonly #owned = new Map<number, OwnedPartition>()

  constructor(
    parts: {
      group: Pick<ConsumerGroup, 'pause' | 'resume'>
      admission: Admission
      books: Books
      clock: Clock
    },
    options: PartitionsOptions,
  ) {
    this.#parts = parts
    this.#options = options
  }

  all(): OwnedPartition[] {
    return [...this.#owned.values()]
  }

  find(partition: number): OwnedPartition | undefined {
    return this.#owned.get(partition)
  }

  /** A new assignment; whatever was owned before and not revoked in time is ended. */
  assign(partitions: readonly AssignedPartition[]): void {
    this.end(this.all())
    for (const each of partitions) this.#own(each)
  }

  /**
   * The partition is read again from an earlier offset: the topic was made anew, or the reader went back.
   * 1. Offsets 0 to 9 were taken, 0 to 4 are still on their way; 2. offset 5 comes again; 3. offsets 5 to
   * 9 settle first. Committing 10 now would lose 0 to 4 in a crash, so nothing is committed until all
   * that was taken before is terminal too. Ids absorb what is indexed twice.
   */
  restart(owner: OwnedPartition): OwnedPartition {
    owner.isClosing = true
    // One that is settled has nothing more to say; so the chain is as long as what is on its way.
    return this.#own(owner, owner.isSettled ? undefined : owner)
  }

  /** No further records of these are taken. */
  close(partitions: readonly TopicPartition[]): OwnedPartition[] {
    const closing: OwnedPartition[] = []
    for (const { partition } of partitions) {
      const owner = this.#owned.get(partition)
      if (owner === undefined) continue
      owner.isClosing = true
      closing.push(owner)
    }
    return closing
  }

  end(owners: readonly OwnedPartition[]): void {
    for (const owner of owners) {
      for (let each: OwnedPartition | undefined = owner; each; each = each.predecessor) {
        each.isClosing = true
        each.isEnded = true
      }
      // A newer ownership of the same partition may be there already.
      if (this.#owned.get(owner.partition) === owner) this.#owned.delete(owner.partition)
    }
  }

  /** Whether the partition may take one more record; pauses it when not, until `resumeWithRoom`. */
  admits(owner: OwnedPartition): boolean {
    if (owner.isPaused) return false
    if (owner.settlement.hasRoom && this.#parts.admission.hasRoom(owner)) return true
    owner.isPaused = true
    this.#parts.books.partitionPauses += 1
    this.#parts.group.pause([owner])
    return false
  }

  /** Resumes what has room again; a little lower than where it was paused, so that it does not flutter. */
  resumeWithRoom(): void {
    const { resumeRatio, unsettledRecordsMax } = this.#options
    for (const owner of this.#owned.values()) {
      if (!owner.isPaused || !this.#parts.admission.mayResume(owner)) continue
      if (owner.settlement.span >= unsettledRecordsMax * resumeRatio) continue
      owner.isPaused = false
      this.#parts.group.resume([owner])
    }
  }

  #own(
    { topic, partition, committedAtMs }: AssignedPartition,
    predecessor?: OwnedPartition,
  ): OwnedPartition {
    const owner = new OwnedPartition(topic, partition, {
      recordsMax: this.#options.unsettledRecordsMax,
      clockMarginMs: this.#options.clockMarginMs,
      assignedAtMs: this.#parts.clock.now(),
      ...(committedAtMs !== undefined && { committedBeforeAtMs: committedAtMs }),
      ...(predecessor !== undefined && { predecessor }),
    })
    this.#owned.set(partition, owner)
    return owner
  }
}
