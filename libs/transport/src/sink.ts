// The line's way through the transport: redact -> identity -> wait for a batch -> publish, or to disk.
import type { Clock } from '@millrace/foundation'
import type { TransportCounters } from './counters.ts'
import type { Identity } from './identity.ts'
import type { Progress } from './ledger-keeper.ts'
import { LedgerWriter } from './ledger-writer.ts'
import { cutLine } from './line-cut.ts'
import { countLines, LineSplitter } from './line-splitter.ts'
import type { Line, LineRange } from './lines.ts'
import type { Notes } from './notes.ts'
import { Redactor } from './redact/redactor.ts'
import type { DropReason, Settings } from './settings.ts'
import { assembleSink, publishLedger, type SinkEdge, type SinkParts } from './sink-parts.ts'

export class Sink {
  readonly #settings: Settings
  readonly #clock: Clock
  readonly #notes: Notes
  readonly #splitter: LineSplitter
  readonly #redactor: Redactor | undefined
  readonly #parts: SinkParts
  readonly #ledgers: LedgerWriter
  /** The line that is taken in: the same object for each. */
  readonly #range: LineRange = {
    chunk: Buffer.alloc(0),
    start: 0,
    end: 0,
    sequence: 0,
    arrivedAt: 0,
  }
  #isStopped = false
  #closing: Promise<void> | undefined

  constructor(settings: Settings, edge: SinkEdge) {
    this.#settings = settings
    this.#clock = edge.clock
    this.#notes = edge.notes
    if (settings.redact !== false) {
      this.#redactor = new Redactor(settings.redact, ({ name }) =>
        // Its message could hold a piece of the line.
        edge.notes.trouble(
          'redact',
          `a line was replaced as a whole: redaction failed with ${name}`,
        ),
      )
    }
    this.#parts = assembleSink(settings, edge, {
      heldBytes: () => this.#splitter.heldBytes,
      onBatch: () => this.#ledgers.begin(),
    })
    const { limits, books } = this.#parts
    this.#splitter = new LineSplitter({
      lineHeldMaxBytes: Math.min(limits.lineHeldMaxBytes, Math.floor(settings.memoryMaxBytes / 4)),
      onLine: (...line) => this.#acceptLine(...line),
    })
    this.#ledgers = new LedgerWriter({
      keeper: books.keeper,
      clock: edge.clock,
      intervalMs: limits.ledgerIntervalMs,
      quietIntervalsMax: limits.ledgerQuietIntervalsMax,
      progress: (isClosed) => this.#progress(isClosed),
      publish: (ledger) => publishLedger(ledger, this.#parts),
    })
  }

  get identity(): Identity {
    return this.#parts.identity
  }

  get counters(): TransportCounters {
    const { books, dispatcher } = this.#parts
    return books.counters.snapshot(dispatcher.memoryBytes)
  }

  /** Whether the end of the process has something to wait for. */
  get hasUnsaid(): boolean {
    return this.#parts.books.counters.waiting > 0 || this.#ledgers.hasNews(true)
  }

  /** Takes bytes of a chunk that nobody changes afterwards. Returns at once, whatever the broker and the disk do. */
  accept(chunk: Buffer, start = 0, end = chunk.length): void {
    if (this.#isStopped) return this.refuse('closed', countLines(chunk.subarray(start, end)))
    const { dispatcher, spool } = this.#parts
    this.#range.arrivedAt = this.#clock.now()
    this.#redactor?.begin(chunk, start, end)
    this.#splitter.push(chunk, start, end)
    dispatcher.makeRoom()
    dispatcher.pump()
    spool?.markIssued()
  }

  /**
   * Counts lines that could not even be accepted. They get sequences, so that the ledger can name them; after the
   * close there is no ledger any more.
   */
  refuse(reason: DropReason, count: number): void {
    const { identity, books } = this.#parts
    books.counters.accepted += count
    if (!this.#isStopped && count > 0) {
      const first = identity.sequence + 1
      for (let line = 0; line < count; line++) identity.next()
      books.keeper.drop(reason, first, identity.sequence)
      this.#ledgers.watch()
    }
    books.count(reason, count)
  }

  /** Resolves with true when every line accepted so far is in Kafka, on disk or given up; with false at the deadline. Never rejects. */
  flush(): Promise<boolean> {
    const { dispatcher, identity } = this.#parts
    return dispatcher.flush(identity.sequence, this.#settings.closeTimeoutMs)
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

  /** Close without waiting for Kafka: what waits goes to disk, or is dropped where there is none. */
  abort(): void {
    this.exit()
    this.#stop()
    void this.close()
  }

  /** The process ends now: what is in memory only goes to disk at once, with the last ledger. */
  exit(): void {
    const { spool, identity, dispatcher, books } = this.#parts
    if (spool === undefined || this.#isStopped) return
    this.#splitter.end()
    const lines = dispatcher.unwritten
    if (lines.length > 0 || dispatcher.isWriting || books.keeper.hasUnsaidDrops) {
      const issued = identity.sequence
      const ledger = books.keeper.compose({ issued, settled: issued, isClosed: true })
      if (spool.putSync(lines, ledger)) dispatcher.written()
    }
    spool.tellLeft()
  }

  async #close(): Promise<void> {
    let deadline = this.#clock.monotonicMs()
    const { limits, dispatcher, delivery, spool } = this.#parts
    if (!this.#isStopped) {
      deadline += this.#settings.closeTimeoutMs
      this.#splitter.end()
      dispatcher.makeRoom()
      await this.flush()
      this.#stop()
    }
    await this.#closeBooks(deadline)
    if (spool !== undefined) {
      spool.tellLeft()
      await delivery.within(limits.disconnectTimeoutMs, spool.close(), undefined)
    }
    await delivery.close(limits.disconnectTimeoutMs)
  }

  /** Resolves with true when the last ledger is in Kafka or on disk. */
  async #closeBooks(deadline: number): Promise<boolean> {
    if (!this.#ledgers.hasNews(true)) return true
    const { limits, delivery } = this.#parts
    const leftMs = Math.max(limits.lastLedgerTimeoutMinMs, deadline - this.#clock.monotonicMs())
    return delivery.within(leftMs, this.#ledgers.write(true), false)
  }

  #stop(): void {
    if (this.#isStopped) return
    this.#isStopped = true
    const { delivery, spool, recovery, dispatcher } = this.#parts
    this.#ledgers.end()
    delivery.stop()
    spool?.stop()
    recovery?.stop()
    dispatcher.stop('closed', delivery.obstacle)
    this.#notes.end()
  }

  #acceptLine(chunk: Buffer, start: number, end: number, originalBytes: number): void {
    const { identity, books, batcher, limits } = this.#parts
    books.counters.accepted++
    const isWhole = originalBytes === end - start && originalBytes <= limits.lineMaxBytes
    // Before anything else holds the line: what waits, is cut, goes to disk or is told must not have a secret.
    if (isWhole && !(this.#redactor?.mayHold(chunk, start, end) ?? false)) {
      const range = this.#range
      range.chunk = chunk
      range.start = start
      range.end = end
      range.sequence = identity.next()
      batcher.push(range)
      return
    }
    const value = this.#redact(chunk.subarray(start, end))
    const line: Line = { value, sequence: identity.next(), arrivedAt: this.#range.arrivedAt }
    if (value.length > limits.lineMaxBytes || originalBytes > end - start) {
      line.value = cutLine(value, limits.lineMaxBytes)
      line.originalBytes = originalBytes
      books.truncated()
    }
    batcher.add(line)
  }

  #redact(line: Buffer): Buffer {
    if (this.#redactor === undefined) return line
    const value = this.#redactor.redact(line)
    this.#parts.books.counters.redacted = this.#redactor.redacted
    return value
  }

  #progress(isClosed: boolean): Progress {
    const { identity, dispatcher } = this.#parts
    const issued = identity.sequence
    return { issued, settled: dispatcher.settled(issued, true), isClosed }
  }
}
