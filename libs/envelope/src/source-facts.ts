// The wire contract: the one header `millrace` says what is constant for the instance that wrote a record.
import { jsonMembers } from './json-members.ts'

export const headerName = 'millrace'
export const defaultTopic = 'logs'
export const defaultDataset = 'app'
export const defaultNamespace = 'default'
/** Dead letters of topic `logs` go to `logs.dead-letter`. */
export const deadLetterTopic = (topic: string): string => `${topic}.dead-letter`

/**
 * What is constant for one instance. Absent members are left out of the header. `truncated` and `resent`
 * are the exceptions: they are there only on the records that they are true of.
 */
export interface SourceFacts {
  format?: string
  'service.name'?: string
  'service.version'?: string
  'service.environment'?: string
  'service.node.name'?: string
  'host.name'?: string
  'agent.type'?: string
  'agent.version'?: string
  dataset?: string
  namespace?: string
  /** Control records say what they are, for example `ledger`; events have none. */
  kind?: string
  /** The true length in bytes of a line that was cut. */
  truncated?: number
  /** The topic may hold this id already: an unanswered publish tried again, a spool or a dead letter sent again. */
  resent?: true
}

const textMembers = [
  'format',
  'service.name',
  'service.version',
  'service.environment',
  'service.node.name',
  'host.name',
  'agent.type',
  'agent.version',
  'dataset',
  'namespace',
  'kind',
] as const satisfies readonly (keyof SourceFacts)[]

/** The header's bytes; built once for each instance. */
export function encodeSourceFacts(facts: SourceFacts): Buffer {
  const members: Record<string, unknown> = { v: 1 }
  for (const name of textMembers) if (facts[name] !== undefined) members[name] = facts[name]
  if (facts.truncated !== undefined) members['truncated'] = facts.truncated
  if (facts.resent === true) members['resent'] = true
  return Buffer.from(JSON.stringify(members))
}

/** Reads a header; unknown members are ignored. Undefined when it is not a JSON object of version 1 or later. */
export function decodeSourceFacts(bytes: Uint8Array): SourceFacts | undefined {
  const members = jsonMembers(bytes)
  if (members === undefined || typeof members['v'] !== 'number' || members['v'] < 1)
    return undefined
  const facts: SourceFacts = {}
  for (const name of textMembers) {
    const value = members[name]
    if (typeof value === 'string' && value !== '') facts[name] = value
  }
  const truncated = members['truncated']
  if (typeof truncated === 'number' && Number.isSafeInteger(truncated) && truncated > 0)
    facts.truncated = truncated
  if (members['resent'] === true) facts.resent = true
  return facts
}

/** Any headers as a client hands them over. */
export type RecordHeaders = Readonly<Record<string, Uint8Array | undefined>>

export interface DecodedSource {
  facts: SourceFacts
  /** True when the record's key is an event id that a Millrace instance minted. */
  minted: boolean
}

/**
 * Reads the facts of records, caching by the header's content: instances repeat the same bytes for
 * every record, so each distinct header is parsed once. The cache is bounded; past the bound it starts anew.
 */
export class SourceFactsReader {
  readonly #cache = new Map<string, SourceFacts>()
  readonly #cacheMax: number

  constructor(options: { cacheMax?: number } = {}) {
    this.#cacheMax = options.cacheMax ?? 1000
  }

  /** Undefined when a `millrace` header is there but can't be read: the record then is a dead letter. */
  read(headers: RecordHeaders): DecodedSource | undefined {
    const header = headers[headerName]
    if (header === undefined) return { facts: plainFacts(headers), minted: false }
    const key = Buffer.from(header.buffer, header.byteOffset, header.byteLength).toString('latin1')
    let facts = this.#cache.get(key)
    if (facts === undefined) {
      facts = decodeSourceFacts(header)
      if (facts === undefined) return undefined
      if (this.#cache.size >= this.#cacheMax) this.#cache.clear()
      this.#cache.set(key, facts)
    }
    return { facts, minted: true }
  }
}

/** Producers that know nothing of Millrace may still set the plain headers format, service, dataset and namespace. */
function plainFacts(headers: RecordHeaders): SourceFacts {
  const facts: SourceFacts = {}
  const format = headerText(headers['format'])
  const service = headerText(headers['service'])
  const dataset = headerText(headers['dataset'])
  const namespace = headerText(headers['namespace'])
  if (format !== undefined) facts.format = format
  if (service !== undefined) facts['service.name'] = service
  if (dataset !== undefined) facts.dataset = dataset
  if (namespace !== undefined) facts.namespace = namespace
  return facts
}

function headerText(bytes: Uint8Array | undefined): string | undefined {
  if (bytes === undefined || bytes.byteLength === 0) return undefined
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
}
