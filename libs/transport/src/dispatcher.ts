// From memory to Kafka or to disk: which batch goes where, and when.
import type { SequenceRanges } from '@millrace/envelope'
import type { Clock, Timer } from '@millrace/foundation'
import { Batch, type BatchOwner } from './batch.ts'
import { BatchCopies } from './batch-copies.ts'
import type { Batcher } from './batcher.ts'
import type { Books } from './books.ts'
import type { Delivery } from './delivery.ts'
import { flushHope } from './flush-hope.ts'
import { FlushWaiters } from './flush-waiters.ts'
import { HeldBatches } from './held-batches.ts'
import { Lines } from './lines.ts'
import type { LineSpool } from './line-spool.ts'
import type { DropReason } from './settings.ts'
import type { SinkLimits } from './sink-limits.ts'

export interface DispatcherOptions {
  batcher: Batcher
  delivery: Delivery
  /** Absent where there is no spool. */
  spool: LineSpool | undefined
  /** Each line goes to disk before it goes to Kafka. */
  isDiskFirst: boolean
  memoryMaxBytes: number
  /** Memory of the line that is not finished yet. */
  heldBytes: () => number
  books: Books
  clock: Clock
  limits: SinkLimits
  /** A batch is on its way. */
  onBatch: () => void
}

export class Dispatcher implements BatchOwner {
  readonly #options: DispatcherOptions
  readonly #held = new HeldBatches()
  readonly #copies = new BatchCopies(this.#held)
  readonly #waiters: FlushWaiters
  #watch: Timer | undefined
  #isStopped = false

  constructor(options: DispatcherOptions) {
    this.#options = options
    this.#waiters = new FlushWaiters(options.clock)
  }

  get memoryBytes(): number {
    const { batcher, heldBytes } = this.#options
    return batcher.queue.memoryBytes + this.#held.memoryBytes + heldBytes()
  }

