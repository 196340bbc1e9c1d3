// The line's way through the transport: identity -> (redact) -> wait for a batch -> publish.
import type { Clock, Random } from '@millrace/foundation'
import type { Producer } from '@millrace/kafka'
import { Batch } from './batch.ts'
import { Batcher } from './batcher.ts'
import { Counters, type TransportCounters } from './counters.ts'
import { Delivery } from './delivery.ts'
import { FlushWaiters } from './flush-waiters.ts'
import { Identity } from './identity.ts'
import { LedgerKeeper, type Progress } from './ledger-keeper.ts'
import { LedgerWriter } from './ledger-writer.ts'
import { cutLine } from './line-cut.ts'
import type { QueuedLine } from './line-queue.ts'
import { countLines, LineSplitter } from './line-splitter.ts'
import type { Notes } from './notes.ts'
import type { DropReason, Settings } from './settings.ts'
import { type SinkLimits, sinkLimits } from './sink-limits.ts'

export interface SinkParts {
  createProducer: () => Producer
  clock: Clock
  random: Random
  hostname: string
  notes: Notes
  limits?: Partial<SinkLimits>
}

export class Sink {
  readonly identity: Identity
  readonly #settings: Settings
  readonly #limits: SinkLimits
  readonly #clock: Clock
  readonly #notes: Notes
  readonly #counters = new Counters()
  readonly #splitter: LineSplitter
  readonly #batcher: Batcher
  readonly #delivery: Delivery
  readonly #keeper: LedgerKeeper
  readonly #ledgers: LedgerWriter
  readonly #inFlight = new Set<Batch>()
  readonly #waiters: FlushWaiters
  #inFlightMemoryBytes = 0
  #arrivedAt = 0
  #isStopped = false
  #closing: Promise<void> | undefined

