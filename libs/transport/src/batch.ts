// A batch on its way: lines that Kafka has not acknowledged yet, and what is known of earlier tries.
import { Lines } from './lines.ts'

/** Who keeps the books of a batch's lines. */
export interface BatchOwner {
  /** Kafka has these lines. */
  published(lines: Lines, batch: Batch): void
  /** The broker will never take these lines. */
  refused(reason: 'too-large' | 'rejected', lines: Lines, batch: Batch): void
  /** A line had to be cut for the topic. */
  truncated(): void
}

export class Batch {
  /**
   * What is left, as parts that are tried one after the other, the next one last. A batch starts as one part;
   * one that the broker refuses falls apart.
   */
  readonly parts: Lines[]
  /** What the batch takes while it is in flight; twice the lines, for there is also their encoded copy. */
  readonly memoryBytes: number
  /** A try was not answered: the topic may hold these lines already. */
  isUncertain = false
  /** Each line that is left lies in the spool too. */
  isOnDisk = false
  readonly owner: BatchOwner

  /** `lines`: at least one, sequences ascending. */
  constructor(lines: Lines, owner: BatchOwner) {
    this.parts = [lines]
    this.owner = owner
    this.memoryBytes = lines.memoryBytes + lines.valueBytes
  }

  /** No line that is left has a lower sequence; undefined when none is left. */
  get firstSequence(): number | undefined {
    return this.parts.at(-1)?.sequences[0]
  }

  /** Lines that are neither published nor given up, in order. */
  get lines(): Lines {
    return Lines.concat(this.parts.toReversed())
  }
}