  /** Every sequence up to this one is published or given up, or on disk where that is enough. */
  settled(issued: number, isDiskEnough: boolean): number {
    if (this.#isStopped) return issued
    const waiting = this.#options.batcher.queue.firstSequence() ?? issued + 1
    return Math.min(waiting, this.#held.lowest(isDiskEnough) ?? waiting) - 1
  }

  /** Lines that memory holds on their way somewhere. */
  get held(): SequenceRanges {
    return this.#held.lines
  }

  /** Lines that lie on disk or are being written, and are or may be published from memory. */
  get spokenFor(): SequenceRanges {
    return this.#held.spokenFor
  }

  /** The disk has lost some lines: memory alone keeps the batches that they are in. */
  reclaim(lost: SequenceRanges): void {
    const { spool, batcher } = this.#options
    for (const batch of [...this.#held.inFlight, ...this.#held.ready]) {
      const { lines } = batch
      if (!batch.isOnDisk || !lines.sequences.some((sequence) => lost.has(sequence))) continue
      spool?.settle(lines)
      batch.isOnDisk = false
      if (!this.#held.ready.has(batch)) continue
      this.#held.forget('ready', batch)
      batcher.queue.giveBack(lines)
    }
    this.pump()
  }

  /** Resolves when none of these lines will be published from memory. */
  whenNotHeld(sequences: readonly number[]): Promise<void> {
    return this.#held.whenNotHeld(sequences, () => this.#isStopped)
  }

  /** Lines that are in memory only and that nobody is writing to disk. */
  get unwritten(): Lines {
    const inMemory = [...this.#held.inFlight].filter(({ isOnDisk }) => !isOnDisk)
    return Lines.concat([
      ...inMemory.map(({ lines }) => lines),
      this.#options.batcher.queue.lines(),
    ])
  }

  get isWriting(): boolean {
    return this.#held.appending.size > 0
  }
  /** Everything in memory was written to disk, at the exit of the process. */
  written(): void {
    for (const batch of [...this.#held.inFlight, ...this.#held.appending]) batch.isOnDisk = true
    this.#options.batcher.queue.clear()
  }

  published(lines: Lines, batch: Batch): void {
    const { spool, books } = this.#options
    if (batch.isOnDisk) spool?.settle(lines)
    books.published(lines)
  }

  refused(reason: DropReason, lines: Lines, batch: Batch): void {
    const { spool, books } = this.#options
    if (batch.isOnDisk) spool?.settle(lines)
    books.dropped(reason, lines)
  }

  truncated(): void {
    this.#options.books.truncated()
  }

  /** Sends on what is due. */
  pump(): void {
    if (this.#isStopped) return
    const { batcher, delivery, spool } = this.#options
    const isLeftToDisk = spool !== undefined && spool.isUsable && delivery.isAway
    this.#pumpReady()
    if (isLeftToDisk) for (const batch of this.#held.inFlight) void this.#copies.copy(batch, spool)
    while (this.#dispatch());
    if (this.#mayPublish() || this.#isDiskFirst || isLeftToDisk) batcher.startLinger()
    if (spool !== undefined && this.#held.inFlight.size > 0) this.#startWatch()
  }

  /** Gives up what goes beyond the memory bound. */
  makeRoom(): void {
    const { batcher, memoryMaxBytes, spool, books } = this.#options
    const evicted = new Lines()
    while (this.memoryBytes > memoryMaxBytes && batcher.queue.evict(evicted));
    if (evicted.length === 0) return
    books.dropped(spool?.refusal ?? 'memory-full', evicted)
    this.#settleWaiters()
  }

  /** Resolves with true when every line through `through` is published, given up or on disk; with false at the deadline. */
  async flush(through: number, timeoutMs: number): Promise<boolean> {
    const { batcher, delivery, spool, clock, limits } = this.#options
    if (this.settled(through, false) >= through) return true
    const isHopeless = flushHope(delivery, clock, limits)
    batcher.hurry()
    delivery.wake()
    this.pump()
    if (spool === undefined) return this.#waiters.wait(through, timeoutMs)
    const endAtMs = clock.monotonicMs() + timeoutMs
    const spoolMs = Math.max(limits.flushSpoolMinMs, timeoutMs * limits.flushSpoolPart)
    if (await this.#waiters.wait(through, Math.max(0, timeoutMs - spoolMs), isHopeless)) return true
    await delivery.within(spoolMs, this.#secure(through, spool), undefined)
    // Where the disk fails too, what is left of the time is Kafka's, or the disk's once it is well again.
    const isSecure = (): boolean => this.settled(through, true) >= through
    await this.#waiters.wait(through, Math.max(0, endAtMs - clock.monotonicMs()), isSecure)
    return isSecure()
  }

  /** Nothing leaves memory any more: what is in memory only is given up. */
  stop(reason: DropReason, why: string): void {
    if (this.#isStopped) return
    this.#isStopped = true
    const { batcher, books } = this.#options
    batcher.stop()
    this.#watch?.cancel()
    for (const batch of [...this.#held.inFlight, ...this.#held.appending]) {
      if (!batch.isOnDisk) books.dropped(reason, batch.lines, why)
    }
    const left = batcher.queue.lines()
    batcher.queue.clear()
    books.dropped(reason, left, why)
    this.#held.forgetReady()
    this.#held.wake()
    this.#waiters.finishAll()
  }

  /** Looks now and then whether Kafka stands still. */
  #startWatch(): void {
    const { clock, limits } = this.#options
    const look = (): void => {
      this.#watch = undefined
      this.pump()
    }
    this.#watch ??= clock.setTimer(limits.watchIntervalMs, look, { unref: true })
  }

  get #isDiskFirst(): boolean {
    return this.#options.isDiskFirst && this.#options.spool?.isUsable === true
  }

  get #isPressed(): boolean {
    const { memoryMaxBytes, limits } = this.#options
    return this.memoryBytes > memoryMaxBytes * limits.spoolMemoryPart
  }

  /** Sends one batch on its way; false when none is due or there is no way. */
  #dispatch(): boolean {
    const { batcher, delivery, spool, limits } = this.#options
    if (batcher.queue.length === 0) return false
    const canAppend = spool?.isUsable === true && this.#held.appending.size < limits.appendsMax
    const isPressed = canAppend && this.#isPressed
    if (!isPressed && !batcher.isBatchDue()) return false
    if (this.#isDiskFirst) {
      if (!canAppend) return false
      void this.#append(this.#takeBatch(), spool)
    } else if (this.#mayPublish()) {
      void this.#publish(this.#takeBatch())
    } else if (isPressed || (canAppend && delivery.isAway)) {
      void this.#append(this.#takeBatch(), spool)
    } else {
      return false
    }
    this.makeRoom()
    return true
  }

  #takeBatch(): Batch {
    return new Batch(this.#options.batcher.take() ?? new Lines(), this)
  }

  /** What is on disk already goes to Kafka from memory while that is quick; else the disk alone keeps it. */
  #pumpReady(): void {
    const isLeftToDisk = this.#isPressed || this.#options.delivery.isAway
    for (const batch of this.#held.ready) {
      const mayPublish = this.#mayPublish()
      if (!mayPublish && !isLeftToDisk) return
      this.#held.forget('ready', batch)
      if (mayPublish) void this.#publish(batch)
      else this.#settleWaiters()
    }
  }

  /** Batches in flight leave memory to lines that come in meanwhile, however small its bound is. */
  #mayPublish(): boolean {
    const { delivery, spool, memoryMaxBytes, limits } = this.#options
    const { size } = this.#held.inFlight
    if (this.#isStopped || size >= limits.inFlightMax) return false
    if (size === 0) return true
    // While Kafka stands still, those that are in flight will learn first that it is back.
    if (spool !== undefined && delivery.isAway) return false
    return this.#held.inFlightMemoryBytes <= memoryMaxBytes / 4
  }

  async #publish(batch: Batch): Promise<void> {
    const { delivery, onBatch, spool } = this.#options
    this.#held.hold('inFlight', batch)
    const delivered = delivery.deliver(batch)
    onBatch()
    await delivered
    this.#held.forget('inFlight', batch)
    this.#settleWaiters()
    this.pump()
    spool?.poke()
  }

  async #append(batch: Batch, spool: LineSpool): Promise<void> {
    const { batcher, onBatch, isDiskFirst } = this.#options
    this.#held.hold('appending', batch)
    onBatch()
    batch.isOnDisk = await spool.put(batch.lines)
    this.#held.forget('appending', batch)
    if (!this.#isStopped) {
      if (!batch.isOnDisk) batcher.queue.giveBack(batch.lines)
      else if (isDiskFirst) this.#held.hold('ready', batch)
    }
    this.#settleWaiters()
    this.makeRoom()
    this.pump()
    if (batch.isOnDisk) spool.poke()
  }

  /** What is in memory goes to disk too. Others send batches on their way meanwhile, so it looks again after each. */
  async #secure(through: number, spool: LineSpool): Promise<void> {
    const { queue } = this.#options.batcher
    while (!this.#isStopped && this.settled(through, true) < through) {
      const inMemory = [...this.#held.inFlight].find((batch) => !batch.isOnDisk)
      if (inMemory !== undefined) {
        if (!(await this.#copies.copy(inMemory, spool))) return
      } else if (queue.length === 0) {
        await this.#held.change()
      } else if (spool.isUsable) {
        await this.#append(this.#takeBatch(), spool)
      } else {
        return
      }
    }
    this.#held.forgetReady()
    this.#settleWaiters()
  }

  #settleWaiters(): void {
    this.#waiters.settle(this.settled(Number.MAX_SAFE_INTEGER - 1, false))
  }
}
