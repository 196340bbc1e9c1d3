// The line's way through the transport: identity -> (redact) -> wait for a batch -> publish.
import type { Clock, Random, Timer } from '@millrace/foundation'
import type { Producer } from '@millrace/kafka'
import { Counters, type TransportCounters } from './counters.ts'
import { Delivery } from './delivery.ts'
import { Identity } from './identity.ts'
import { cutLine } from './line-cut.ts'
import { LineQueue, memoryBytesOf, type QueuedLine } from './line-queue.ts'
import { LineSplitter } from './line-splitter.ts'
import type { Notes } from './notes.ts'
import type { DropReason, Settings } from './settings.ts'

/** Bounds that nobody has to tune; tests do. */
export const sinkLimits = {
  /** Batches that are published at the same time. */
  inFlightMax: 4,
  /** Lines in one batch. */
  batchLinesMax: 10_000,
  /** Longest line that is not cut: the topic's default `max.message.bytes`, 1048588, less room for key, header and frame. */
  lineMaxBytes: 1_048_588 - 4_096,
  /** Shortest cut of a line that a broker calls too large; after that the line is given up. */
  lineCutMinBytes: 512,
  /** Most bytes of one line without an end that are held. */
  lineHeldMaxBytes: 16_777_216,
  /** Longest that one try of a batch may take. */
  publishTimeoutMs: 120_000,
  /** First and longest wait between tries of a batch. */
  retryInitialMs: 100,
  retryMaxMs: 5_000,
  /** Longest that closing the connections may take, after the flush. */
  disconnectTimeoutMs: 500,
}
export type SinkLimits = typeof sinkLimits

export interface SinkParts {
  createProducer: () => Producer
  clock: Clock
  random: Random
  hostname: string
  notes: Notes
  limits?: Partial<SinkLimits>
}

interface Batch {
  /** No line in the batch has a lower sequence. */
  firstSequence: number
  memoryBytes: number
}

interface FlushWaiter {
  through: number
  finish: (isSettled: boolean) => void
}

export class Sink {
  readonly identity: Identity
  readonly #settings: Settings
  readonly #limits: SinkLimits
  readonly #clock: Clock
  readonly #notes: Notes
  readonly #counters = new Counters()
  readonly #splitter: LineSplitter
  readonly #queue = new LineQueue()
  readonly #delivery: Delivery
  readonly #inFlight = new Set<Batch>()
  readonly #waiters = new Set<FlushWaiter>()
  #inFlightMemoryBytes = 0
  #arrivedAt = 0
  /** Lines up to this sequence have waited long enough for company. */
  #dispatchThrough = 0
  #linger: Timer | undefined
  #isStopped = false
  #closing: Promise<void> | undefined

