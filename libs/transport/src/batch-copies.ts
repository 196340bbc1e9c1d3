// A batch in flight that may not arrive before the process ends: the disk has it too.
import type { Batch } from './batch.ts'
import type { HeldBatches } from './held-batches.ts'
import type { LineSpool } from './line-spool.ts'

export class BatchCopies {
  /** Those that are being written. */
  readonly #copies = new Map<Batch, Promise<boolean>>()
  readonly #held: HeldBatches

  constructor(held: HeldBatches) {
    this.#held = held
  }

  /** Resolves with true when what is left of the batch lies on disk. Never rejects. */
  copy(batch: Batch, spool: LineSpool): Promise<boolean> {
    if (batch.isOnDisk) return Promise.resolve(true)
    let copy = this.#copies.get(batch)
    if (copy === undefined) {
      copy = this.#write(batch, spool)
      this.#copies.set(batch, copy)
    }
    return copy
  }

  async #write(batch: Batch, spool: LineSpool): Promise<boolean> {
    const before = batch.lines
    this.#held.copying.add(before)
    batch.isOnDisk = await spool.put(before)
    if (batch.isOnDisk) {
      // Some may have been published while they were written.
      const left = new Set(batch.lines.sequences)
      spool.settle(before.filter((sequence) => !left.has(sequence)))
    }
    this.#copies.delete(batch)
    this.#held.copying.delete(before)
    this.#held.wake()
    return batch.isOnDisk
  }
}
