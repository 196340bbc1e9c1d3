// The last step of a document: what the record says fills what the line left open, and the fixed fields are set.
import { type EcsField, ecsFields, type EcsPath, formatEpochMs } from '@millrace/ecs'
import type { Draft } from './draft.ts'
import { putTraceParent } from './key-placement.ts'
import { DraftedEvent, type NormalizedEvent, type Transit } from './normalized-event.ts'
import type { RecordSource } from './record-source.ts'

/** What is the same for every event of one record. */
export interface RecordFacts {
  /** The record's; the events of one that holds several have it with an index. */
  id: string
  source: RecordSource
  /** The format that read the line. */
  format: string
  instance: string | undefined
  sequence: number | undefined
  /** Epoch ms: the record's own time, never after receipt. */
  createdAtMs: number
  /** ISO 8601. */
  receivedAt: string
  /** Undefined for a record without a time of its own: a line that came through no topic. */
  transit: Transit | undefined
  traceparent: string | undefined
  /** The decoded line, and its bytes when the text does not say them all. */
  text: string
  isUtf8: boolean
  originalBase64: string | undefined
}

/** A time this far past arrival is not believed. */
export const dayMs = 86_400_000
/** Unit: UTF-16 units. */
const repeatedTextMax = 1 << 20

function ecsField(path: EcsPath): EcsField {
  return ecsFields.get(path)!
}

/** Looked up once: every document passes here. */
const fields = {
  timestamp: ecsField('@timestamp'),
  message: ecsField('message'),
  level: ecsField('log.level'),
  errorMessage: ecsField('error.message'),
  stackTrace: ecsField('error.stack_trace'),
  action: ecsField('event.action'),
  created: ecsField('event.created'),
  ingested: ecsField('event.ingested'),
  eventId: ecsField('event.id'),
  eventDataset: ecsField('event.dataset'),
  sequence: ecsField('event.sequence'),
  original: ecsField('event.original'),
  serviceName: ecsField('service.name'),
  serviceVersion: ecsField('service.version'),
  serviceNode: ecsField('service.node.name'),
  environment: ecsField('service.environment'),
  hostname: ecsField('host.hostname'),
  hostName: ecsField('host.name'),
  agentType: ecsField('agent.type'),
  agentVersion: ecsField('agent.version'),
  ephemeralId: ecsField('agent.ephemeral_id'),
}

export function finishDocument(draft: Draft, id: string, record: RecordFacts): NormalizedEvent {
  const { source } = record
  draft.from = ''
  finishMessage(draft)
  draft.by = 'record'
  finishLevel(draft)
  finishTime(draft, record)
  finishSource(draft, record)
  if (record.traceparent !== undefined) putTraceParent(draft, record.traceparent)
  draft.set(fields.eventId, id)
  draft.set(fields.eventDataset, source.dataset.value)
  if (source.dataset.changedFrom !== undefined) draft.note('dataset', source.dataset.changedFrom)
  if (source.namespace.changedFrom !== undefined) {
    draft.note('namespace', source.namespace.changedFrom)
  }
  finishOriginal(draft, record)
  return new DraftedEvent({ id, dataStream: source.dataStream }, draft.finish(), {
    common: source.common(record.format),
    transit: record.transit,
    attributes: draft.attributes(),
  })
}

/** No message: the error's, else the event's name, else the request in short; never the whole line. */
function finishMessage(draft: Draft): void {
  if (draft.eventText !== undefined) {
    draft.from = 'event'
    draft.take('message', 'event', draft.eventText)
    draft.from = ''
  }
  if (draft.valueOf(fields.message) !== undefined) return
  const substitute =
    draft.valueOf(fields.errorMessage) ?? draft.valueOf(fields.action) ?? requestSummary(draft)
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
  if (draft.valueOf(fields.level) !== undefined) return
  const hasError =
    draft.valueOf(fields.errorMessage) !== undefined ||
    draft.valueOf(fields.stackTrace) !== undefined
  draft.set(fields.level, hasError ? 'error' : 'info')
}

/** A time more than a day ahead of arrival is not believed. */
function finishTime(draft: Draft, record: RecordFacts): void {
  const arrival = formatEpochMs(record.createdAtMs)
  if (draft.timestampMs === undefined) draft.set(fields.timestamp, arrival)
  else if (draft.timestampMs > record.createdAtMs + dayMs) {
    draft.note('claimed_timestamp', draft.valueOf(fields.timestamp)!)
    draft.set(fields.timestamp, arrival)
    draft.tag('_future_timestamp')
  }
  draft.set(fields.created, arrival)
  draft.set(fields.ingested, record.receivedAt)
}

/** The line's own words beat the record's header; a version belongs to the service that the header names. */
function finishSource(draft: Draft, { source, instance, sequence }: RecordFacts): void {
  const { facts } = source
  const headerService = facts['service.name']
  if (headerService !== undefined) draft.putInto(fields.serviceName, headerService)
  if (draft.serviceFallback !== undefined) {
    draft.putInto(fields.serviceName, draft.serviceFallback)
  }
  if (headerService === undefined || draft.valueOf(fields.serviceName) === headerService) {
    draft.putInto(fields.serviceVersion, facts['service.version'])
    draft.putInto(fields.serviceNode, facts['service.node.name'])
  }
  draft.putInto(fields.environment, facts['service.environment'])
  const hostname = draft.valueOf(fields.hostname)
  if (typeof hostname === 'string') draft.putInto(fields.hostName, hostname)
  draft.putInto(fields.hostName, facts['host.name'])
  if (source.minted) {
    claim(draft, fields.agentType, facts['agent.type'] ?? 'millrace')
    claim(draft, fields.agentVersion, facts['agent.version'])
    claim(draft, fields.ephemeralId, instance)
    claim(draft, fields.sequence, sequence)
  } else draft.putInto(fields.agentType, 'kafka')
  if (facts.truncated !== undefined) {
    draft.tag('_truncated')
    draft.note('original_bytes', facts.truncated)
  }
}

/** A fact of the record that the line can't overrule; what the line says there is left over. */
function claim(draft: Draft, field: EcsField, value: string | number | undefined): void {
  if (value === undefined) return
  const present = draft.valueOf(field)
  if (present !== undefined && present !== value) draft.leave(field.path, present)
  draft.set(field, value)
}

function finishOriginal(draft: Draft, record: RecordFacts): void {
  if (record.originalBase64 !== undefined) {
    draft.note('original_base64', record.originalBase64)
    // Once for a record, however many events it holds.
    record.originalBase64 = undefined
  }
  const text = draft.original ?? record.text
  if (!draft.keepsOriginal || text === '') return
  // A huge line that is its own message need not go over the wire twice.
  if (text.length > repeatedTextMax && draft.valueOf(fields.message) === text) return
  const present = draft.valueOf(fields.original)
  if (present !== undefined && present !== text) draft.leave('event.original', present)
  draft.set(fields.original, text.toWellFormed())
}
