// A batch in flight that may not arrive before the process ends: the disk has it too.
import type { Batch } from './batch.ts'
import type { LineSpool } from './line-spool.ts'

export class BatchCopies {
  /** Those that are being written. */
  readonly #copies = new Map<Batch, Promise<boolean>>()

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
    const isWritten = await spool.put(before)
    this.#copies.delete(batch)
    if (!isWritten) return false
    batch.isOnDisk = true
    // Some may have been published while they were written.
    const left = new Set(batch.lines.map(({ sequence }) => sequence))
    spool.settle(before.filter(({ sequence }) => !left.has(sequence)))
    return true
  }
}
