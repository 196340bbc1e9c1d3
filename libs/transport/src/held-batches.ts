// What memory holds beside the queue: batches in flight, on their way to disk, or on disk and about to be in flight.
import { SequenceRanges } from '@millrace/envelope'
import type { Batch } from './batch.ts'
import type { Lines } from './lines.ts'

export class HeldBatches {
  readonly inFlight = new Set<Batch>()
  readonly appending = new Set<Batch>()
  /** On disk, and in memory still, because a place among those in flight is soon free. */
  readonly ready = new Set<Batch>()
  /** Lines of batches in flight that are being copied to disk; some may have arrived meanwhile. */
  readonly copying = new Set<Lines>()
  #memoryBytes = 0
  #inFlightMemoryBytes = 0
  #onForgotten: (() => void)[] = []

  get memoryBytes(): number {
    return this.#memoryBytes
  }

  get inFlightMemoryBytes(): number {
    return this.#inFlightMemoryBytes
  }

  hold(place: 'inFlight' | 'appending' | 'ready', batch: Batch): void {
    this[place].add(batch)
    this.#memoryBytes += batch.memoryBytes
    if (place === 'inFlight') this.#inFlightMemoryBytes += batch.memoryBytes
  }

  forget(place: 'inFlight' | 'appending' | 'ready', batch: Batch): void {
    if (!this[place].delete(batch)) return
    this.#memoryBytes -= batch.memoryBytes
    if (place === 'inFlight') this.#inFlightMemoryBytes -= batch.memoryBytes
    this.wake()
  }

  /** Those on disk need no memory any more. */
  forgetReady(): void {
    for (const batch of this.ready) this.forget('ready', batch)
  }

  /** Whoever waits in `whenNotHeld` looks again. */
  wake(): void {
    for (const look of this.#onForgotten.splice(0)) look()
  }

  /** The lowest sequence that is held, those on disk left out where the disk is enough. */
  lowest(isDiskEnough: boolean): number | undefined {
    let lowest: number | undefined
    for (const batches of [this.appending, this.ready, this.inFlight]) {
      for (const batch of batches) {
        if (batch.isOnDisk && isDiskEnough) continue
        const first = batch.firstSequence
        if (first !== undefined && (lowest === undefined || first < lowest)) lowest = first
      }
    }
    return lowest
  }

  /** Lines that memory holds beside the queue. */
  get lines(): SequenceRanges {
    return this.#linesOf([...this.appending, ...this.ready, ...this.inFlight])
  }

  /** Lines that lie on disk or are being written, and are or may be published from memory. */
  get spokenFor(): SequenceRanges {
    const written = [...this.inFlight, ...this.ready].filter((batch) => batch.isOnDisk)
    return this.#linesOf([...this.appending, ...written])
  }

  /** Resolves when memory holds none of these lines, or when `isOver` says so at a `wake`. */
  async whenNotHeld(sequences: readonly number[], isOver: () => boolean): Promise<void> {
    for (;;) {
      const held = this.spokenFor
      if (isOver() || !sequences.some((sequence) => held.has(sequence))) return
      await this.change()
    }
  }

  /** Resolves when a batch is held no longer, or at a `wake`. */
  change(): Promise<void> {
    return new Promise((resolve) => {
      this.#onForgotten.push(resolve)
    })
  }

  #linesOf(batches: readonly Batch[]): SequenceRanges {
    const sequences = new SequenceRanges()
    for (const { parts } of batches) for (const part of parts) sequences.addAll(part.ranges())
    for (const lines of this.copying) sequences.addAll(lines.ranges())
    return sequences
  }
}
