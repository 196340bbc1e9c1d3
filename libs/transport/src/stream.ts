// The way in: a Writable that takes lines from any logger and never makes it wait.
import { Writable } from 'node:stream'
import type { TransportCounters } from './counters.ts'
import type { Host } from './host.ts'
import { Notes } from './notes.ts'
import type { ExitGuest } from './process-end.ts'
import type { Settings } from './settings.ts'
import { countLines } from './line-splitter.ts'
import { Sink } from './sink.ts'
import type { SinkLimits } from './sink-limits.ts'
import { type TextBytes, TextMemory } from './text-memory.ts'

type WriteCallback = (error?: Error | null) => void

/**
 * Lines in, separated by line feeds; records out, to Kafka. `write` always returns true and never throws:
 * bounded memory and counted drops take the place of back pressure. Runtime trouble is no `error` event, it
 * is retried, counted and noted on standard error.
 */
export class MillraceStream extends Writable {
  readonly #sink: Sink
  readonly #notes: Notes
  readonly #texts = new TextMemory()
  #guest: ExitGuest | undefined
  #leave: (() => void) | undefined

  constructor(settings: Settings, host: Host, limits: Partial<SinkLimits> = {}) {
    super({ decodeStrings: false })
    this.#notes = new Notes(host.clock, host.note)
    this.#sink = new Sink(settings, {
      clock: host.clock,
      random: host.random,
      hostname: host.hostname,
      notes: this.#notes,
      spool: host.spool,
      limits,
      createProducer: () => host.createProducer(settings),
    })
  }

  /** A snapshot of the books. */
  get counters(): TransportCounters {
    return this.#sink.counters
  }

  /** The instance id: first part of each event id, and ECS `agent.ephemeral_id`. */
  get instance(): string {
    return this.#sink.identity.instance
  }

  /** Flushes when the process has nothing left to do, and says so when it ends with lines left. */
  flushAtProcessEnd(host: Pick<Host, 'processEnd'>): void {
    if (this.#guest !== undefined) return
    const guest: ExitGuest = {
      hasWaiting: () => this.#sink.hasUnsaid,
      flush: () => this.#sink.rest(),
      onExit: () => {
        this.#sink.exit()
        this.#tellLeft()
      },
    }
    this.#guest = guest
    this.#leave = () => host.processEnd.remove(guest)
    host.processEnd.add(guest)
  }

  /**
   * Resolves with true when everything written before is in Kafka (or counted as dropped), with false after
   * `closeTimeoutMs`. Calls `callback` in both cases, so that `logger.flush(callback)` works. Never rejects.
   */
  async flush(callback?: () => void): Promise<boolean> {
    const isSettled = await this.#sink.flush()
    if (callback !== undefined) process.nextTick(callback)
    return isSettled
  }

  /** Ends the stream: flush within `closeTimeoutMs`, count the rest as dropped, disconnect. Safe to call twice; never rejects. */
  async close(): Promise<void> {
    if (!this.writableEnded && !this.destroyed) this.end()
    await this.#sink.close()
  }

  override write(chunk: unknown, callback?: WriteCallback): boolean
  override write(chunk: unknown, encoding: BufferEncoding, callback?: WriteCallback): boolean
  override write(
    chunk: unknown,
    encoding?: BufferEncoding | WriteCallback,
    callback?: WriteCallback,
  ): boolean {
    this.#take(chunk, typeof encoding === 'string' ? encoding : 'utf8')
    const done = typeof encoding === 'function' ? encoding : callback
    if (typeof done === 'function') process.nextTick(done, null)
    return true
  }

  /** Only the last chunk of `end(chunk)` comes this way. */
  override _write(chunk: unknown, encoding: BufferEncoding, callback: WriteCallback): void {
    this.#take(chunk, encoding, true)
    callback()
  }

  override _final(callback: WriteCallback): void {
    const close = async (): Promise<void> => {
      await this.#sink.close()
      callback()
    }
    void close()
  }

  override _destroy(error: Error | null, callback: WriteCallback): void {
    this.#sink.abort()
    this.#leave?.()
    callback(error)
  }

  #take(chunk: unknown, encoding: BufferEncoding, isLast = false): void {
    try {
      const bytes = this.#ownBytes(chunk, encoding)
      if (bytes === undefined) {
        this.#sink.refuse('unreadable', 1)
        this.#notes.trouble('unreadable', `write takes text or bytes, got ${typeof chunk}`)
      } else if (!isLast && (this.writableEnded || this.destroyed)) {
        const { start, end } = bytes
        this.#sink.refuse('closed', countLines(bytes.chunk.subarray(start, end)))
      } else {
        this.#sink.accept(bytes.chunk, bytes.start, bytes.end)
      }
    } catch (error) {
      // A fault of our own must not become the application's.
      this.#notes.trouble('fault', `a write failed: ${String(error)}`)
    }
  }

  #tellLeft(): void {
    const { waiting } = this.counters
    if (waiting === 0) return
    this.#notes.trouble(
      'exit',
      `the process ends with ${waiting} lines that Kafka has not acknowledged; await stream.close() before process.exit()`,
    )
  }

  /** Bytes that the caller can't change any more; undefined for what is neither text nor bytes. */
  #ownBytes(chunk: unknown, encoding: BufferEncoding): TextBytes | undefined {
    if (typeof chunk === 'string') return this.#texts.put(chunk, encoding)
    if (!(chunk instanceof Uint8Array)) return undefined
    const copy = Buffer.from(chunk)
    return { chunk: copy, start: 0, end: copy.length }
  }
}
