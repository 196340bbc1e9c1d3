// Step one, identity: each line gets its id, and the header that says who wrote it is built once.
import {
  encodeLedger,
  encodeSourceFacts,
  formatEventId,
  headerName,
  type Ledger,
  ledgerId,
  ledgerKind,
  mintInstanceId,
  type SourceFacts,
} from '@millrace/envelope'
import type { Clock, Random } from '@millrace/foundation'
import type { OutgoingRecord } from '@millrace/kafka'
import type { QueuedLine } from './line-queue.ts'
import type { Settings } from './settings.ts'
import { version } from './version.ts'

/** `<16 characters>-<8 characters>`. */
const keyBytes = 25
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
  #sequence = 0

  constructor({ settings, hostname, clock, random }: IdentityOptions) {
    this.instance = mintInstanceId(clock, random)
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
    return keyBytes + headerName.length + this.#headers[headerName]!.length + recordFrameBytes
  }

  /** The header's bytes of every line that was not cut, sent for the first time. */
  get header(): Uint8Array {
    return this.#headers[headerName]!
  }

  /** `isResent`: an earlier try was not answered, so that the topic may hold this id already. */
  record(line: QueuedLine, isResent = false): OutgoingRecord {
    return {
      key: formatEventId(this.instance, line.sequence),
      value: line.value,
      headers: this.#headersOf(line, isResent),
      timestampMs: line.arrivedAt,
    }
  }

  ledgerRecord(ledger: Ledger): OutgoingRecord {
    return {
      key: ledgerId(ledger),
      value: encodeLedger(ledger),
      headers: this.#ledgerHeaders,
      timestampMs: ledger.at,
    }
  }

  #headersOf({ originalBytes }: QueuedLine, isResent: boolean): Headers {
    if (originalBytes === undefined) return isResent ? this.#resentHeaders : this.#headers
    const facts = { ...this.#facts, truncated: originalBytes }
    return headersOf(isResent ? { ...facts, resent: true } : facts)
  }
}

type Headers = Readonly<Record<string, Uint8Array>>

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