  constructor(settings: Settings, parts: SinkParts) {
    const limits = { ...sinkLimits, ...parts.limits }
    this.#settings = settings
    this.#limits = limits
    this.#clock = parts.clock
    this.#notes = parts.notes
    this.identity = new Identity({ settings, ...parts })
    this.#waiters = new FlushWaiters(parts.clock)
    this.#splitter = new LineSplitter({
      lineHeldMaxBytes: Math.min(limits.lineHeldMaxBytes, Math.floor(settings.memoryMaxBytes / 4)),
      onLine: (line, originalBytes) => this.#acceptLine(line, originalBytes),
    })
    this.#batcher = new Batcher({
      clock: parts.clock,
      lingerMs: settings.lingerMs,
      batchBytes: settings.batchBytes,
      batchLinesMax: limits.batchLinesMax,
      recordOverheadBytes: this.identity.recordOverheadBytes,
      onLingerEnd: () => this.#pump(),
    })
    this.#delivery = new Delivery({
      createProducer: parts.createProducer,
      clock: parts.clock,
      random: parts.random,
      notes: parts.notes,
      topic: settings.topic,
      compression: settings.compression,
      toRecord: (line, isResent) => this.identity.record(line, isResent),
      backoff: { initialMs: limits.retryInitialMs, maxMs: limits.retryMaxMs },
      publishTimeoutMs: limits.publishTimeoutMs,
      lineCutMinBytes: limits.lineCutMinBytes,
      counters: this.#counters,
      onPublished: (lines) => this.#published(lines),
      onDropped: (reason, lines) => this.#dropLines(reason, lines),
    })
    this.#keeper = new LedgerKeeper({
      instance: this.identity.instance,
      durability: 'none',
      counters: this.#counters,
      clock: parts.clock,
      rangesMax: limits.ledgerRangesMax,
    })
    this.#ledgers = new LedgerWriter({
      keeper: this.#keeper,
      clock: parts.clock,
      intervalMs: limits.ledgerIntervalMs,
      quietIntervalsMax: limits.ledgerQuietIntervalsMax,
      progress: (isClosed) => this.#progress(isClosed),
      publish: (ledger) => this.#delivery.publishOnce([this.identity.ledgerRecord(ledger)]),
    })
  }

  get counters(): TransportCounters {
    return this.#counters.snapshot(this.#memoryBytes)
  }

  /** Whether the end of the process has something to wait for. */
  get hasUnsaid(): boolean {
    return this.#counters.waiting > 0 || this.#ledgers.hasNews(true)
  }

  /** Takes bytes that nobody changes afterwards. Returns at once, whatever the broker does. */
  accept(chunk: Buffer): void {
    if (this.#isStopped) return this.refuse('closed', countLines(chunk))
    this.#arrivedAt = this.#clock.now()
    this.#splitter.push(chunk)
    this.#makeRoom()
    this.#pump()
  }

  /** Counts lines that could not even be accepted. After the close they are beyond the last ledger, so they get no sequence. */
  refuse(reason: DropReason, count: number): void {
    this.#counters.accepted += count
    if (!this.#isStopped && count > 0) {
      const first = this.identity.sequence + 1
      for (let line = 0; line < count; line++) this.identity.next()
      this.#keeper.drop(reason, first, this.identity.sequence)
    }
    this.#countDrop(reason, count)
  }

  /** Resolves with true when every line accepted so far is settled, with false at the deadline. Never rejects. */
  flush(): Promise<boolean> {
    const through = this.identity.sequence
    if (this.#isSettled(through)) return Promise.resolve(true)
    if (this.#isStopped) return Promise.resolve(false)
    this.#batcher.hurry()
    this.#delivery.wake()
    this.#pump()
    return this.#waiters.wait(through, this.#settings.closeTimeoutMs)
  }

  /** A flush, and the books closed for now: what the process does last. Resolves with the flush's outcome. */
  async rest(): Promise<boolean> {
    const deadline = this.#clock.monotonicMs() + this.#settings.closeTimeoutMs
    const isSettled = await this.flush()
    return (await this.#closeBooks(deadline)) && isSettled
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
    let deadline = this.#clock.monotonicMs()
    if (!this.#isStopped) {
      deadline += this.#settings.closeTimeoutMs
      this.#splitter.end()
      this.#makeRoom()
      await this.flush()
      this.#stop()
    }
    await this.#closeBooks(deadline)
    await this.#delivery.close(this.#limits.disconnectTimeoutMs)
  }

  /** Resolves with true when Kafka has the last ledger. */
  async #closeBooks(deadline: number): Promise<boolean> {
    if (!this.#ledgers.hasNews(true)) return true
    const leftMs = Math.max(
      this.#limits.lastLedgerTimeoutMinMs,
      deadline - this.#clock.monotonicMs(),
    )
    return this.#delivery.within(leftMs, this.#ledgers.write(true), false)
  }

  #stop(): void {
    if (this.#isStopped) return
    this.#isStopped = true
    this.#batcher.stop()
    this.#ledgers.end()
    this.#delivery.stop()
    const why = this.#delivery.obstacle
    for (const batch of this.#inFlight) this.#dropLines('closed', batch.lines, why)
    const { queue } = this.#batcher
    for (let line = queue.shift(); line !== undefined; line = queue.shift()) {
      this.#dropLines('closed', [line], why)
    }
    this.#waiters.finishAll()
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
    this.#batcher.push(queued)
  }

  get #memoryBytes(): number {
    return this.#batcher.queue.memoryBytes + this.#inFlightMemoryBytes + this.#splitter.heldBytes
  }

  #makeRoom(): void {
    const evicted: QueuedLine[] = []
    while (this.#memoryBytes > this.#settings.memoryMaxBytes) {
      const line = this.#batcher.queue.evict()
      if (line === undefined) break
      evicted.push(line)
    }
    if (evicted.length === 0) return
    this.#dropLines('memory-full', evicted)
    this.#settleWaiters()
  }

  #dropLines(reason: DropReason, lines: readonly QueuedLine[], why?: string): void {
    for (const { sequence } of lines) this.#keeper.drop(reason, sequence)
    this.#countDrop(reason, lines.length, why)
  }

  #countDrop(reason: DropReason, count: number, why?: string): void {
    if (count === 0) return
    this.#counters.dropped[reason] += count
    this.#notes.dropped(reason, count, why)
    try {
      this.#settings.onDrop?.({ reason, count })
    } catch {
      // The listener is the application's; its fault must not reach the logging call.
    }
  }

  #pump(): void {
    while (this.#mayPublish() && this.#batcher.isBatchDue()) {
      void this.#publish(new Batch(this.#batcher.take()))
      this.#makeRoom()
    }
    if (this.#mayPublish()) this.#batcher.startLinger()
  }

  /** Batches in flight leave memory to lines that come in meanwhile, however small its bound is. */
  #mayPublish(): boolean {
    if (this.#isStopped || this.#inFlight.size >= this.#limits.inFlightMax) return false
    return (
      this.#inFlight.size === 0 || this.#inFlightMemoryBytes <= this.#settings.memoryMaxBytes / 4
    )
  }

  async #publish(batch: Batch): Promise<void> {
    this.#inFlight.add(batch)
    this.#inFlightMemoryBytes += batch.memoryBytes
    const delivered = this.#delivery.deliver(batch)
    this.#ledgers.begin()
    await delivered
    this.#inFlight.delete(batch)
    this.#inFlightMemoryBytes -= batch.memoryBytes
    this.#settleWaiters()
    this.#pump()
  }

  #published(lines: readonly QueuedLine[]): void {
    this.#counters.published += lines.length
  }

  #progress(isClosed: boolean): Progress {
    const issued = this.identity.sequence
    return { issued, settled: this.#firstUnsettled() - 1, isClosed }
  }

  /** Sequences leave the queue in ascending order, so the oldest unsettled one is first in a batch or in the queue. */
  #firstUnsettled(): number {
    let first = this.#batcher.queue.first()?.sequence ?? this.identity.sequence + 1
    if (this.#isStopped) return first
    for (const batch of this.#inFlight) first = Math.min(first, batch.firstSequence ?? first)
    return first
  }

  #isSettled(through: number): boolean {
    return this.#firstUnsettled() > through
  }

  #settleWaiters(): void {
    this.#waiters.settle(this.#firstUnsettled() - 1)
  }
}