  constructor(settings: Settings, parts: SinkParts) {
    const limits = { ...sinkLimits, ...parts.limits }
    this.#settings = settings
    this.#limits = limits
    this.#clock = parts.clock
    this.#notes = parts.notes
    this.identity = new Identity({ settings, ...parts })
    this.#splitter = new LineSplitter({
      lineHeldMaxBytes: Math.min(limits.lineHeldMaxBytes, Math.floor(settings.memoryMaxBytes / 4)),
      onLine: (line, originalBytes) => this.#acceptLine(line, originalBytes),
    })
    this.#delivery = new Delivery({
      createProducer: parts.createProducer,
      clock: parts.clock,
      random: parts.random,
      notes: parts.notes,
      topic: settings.topic,
      compression: settings.compression,
      toRecord: (line) => this.identity.record(line),
      backoff: { initialMs: limits.retryInitialMs, maxMs: limits.retryMaxMs },
      publishTimeoutMs: limits.publishTimeoutMs,
      lineCutMinBytes: limits.lineCutMinBytes,
      counters: this.#counters,
      onDropped: (reason, count) => this.#drop(reason, count),
    })
  }

  get counters(): TransportCounters {
    return this.#counters.snapshot(this.#memoryBytes)
  }

  /** Takes bytes that nobody changes afterwards. Returns at once, whatever the broker does. */
  accept(chunk: Buffer): void {
    if (this.#isStopped) return this.refuse('closed', countLines(chunk))
    this.#arrivedAt = this.#clock.now()
    this.#splitter.push(chunk)
    this.#makeRoom()
    this.#pump()
  }

  /** Counts lines that could not even be accepted. */
  refuse(reason: DropReason, count: number): void {
    this.#counters.accepted += count
    this.#drop(reason, count)
  }

  /** Resolves with true when every line accepted so far is settled, with false at the deadline. Never rejects. */
  flush(): Promise<boolean> {
    const through = this.identity.sequence
    if (this.#isSettled(through)) return Promise.resolve(true)
    if (this.#isStopped) return Promise.resolve(false)
    this.#dispatchThrough = through
    this.#delivery.wake()
    this.#pump()
    return new Promise((resolve) => {
      const finish = (isSettled: boolean): void => {
        timer.cancel()
        this.#waiters.delete(waiter)
        resolve(isSettled)
      }
      // This timer alone holds the process: whoever waits for a flush wants it to live that long.
      const timer = this.#clock.setTimer(this.#settings.closeTimeoutMs, () => finish(false))
      const waiter: FlushWaiter = { through, finish }
      this.#waiters.add(waiter)
    })
  }

  /** Flushes within `closeTimeoutMs`, counts what is left as dropped, disconnects. Safe to call twice; never rejects. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  /** Close without waiting for Kafka. */
  abort(): void {
    this.#stop()
    void this.close()
  }

  async #close(): Promise<void> {
    if (!this.#isStopped) {
      this.#splitter.end()
      this.#makeRoom()
      await this.flush()
      this.#stop()
    }
    await this.#delivery.close(this.#limits.disconnectTimeoutMs)
  }

  #stop(): void {
    if (this.#isStopped) return
    this.#isStopped = true
    this.#linger?.cancel()
    this.#delivery.stop()
    while (this.#queue.shift() !== undefined);
    const left = this.counters.waiting
    if (left > 0) this.#drop('closed', left, this.#delivery.obstacle)
    for (const waiter of this.#waiters) waiter.finish(false)
    this.#notes.end()
  }

  #acceptLine(line: Buffer, originalBytes: number): void {
    const { lineMaxBytes } = this.#limits
    this.#counters.accepted++
    // Redaction takes its place here, before the line waits or leaves.
    const queued: QueuedLine = {
      value: line,
      sequence: this.identity.next(),
      arrivedAt: this.#arrivedAt,
    }
    if (originalBytes > lineMaxBytes || originalBytes > line.length) {
      queued.value = cutLine(line, lineMaxBytes)
      queued.originalBytes = originalBytes
      this.#counters.truncated++
    }
    this.#queue.push(queued)
  }

  get #memoryBytes(): number {
    return this.#queue.memoryBytes + this.#inFlightMemoryBytes + this.#splitter.heldBytes
  }

  #makeRoom(): void {
    let count = 0
    // The spool takes its place here: what memory can't keep goes to disk first.
    while (this.#memoryBytes > this.#settings.memoryMaxBytes && this.#queue.evict()) count++
    if (count === 0) return
    this.#drop('memory-full', count)
    this.#settleWaiters()
  }

  #drop(reason: DropReason, count: number, why?: string): void {
    this.#counters.dropped[reason] += count
    this.#notes.dropped(reason, count, why)
    try {
      this.#settings.onDrop?.({ reason, count })
    } catch {
      // The listener is the application's; its fault must not reach the logging call.
    }
  }

  #pump(): void {
    while (this.#mayPublish() && this.#isBatchDue()) {
      void this.#publish(this.#takeBatch())
      this.#makeRoom()
    }
    if (this.#queue.length === 0 || !this.#mayPublish() || this.#linger !== undefined) return
    this.#linger = this.#clock.setTimer(this.#settings.lingerMs, () => this.#endLinger(), {
      unref: true,
    })
  }

  /** Batches in flight leave memory to lines that come in meanwhile, however small its bound is. */
  #mayPublish(): boolean {
    if (this.#isStopped || this.#inFlight.size >= this.#limits.inFlightMax) return false
    return (
      this.#inFlight.size === 0 || this.#inFlightMemoryBytes <= this.#settings.memoryMaxBytes / 4
    )
  }

  #endLinger(): void {
    this.#linger = undefined
    this.#dispatchThrough = this.identity.sequence
    this.#pump()
  }

  #isBatchDue(): boolean {
    const first = this.#queue.first()
    if (first === undefined) return false
    if (first.sequence <= this.#dispatchThrough || this.#settings.lingerMs === 0) return true
    if (this.#queue.length >= this.#limits.batchLinesMax) return true
    const overheadBytes = this.#queue.length * this.identity.recordOverheadBytes
    return this.#queue.valueBytes + overheadBytes >= this.#settings.batchBytes
  }

  /** As many lines as fit, at least one. */
  #takeBatch(): QueuedLine[] {
    const lines: QueuedLine[] = []
    const overheadBytes = this.identity.recordOverheadBytes
    let bytes = 0
    for (let line = this.#queue.first(); line !== undefined; line = this.#queue.first()) {
      bytes += line.value.length + overheadBytes
      if (lines.length > 0 && bytes > this.#settings.batchBytes) break
      if (lines.length >= this.#limits.batchLinesMax) break
      this.#queue.shift()
      lines.push(line)
    }
    return lines
  }

  async #publish(lines: QueuedLine[]): Promise<void> {
    const batch: Batch = { firstSequence: lines[0]!.sequence, memoryBytes: 0 }
    // Twice: while a batch is on its way there is also its encoded copy.
    for (const line of lines) batch.memoryBytes += memoryBytesOf(line) + line.value.length
    this.#inFlight.add(batch)
    this.#inFlightMemoryBytes += batch.memoryBytes
    await this.#delivery.deliver(lines)
    this.#inFlight.delete(batch)
    this.#inFlightMemoryBytes -= batch.memoryBytes
    this.#settleWaiters()
    this.#pump()
  }

  /** Sequences leave the queue in ascending order, so the oldest unsettled one is first in a batch or in the queue. */
  #isSettled(through: number): boolean {
    const first = this.#queue.first()
    if (first !== undefined && first.sequence <= through) return false
    for (const batch of this.#inFlight) if (batch.firstSequence <= through) return false
    return true
  }

  #settleWaiters(): void {
    for (const waiter of this.#waiters) if (this.#isSettled(waiter.through)) waiter.finish(true)
  }
}

/** Lines in a chunk that is not taken; the last may lack its terminator. */
export function countLines(chunk: Buffer): number {
  let count = 0
  for (let at = chunk.indexOf(0x0a); at !== -1; at = chunk.indexOf(0x0a, at + 1)) count++
  return chunk.length > 0 && chunk[chunk.length - 1] !== 0x0a ? count + 1 : count
}
