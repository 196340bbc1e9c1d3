// Step one, identity: each line gets its id, and the header that says who wrote it is built once.
import {
  encodeSourceFacts,
  formatEventId,
  headerName,
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
  readonly #headers: Readonly<Record<string, Uint8Array>>
  #sequence = 0

  constructor({ settings, hostname, clock, random }: IdentityOptions) {
    this.instance = mintInstanceId(clock, random)
    this.#facts = sourceFacts(settings, hostname)
    this.#headers = Object.freeze({ [headerName]: encodeSourceFacts(this.#facts) })
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

  record(line: QueuedLine): OutgoingRecord {
    const headers =
      line.originalBytes === undefined
        ? this.#headers
        : { [headerName]: encodeSourceFacts({ ...this.#facts, truncated: line.originalBytes }) }
    return {
      key: formatEventId(this.instance, line.sequence),
      value: line.value,
      headers,
      timestampMs: line.arrivedAt,
    }
  }
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
