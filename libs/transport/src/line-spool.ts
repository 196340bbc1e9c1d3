// Lines on disk: what memory can't keep or Kafka does not take, and its way from there to the topic.
import {
  decodeSourceFacts,
  type Ledger,
  type SequenceRange,
  SequenceRanges,
} from '@millrace/envelope'
import type { Clock, Timer } from '@millrace/foundation'
import type { AppendOutcome, SpoolLoss, SpoolRecord, StoredRecord } from '@millrace/spool'
import { Batch } from './batch.ts'
import type { Books } from './books.ts'
import type { Delivery } from './delivery.ts'
import type { Identity } from './identity.ts'
import { type Line, Lines } from './lines.ts'
import type { Notes } from './notes.ts'
import type { Settings } from './settings.ts'
import type { SinkLimits } from './sink-limits.ts'
import type { SpoolAccess, SpoolFile } from './spool-access.ts'

export interface LineSpoolOptions {
  access: SpoolAccess
  settings: Pick<Settings, 'topic' | 'brokers' | 'batchBytes' | 'durability'>
  directory: string
  maxBytes: number
  identity: Identity
  delivery: Delivery
  books: Books
  clock: Clock
  notes: Notes
  limits: SinkLimits
  /** Lines on disk that will be published from memory; and when some of them are not in memory any more. */
  spokenFor: () => SequenceRanges
  whenNotHeld: (sequences: readonly number[]) => Promise<void>
  /** Told about lines that were on disk and are not any more. */
  onLoss: (loss: SpoolLoss) => void
}

const troubleKind = 'spool'
const stuck: Extract<AppendOutcome, { ok: false }> = {
  ok: false,
  reason: 'spool-failed',
  detail: 'the disk does not answer',
}

export class LineSpool {
  readonly #options: LineSpoolOptions
  readonly #file: SpoolFile
  readonly #stopped = new AbortController()
  #refusal: Exclude<AppendOutcome, { ok: true }>['reason'] | undefined
  #refusedAt = 0
  /** Lines that were read from disk and are on their way to Kafka: they are in memory too. */
  sending = new Lines()
  #losses = 0
  /** Writes that have not come to their end in time. */
  #stuck = 0
  #isDraining = false
  /** What the close left to the next process. */
  #left: SequenceRanges | undefined
  #pause: Timer | undefined

