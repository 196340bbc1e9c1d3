// The last step of a document: what the record says fills what the line left open, and the fixed fields are set.
import { type EcsDocument, type EcsPath, ecsVersion } from '@millrace/ecs'
import type { SourceFacts } from '@millrace/envelope'
import type { StreamPart } from './data-stream.ts'
import type { Draft } from './draft.ts'
import { putTraceParent } from './key-placement.ts'

/** What is the same for every event of one record. */
export interface RecordFacts {
  facts: SourceFacts
  /** True when the record's key is an event id that a Millrace instance minted. */
  minted: boolean
  instance: string | undefined
  sequence: number | undefined
  dataset: StreamPart
  namespace: StreamPart
  /** Epoch ms: the record's own time, never after receipt. */
  createdAtMs: number
  /** ISO 8601. */
  receivedAt: string
  traceparent: string | undefined
  /** The decoded line, and its bytes when the text does not say them all. */
  text: string
  originalBase64: string | undefined
}

const dayMs = 86_400_000
/** Unit: UTF-16 units. */
const repeatedTextMax = 1 << 20

export function finishDocument(draft: Draft, id: string, record: RecordFacts): EcsDocument {
  draft.from = ''
  finishMessage(draft)
  finishLevel(draft)
  finishTime(draft, record)
  finishSource(draft, record)
  if (record.traceparent !== undefined) putTraceParent(draft, record.traceparent)
  finishIdentity(draft, id, record)
  finishOriginal(draft, record)
  const attributes = draft.attributes()
  if (attributes !== undefined) draft.document['attributes'] = attributes
  return draft.document as EcsDocument
}

/** No message: the error's, else the event's name, else the request in short; never the whole line. */
function finishMessage(draft: Draft): void {
  if (draft.eventText !== undefined) {
    draft.from = 'event'
    draft.take('message', 'event', draft.eventText)
    draft.from = ''
  }
  if (draft.has('message')) return
  const substitute =
    draft.get('error.message') ?? draft.get('event.action') ?? requestSummary(draft)
  if (substitute !== undefined) draft.put('message', substitute)
}

function requestSummary(draft: Draft): string | undefined {
  const method = draft.get('http.request.method')
  const url = draft.get('url.original')
  const status = draft.get('http.response.status_code')
  if (typeof method !== 'string' || typeof url !== 'string') return undefined
  return typeof status === 'number' ? `${method} ${url} ${status}` : `${method} ${url}`
}

function finishLevel(draft: Draft): void {
  if (draft.has('log.level')) return
  const hasError = draft.has('error.message') || draft.has('error.stack_trace')
  draft.setOwn('log.level', hasError ? 'error' : 'info')
}

/** A time more than a day ahead of arrival is not believed (DESIGN.md 2.3). */
function finishTime(draft: Draft, record: RecordFacts): void {
  const arrival = new Date(record.createdAtMs).toISOString()
  if (draft.timestampMs === undefined) draft.setOwn('@timestamp', arrival)
  else if (draft.timestampMs > record.createdAtMs + dayMs) {
    draft.note('claimed_timestamp', draft.get('@timestamp')!)
    draft.setOwn('@timestamp', arrival)
    draft.tag('_future_timestamp')
  }
  draft.setOwn('event.created', arrival)
  draft.setOwn('event.ingested', record.receivedAt)
}

const serviceFacts = ['service.version', 'service.node.name'] as const

/** The line's own words beat the record's header; a version belongs to the service that the header names. */
function finishSource(draft: Draft, { facts, minted, instance, sequence }: RecordFacts): void {
  const headerService = facts['service.name']
  if (headerService !== undefined) draft.put('service.name', headerService)
  if (draft.serviceFallback !== undefined) draft.put('service.name', draft.serviceFallback)
  if (headerService === undefined || draft.get('service.name') === headerService) {
    for (const path of serviceFacts) fill(draft, path, facts[path])
  }
  fill(draft, 'service.environment', facts['service.environment'])
  const hostname = draft.get('host.hostname')
  if (typeof hostname === 'string') draft.put('host.name', hostname)
  fill(draft, 'host.name', facts['host.name'])
  if (minted) {
    claim(draft, 'agent.type', facts['agent.type'] ?? 'millrace')
    claim(draft, 'agent.version', facts['agent.version'])
    claim(draft, 'agent.ephemeral_id', instance)
    claim(draft, 'event.sequence', sequence)
  } else fill(draft, 'agent.type', 'kafka')
  if (facts.truncated !== undefined) {
    draft.tag('_truncated')
    draft.note('original_bytes', facts.truncated)
  }
}

/** A fact of the record that the line can't overrule; what the line says there is left over. */
function claim(draft: Draft, path: EcsPath, value: string | number | undefined): void {
  if (value === undefined) return
  const present = draft.get(path)
  if (present !== undefined && present !== value) draft.leave(path, present)
  draft.setOwn(path, value)
}

function fill(draft: Draft, path: EcsPath, value: string | undefined): void {
  if (value !== undefined) draft.put(path, value)
}

function finishIdentity(draft: Draft, id: string, record: RecordFacts): void {
  const { dataset, namespace } = record
  draft.setOwn('ecs.version', ecsVersion)
  draft.setOwn('event.id', id)
  draft.setOwn('event.dataset', dataset.value)
  draft.setOwn('data_stream.type', 'logs')
  draft.setOwn('data_stream.dataset', dataset.value)
  draft.setOwn('data_stream.namespace', namespace.value)
  if (dataset.changedFrom !== undefined) draft.note('dataset', dataset.changedFrom)
  if (namespace.changedFrom !== undefined) draft.note('namespace', namespace.changedFrom)
}

function finishOriginal(draft: Draft, record: RecordFacts): void {
  if (record.originalBase64 !== undefined) draft.note('original_base64', record.originalBase64)
  if (!draft.keepsOriginal || record.text === '') return
  // A huge line that is its own message need not go over the wire twice.
  if (record.text.length > repeatedTextMax && draft.get('message') === record.text) return
  const present = draft.get('event.original')
  if (present !== undefined && present !== record.text) draft.leave('event.original', present)
  draft.setOwn('event.original', record.text.toWellFormed())
}
