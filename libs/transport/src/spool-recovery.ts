// What dead instances left on disk: sent by a living one, with a last ledger for each.
import {
  decodeSourceFacts,
  headerName,
  ledgerForAnother,
  parseEventId,
  rangesUnder,
  type SequenceRanges,
  type SourceFacts,
} from '@millrace/envelope'
import type { Clock, Timer } from '@millrace/foundation'
import {
  damagedDropReason,
  type InstanceRecovery,
  resentHeader,
  type SpoolHead,
  type SpoolLoss,
  type StoredRecord,
} from '@millrace/spool'
import { Batch } from './batch.ts'
import type { Delivery } from './delivery.ts'
import type { Identity } from './identity.ts'
import { type Line, Lines } from './lines.ts'
import type { Notes } from './notes.ts'
import type { Settings } from './settings.ts'
import type { SinkLimits } from './sink-limits.ts'
import type { SpoolAccess } from './spool-access.ts'

export interface SpoolRecoveryOptions {
  access: SpoolAccess
  directory: string
  settings: Pick<Settings, 'topic' | 'brokers' | 'batchBytes' | 'durability'>
  identity: Identity
  delivery: Delivery
  clock: Clock
  notes: Notes
  limits: SinkLimits
}

type Losses = Map<string, SequenceRanges>

interface LossesOfInstance {
  facts: SourceFacts
  /** The highest sequence that is known to have been given to a line. */
  issued: number
  byReason: Losses
}

export class SpoolRecovery {
  readonly #options: SpoolRecoveryOptions
  readonly #stopped = new AbortController()
  /** Lines of dead instances that were given up here, by instance and reason. */
  readonly #losses = new Map<string, LossesOfInstance>()
  #timer: Timer | undefined
  #isRunning = false
  #number = 0

  constructor(options: SpoolRecoveryOptions) {
    this.#options = options
    this.#schedule(options.limits.recoverDelayMs)
  }

  /** A segment of a dead instance had to go without having been sent. */
  lost({ reason, instance, issued, sequences, head }: SpoolLoss): void {
    const facts = head === undefined ? {} : (decodeSourceFacts(head.header) ?? {})
    this.#lossesOf(instance, facts, reason).addAll(sequences)
    const losses = this.#losses.get(instance)!
    losses.issued = Math.max(losses.issued, issued)
  }

  stop(): void {
    this.#stopped.abort()
    this.#timer?.cancel()
  }

  #schedule(delayMs: number): void {
    const { clock } = this.#options
    this.#timer = clock.setTimer(delayMs, () => void this.#run(), { unref: true })
  }

  async #run(): Promise<void> {
    const { delivery, limits } = this.#options
    this.#schedule(limits.recoverIntervalMs)
    if (this.#isRunning || delivery.isAway) return
    this.#isRunning = true
    await this.#recover()
    if (!this.#stopped.signal.aborted) await this.#tellLosses()
    this.#isRunning = false
  }

  async #recover(): Promise<void> {
    const { access, directory, settings, clock, notes } = this.#options
    const { recovered } = await access.recover({
      directory,
      batchBytes: settings.batchBytes,
      matches: (head) => this.#isOurs(head),
      publish: (head, records) => this.#publish(head, records),
      finish: (recovery) => this.#finish(recovery),
      clock,
      signal: this.#stopped.signal,
    })
    const lines = recovered.reduce((sum, { published }) => sum + published.count, 0)
    if (lines > 0) {
      notes.trouble('recovered', `${lines} lines of processes that have ended were sent from disk`)
    }
  }

  /** Brokers are first contacts of a cluster: one in common is enough. */
  #isOurs({ topic, brokers }: SpoolHead): boolean {
    const { settings } = this.#options
    return topic === settings.topic && brokers.some((each) => settings.brokers.includes(each))
  }

  async #publish(head: SpoolHead, records: readonly StoredRecord[]): Promise<boolean> {
    const { delivery } = this.#options
    const toLine = lineReader(head)
    const batch = new Batch(Lines.of(records.map(toLine)), {
      published: () => {},
      refused: (reason, lines) => {
        for (const { origin, sequence } of lines) {
          const instance = parseEventId(origin!.key)?.instance
          if (instance === undefined) continue
          this.#lossesOf(instance, origin!.facts, reason).add(sequence)
        }
      },
      truncated: () => {},
    })
    // The process that wrote them may have sent some already.
    batch.isUncertain = true
    await delivery.deliver(batch)
    return batch.firstSequence === undefined
  }

  async #finish(recovery: InstanceRecovery): Promise<boolean> {
    const { instance, issued, published, missing, head } = recovery
    const facts = head === undefined ? {} : (decodeSourceFacts(head.header) ?? {})
    if (missing.count > 0) this.#lossesOf(instance, facts, damagedDropReason).addAll(missing)
    const known = { facts, issued, published: published.count, isClosed: true }
    return this.#publishLedger(instance, known)
  }

  /** Not closed by that: the instance may have other segments on disk, which are sent in their turn. */
  async #tellLosses(): Promise<void> {
    for (const [instance, { facts, issued }] of this.#losses) {
      const known = { facts, issued, published: 0, isClosed: false }
      if (!(await this.#publishLedger(instance, known))) return
    }
  }

  async #publishLedger(
    instance: string,
    known: { facts: SourceFacts; issued: number; published: number; isClosed: boolean },
  ): Promise<boolean> {
    const { delivery, identity, clock, settings } = this.#options
    const byReason: Losses = this.#losses.get(instance)?.byReason ?? new Map()
    const highest = Math.max(0, ...[...byReason.values()].map(({ last }) => last ?? 0))
    const issued = Math.max(known.issued, highest)
    const ledger = ledgerForAnother({
      instance,
      number: ++this.#number,
      writer: identity.instance,
      at: clock.now(),
      issued,
      isClosed: known.isClosed,
      durability: settings.durability,
      published: known.published,
      dropped: byReason,
    })
    const isSaid = await delivery.publishOnce([identity.ledgerRecord(ledger, known.facts)])
    if (isSaid) this.#losses.delete(instance)
    return isSaid
  }

  #lossesOf(instance: string, facts: SourceFacts, reason: string): SequenceRanges {
    let losses = this.#losses.get(instance)
    if (losses === undefined) {
      losses = { facts, issued: 0, byReason: new Map() }
      this.#losses.set(instance, losses)
    }
    return rangesUnder(losses.byReason, reason)
  }
}

/** Lines of a dead instance keep key, time and header; the header says that they may have come before. */
function lineReader(head: SpoolHead): (record: StoredRecord) => Line {
  const common = originFacts(head.header)
  return (record) => {
    const { facts, headers } = record.header === undefined ? common : originFacts(record.header)
    return {
      sequence: record.sequence,
      arrivedAt: record.timestampMs,
      value: Buffer.from(record.value.buffer, record.value.byteOffset, record.value.byteLength),
      ...(facts.truncated !== undefined && { originalBytes: facts.truncated }),
      origin: { key: record.key, facts, headers },
    }
  }
}

function originFacts(header: Uint8Array): {
  facts: SourceFacts
  headers: Readonly<Record<string, Uint8Array>>
} {
  const decoded = decodeSourceFacts(header)
  const facts: SourceFacts = decoded === undefined ? {} : { ...decoded, resent: true }
  return { facts, headers: { [headerName]: resentHeader(header) } }
}