  constructor(options: LineSpoolOptions) {
    this.#options = options
    const { access, settings, directory, maxBytes, identity, clock, notes } = options
    this.#file = access.open({
      directory,
      maxBytes,
      // Lines that never reach the disk are then known to be missing, even after a SIGKILL.
      marksFirst: settings.durability === 'always',
      mustOwnDirectory: directory === access.defaultDirectory,
      head: {
        instance: identity.instance,
        topic: settings.topic,
        brokers: settings.brokers,
        header: identity.header,
      },
      clock,
      note(kind, text) {
        if (kind === 'spool-again') notes.over(troubleKind, text)
        else notes.trouble(kind, text)
      },
      onLoss: (loss) => {
        this.#losses++
        options.onLoss(loss)
      },
    })
  }

  /** Lines on disk that Kafka has not acknowledged. */
  get stored(): SequenceRanges {
    return this.#left ?? this.#file.stored
  }

  /** False for a while after the disk has failed or the spool was full. */
  get isUsable(): boolean {
    const { clock, limits } = this.#options
    if (this.#stuck > 0 || !this.#file.isUsable) return false
    const restedMs = clock.monotonicMs() - this.#refusedAt
    return this.#refusal === undefined || restedMs >= limits.spoolRestMs
  }

  /** Why the spool has taken nothing lately. */
  get refusal(): 'spool-full' | 'spool-failed' | undefined {
    return this.#refusal
  }

  /**
   * Resolves with true when these lines are on disk, with false when the disk refuses them or does not answer in
   * time. Never rejects.
   */
  async put(lines: Lines): Promise<boolean> {
    if (lines.length === 0) return true
    if (!this.isUsable) return false
    const { identity, books, delivery, limits, notes } = this.#options
    const losses = this.#losses
    this.#file.markIssued(identity.sequence)
    const append = this.#file.append(recordsOf(lines, identity))
    const outcome = await delivery.within(limits.appendTimeoutMs, append, stuck, { unref: true })
    if (outcome === stuck) {
      notes.trouble(troubleKind, `the spool takes no lines: ${stuck.detail}`)
      void this.#takeBack(append, lines)
    }
    if (!this.#note(outcome)) return false
    books.counters.spooledTotal += lines.length
    if (this.#losses === losses) return true
    // These may be among the lines that the disk has lost meanwhile.
    this.settle(lines)
    return false
  }

  /** Lines of a write that came to its end too late: memory has kept them, and has perhaps published them. */
  async #takeBack(append: Promise<AppendOutcome>, lines: Lines): Promise<void> {
    // Until then nothing else is written: the same lines must not be on disk for another reason.
    this.#stuck++
    const { ok } = await append
    this.#stuck--
    if (ok && !this.#stopped.signal.aborted) this.settle(lines)
  }

  /** The same at the exit of the process, with the last ledger. */
  putSync(lines: Lines, ledger: Ledger): boolean {
    const { identity, books } = this.#options
    const records = recordsOf(lines, identity)
    const outcome = this.#file.appendSync([...records, identity.ledgerSpoolRecord(ledger)])
    if (outcome.ok) books.counters.spooledTotal += lines.length
    return this.#note(outcome)
  }

  async putLedger(ledger: Ledger): Promise<boolean> {
    const record = this.#options.identity.ledgerSpoolRecord(ledger)
    return this.#note(await this.#file.append([record]))
  }

  /** These lines are in Kafka, or were given up and counted. */
  settle(lines: Lines): void {
    if (lines.length > 0) this.#file.settled(lines.ranges())
  }

  /** The highest sequence that a line has, for whoever finds the spool after a SIGKILL. */
  markIssued(): void {
    this.#file.markIssued(this.#options.identity.sequence)
  }

  /** Sends what is on disk only, when Kafka takes lines and nothing is being sent. Looks once in a while, however often it is called. */
  poke(): void {
    const { delivery, clock, limits } = this.#options
    if (this.#isDraining || this.#pause !== undefined || this.#stopped.signal.aborted) return
    if (delivery.isAway || this.#file.stored.length === 0) return
    if (!this.#hasBacklog) {
      this.#startPause(clock, limits.drainPauseMs)
      return
    }
    this.#isDraining = true
    void this.#drain()
  }

  /** Says where the lines are that the process leaves behind. */
  tellLeft(): void {
    const { notes, directory } = this.#options
    const { count } = this.stored
    if (count === 0) return
    const where = `${count} lines that Kafka has not acknowledged are on disk in ${directory}`
    notes.trouble(`${troubleKind}-left`, `${where}; the next process that uses it sends them`)
  }

  stop(): void {
    this.#stopped.abort()
    this.#pause?.cancel()
  }

  /** Leaves what is on disk to the next process. */
  close(): Promise<void> {
    this.stop()
    this.#left ??= this.#file.stored
    return this.#file.close()
  }

  /** Whether there are lines on disk that memory will not publish. */
  get #hasBacklog(): boolean {
    const left = new SequenceRanges()
    left.addAll(this.#file.stored as Iterable<SequenceRange>)
    if (left.length === 0) return false
    for (const [first, last] of this.#options.spokenFor()) left.removeRange(first, last)
    return left.length > 0
  }

  async #drain(): Promise<void> {
    const { settings, clock, limits } = this.#options
    await this.#file.drain({
      batchBytes: settings.batchBytes,
      publish: (_head, records) => this.#publish(records),
      signal: this.#stopped.signal,
    })
    this.#isDraining = false
    if (!this.#stopped.signal.aborted) this.#startPause(clock, limits.drainPauseMs)
  }

  #startPause(clock: Clock, pauseMs: number): void {
    const end = (): void => {
      this.#pause = undefined
      this.poke()
    }
    this.#pause = clock.setTimer(pauseMs, end, { unref: true })
  }

  async #publish(records: readonly StoredRecord[]): Promise<boolean> {
    const { whenNotHeld, delivery, books, identity } = this.#options
    await whenNotHeld(records.map(({ sequence }) => sequence))
    if (this.#stopped.signal.aborted) return false
    const { stored } = this.#file
    const isWanted = ({ kind, sequence }: StoredRecord): boolean =>
      kind === 'line' && stored.has(sequence)
    const lines = Lines.of(records.filter(isWanted).map(lineOf))
    const batch = new Batch(lines, {
      published: (some) => {
        this.settle(some)
        books.published(some)
      },
      refused: (reason, some) => {
        this.settle(some)
        books.dropped(reason, some)
      },
      truncated: () => books.truncated(),
    })
    this.sending = lines
    if (lines.length > 0) await delivery.deliver(batch)
    this.sending = new Lines()
    if (batch.firstSequence !== undefined) {
      const kept = this.#file.stored
      const lost = batch.lines.filter((sequence) => !kept.has(sequence))
      books.dropped('spool-failed', lost)
      return false
    }
    const ledgers = records.filter(({ kind }) => kind === 'ledger')
    return (
      ledgers.length === 0 ||
      delivery.publishOnce(ledgers.map((each) => identity.storedRecord(each)))
    )
  }

  #note(outcome: AppendOutcome): boolean {
    this.#refusal = outcome.ok ? undefined : outcome.reason
    if (!outcome.ok) this.#refusedAt = this.#options.clock.monotonicMs()
    return outcome.ok
  }
}

/** A record of this instance's own spool is a line again. */
function lineOf({ sequence, timestampMs, value, header }: StoredRecord): Line {
  const originalBytes = header === undefined ? undefined : decodeSourceFacts(header)?.truncated
  return {
    sequence,
    arrivedAt: timestampMs,
    value: Buffer.from(value.buffer, value.byteOffset, value.byteLength),
    ...(originalBytes !== undefined && { originalBytes }),
  }
}

function recordsOf(lines: Lines, identity: Identity): SpoolRecord[] {
  return Array.from(lines, (line) => identity.spoolRecord(line))
}
