// Step one, identity: each line gets its id, and the header that says who wrote it is built once.
import {
  encodeLedger,
  encodeSourceFacts,
  eventIdBytes,
  EventIdWriter,
  formatEventId,
  headerName,
  type Ledger,
  ledgerId,
  ledgerKind,
  mintInstanceId,
  type SourceFacts,
} from '@millrace/envelope'
import type { Clock, Random } from '@millrace/foundation'
import type { OutgoingRecord, PackedRecords } from '@millrace/kafka'
import type { SpoolRecord, StoredRecord } from '@millrace/spool'
import type { Line, Lines } from './lines.ts'
import type { Settings } from './settings.ts'
import { version } from './version.ts'

/** What Kafka's record format adds: lengths, deltas, attributes, header count (KIP-98, message format 2), rounded up. */
const recordFrameBytes = 32

export interface IdentityOptions {
  settings: Pick<Settings, 'service' | 'dataset' | 'namespace' | 'format'>
  hostname: string
  clock: Clock
  random: Random
}

export class Identity {
  readonly instance: string
  readonly #facts: SourceFacts
  readonly #headers: Headers
  readonly #resentHeaders: Headers
  readonly #ledgerHeaders: Headers
  readonly #ids: EventIdWriter
  #sequence = 0

  constructor({ settings, hostname, clock, random }: IdentityOptions) {
    this.instance = mintInstanceId(clock, random)
    this.#ids = new EventIdWriter(this.instance)
    this.#facts = sourceFacts(settings, hostname)
    this.#headers = headersOf(this.#facts)
    this.#resentHeaders = headersOf({ ...this.#facts, resent: true })
    this.#ledgerHeaders = headersOf({ ...this.#facts, kind: ledgerKind })
  }

  /** The highest sequence issued; 0 before the first line. */
  get sequence(): number {
    return this.#sequence
  }

  next(): number {
    return ++this.#sequence
  }

  /** What a record takes beside its value, before compression. */
  get recordOverheadBytes(): number {
    return eventIdBytes + headerName.length + this.#headers[headerName]!.length + recordFrameBytes
  }

  /** The header's bytes of every line that was not cut, sent for the first time. */
  get header(): Uint8Array {
    return this.#headers[headerName]!
  }

  /** `isResent`: an earlier try was not answered, so that the topic may hold these ids already. */
  records(lines: Lines, isResent = false): readonly OutgoingRecord[] | PackedRecords {
    if (!lines.isPlain) return Array.from(lines, (line) => this.#record(line, isResent))
    const ids = this.#ids
    const { chunks, starts, ends, sequences, arrivals, length, valueBytes } = lines
    return {
      length,
      headers: isResent ? this.#resentHeaders : this.#headers,
      chunks,
      starts,
      ends,
      valueBytes,
      timestampsMs: arrivals,
      keyBytes: eventIdBytes,
      writeKey: (index, target, at) => ids.write(sequences[index]!, target, at),
    }
  }

  #record(line: Line, isResent: boolean): OutgoingRecord {
    return {
      key: line.origin?.key ?? formatEventId(this.instance, line.sequence),
      value: line.value,
      headers: this.#headersOf(line, isResent),
      timestampMs: line.arrivedAt,
    }
  }

  /** `facts`: whose ledger it is, where it is another instance's. */
  ledgerRecord(ledger: Ledger, facts?: SourceFacts): OutgoingRecord {
    return {
      key: ledgerId(ledger),
      value: encodeLedger(ledger),
      headers:
        facts === undefined ? this.#ledgerHeaders : headersOf({ ...facts, kind: ledgerKind }),
      timestampMs: ledger.at,
    }
  }

  /** The line as it goes to disk. */
  spoolRecord(line: Line): SpoolRecord {
    return {
      kind: 'line',
      sequence: line.sequence,
      timestampMs: line.arrivedAt,
      value: line.value,
      ...(line.originalBytes !== undefined && {
        header: this.#headersOf(line, false)[headerName]!,
      }),
    }
  }

  ledgerSpoolRecord(ledger: Ledger): SpoolRecord {
    return {
      kind: 'ledger',
      sequence: 0,
      key: ledgerId(ledger),
      timestampMs: ledger.at,
      header: this.#ledgerHeaders[headerName]!,
      value: encodeLedger(ledger),
    }
  }

  /** A ledger of this instance that comes back from disk. */
  storedRecord({ key, value, timestampMs }: StoredRecord): OutgoingRecord {
    return { key, value, headers: this.#ledgerHeaders, timestampMs }
  }

  #headersOf({ originalBytes, origin }: Line, isResent: boolean): Headers {
    if (originalBytes === undefined) {
      return origin?.headers ?? (isResent ? this.#resentHeaders : this.#headers)
    }
    const facts = { ...(origin?.facts ?? this.#facts), truncated: originalBytes }
    return headersOf(isResent ? { ...facts, resent: true } : facts)
  }
}

type Headers = Readonly<Record<string, Uint8Array>>

/** The record's headers that say these facts. */
function headersOf(facts: SourceFacts): Headers {
  return Object.freeze({ [headerName]: encodeSourceFacts(facts) })
}

function sourceFacts(settings: IdentityOptions['settings'], hostname: string): SourceFacts {
  const { service } = settings
  return {
    ...(settings.format !== undefined && { format: settings.format }),
    ...(service.name !== undefined && { 'service.name': service.name }),
    ...(service.version !== undefined && { 'service.version': service.version }),
    ...(service.environment !== undefined && { 'service.environment': service.environment }),
    ...(service.node !== undefined && { 'service.node.name': service.node }),
    ...(hostname !== '' && { 'host.name': hostname }),
    'agent.type': 'millrace',
    'agent.version': version,
    dataset: settings.dataset,
    namespace: settings.namespace,
  }
}
