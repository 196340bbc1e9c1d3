// OTLP/JSON: a batch of log records with the resource and the scope that they share (opentelemetry-proto `logs.proto`).
import { isLevelWord } from '@millrace/ecs'
import type { Draft } from '../draft.ts'
import { defineFormat, type FormatContext, type Line } from '../format.ts'
import { jsonText } from '../leftover.ts'
import { isScalar, placeAttributes, readAttributes, readValue } from '../otlp-attributes.ts'
import { isSourceObject, type SourceObject, type SourceValue } from '../parse-json.ts'

/** Most events of one record, and most characters that what they share may come to when each event gets a copy. */
export const otlpLimits = { events: 10_000, sharedLength: 1 << 26 }

interface Entry {
  record: SourceObject
  resource: SourceObject
  scope: SourceObject
}

export const otlp = defineFormat({
  name: 'otlp',
  aliases: ['otlp-json', 'opentelemetry'],
  shape: 'json',
  signature: 'a list `resourceLogs`',

  recognize: ({ json }: Line): SourceObject | undefined =>
    json !== undefined && Array.isArray(json.object['resourceLogs']) ? json.object : undefined,

  normalize(line: SourceObject, draft: Draft, context: FormatContext): void {
    const batch = readBatch(line)
    const isTooMuch =
      batch.entries.length > otlpLimits.events || batch.sharedLength > otlpLimits.sharedLength
    if (batch.entries.length === 0 || isTooMuch) {
      draft.keepsOriginal = true
      if (isTooMuch) draft.note('unsplit', batch.entries.length)
      return
    }
    // What is no part of a batch is kept with the first event.
    if (!batch.isClean) draft.keepsOriginal = true
    const isOnly = batch.entries.length === 1
    for (const [index, entry] of batch.entries.entries()) {
      const event = index === 0 ? draft : context.nextEvent()
      if (!isOnly && index > 0) event.original = jsonText(entry.record)
      writeEvent(event, entry)
    }
    for (const key in line) if (key !== 'resourceLogs') draft.leave(key, line[key])
  },
})

interface Batch {
  entries: Entry[]
  sharedLength: number
  /** False when something in the lists is no object where there must be one. */
  isClean: boolean
}

function readBatch(line: SourceObject): Batch {
  const batch: Batch = { entries: [], sharedLength: 0, isClean: true }
  for (const resource of objects(line['resourceLogs'], batch)) {
    const resourceLength = sharedLength(resource, 'scopeLogs')
    for (const scope of objects(resource['scopeLogs'], batch)) {
      const records = objects(scope['logRecords'], batch)
      const each = resourceLength + sharedLength(scope, 'logRecords')
      batch.sharedLength += each * records.length
      for (const record of records) batch.entries.push({ record, resource, scope })
    }
  }
  return batch
}

function objects(value: SourceValue, batch: Batch): SourceObject[] {
  const list = Array.isArray(value) ? value : []
  const found = list.filter(isSourceObject)
  if (found.length < list.length || found.length === 0) batch.isClean = false
  return found
}

function sharedLength(shared: SourceObject, list: string): number {
  return jsonText({ ...shared, [list]: undefined }).length
}

const recordKeys = new Set([
  'timeUnixNano',
  'severityNumber',
  'severityText',
  'body',
  'attributes',
  'traceId',
  'spanId',
])

function writeEvent(draft: Draft, { record, resource, scope }: Entry): void {
  putTimes(draft, record)
  putLevel(draft, record)
  putBody(draft, record['body'])
  takeId(draft, 'trace.id', 'traceId', record['traceId'])
  takeId(draft, 'span.id', 'spanId', record['spanId'])
  const { eventName } = record
  draft.from = 'eventName'
  if (typeof eventName === 'string' && eventName !== '') {
    draft.take('event.action', 'eventName', eventName)
  }
  placeAttributes(draft, 'attributes', readAttributes(record['attributes']))
  leaveRest(draft, '', record, recordKeys)
  writeScope(draft, scope)
  writeResource(draft, resource)
}

function putTimes(draft: Draft, record: SourceObject): void {
  for (const key of ['timeUnixNano', 'observedTimeUnixNano']) {
    const value = record[key]
    // 0 means unknown (`LogRecord.time_unix_nano`).
    if (value === undefined || value === '0' || value === 0) continue
    draft.from = key
    draft.take('@timestamp', key, value)
  }
}

/** The text is the source's own word; a number from 1 to 24 stands in, and is kept in any case. */
function putLevel(draft: Draft, record: SourceObject): void {
  const { severityText: text, severityNumber: number } = record
  const isNumber = typeof number === 'number' && number >= 1 && number <= 24
  const isWord = typeof text === 'string' && isLevelWord(text)
  draft.from = 'severityNumber'
  if (isNumber && !isWord) {
    draft.putSeverity(number, 'otel')
    if (text !== '') draft.leave('level', text)
  } else if (isNumber) draft.take('event.severity', 'severityNumber', number)
  else if (number !== 0) draft.leave('severityNumber', number)
  draft.from = 'severityText'
  if (isWord || (!isNumber && text !== undefined && text !== '')) {
    draft.take('log.level', 'level', text)
  }
}

function putBody(draft: Draft, body: SourceValue): void {
  if (body === undefined || body === null) return
  draft.from = 'body'
  const value = readValue(body, 0)
  if (value === null) return
  if (!isScalar(value, body)) draft.leave('body', value)
  else draft.take('message', 'body', value)
}

/** Hex in any case; empty means none. */
// oxlint-disable-next-line max-params -- each is a part of the line; an object would be made for every one
function takeId(draft: Draft, path: 'trace.id' | 'span.id', key: string, value: SourceValue): void {
  if (value === undefined || value === '') return
  draft.from = key
  draft.take(path, key, value)
}

function writeScope(draft: Draft, entry: SourceObject): void {
  const { scope } = entry
  if (isSourceObject(scope)) {
    const { name } = scope
    draft.from = 'scope.name'
    if (typeof name === 'string' && name !== '') draft.take('log.logger', 'scope.name', name)
    placeAttributes(draft, 'scope.attributes', readAttributes(scope['attributes']))
    leaveRest(draft, 'scope.', scope, new Set(['name', 'attributes']))
  } else if (scope !== undefined) draft.leave('scope', scope)
  leaveRest(draft, 'scope.', entry, new Set(['scope', 'logRecords']))
}

function writeResource(draft: Draft, entry: SourceObject): void {
  const { resource } = entry
  if (isSourceObject(resource)) {
    placeAttributes(draft, 'resource.attributes', readAttributes(resource['attributes']))
    leaveRest(draft, 'resource.', resource, new Set(['attributes']))
  } else if (resource !== undefined) draft.leave('resource', resource)
  leaveRest(draft, 'resource.', entry, new Set(['resource', 'scopeLogs']))
}

/** Everything that has no rule; zero and empty are how protobuf writes "not set". */
// oxlint-disable-next-line max-params -- each is a part of the line; an object would be made for every one
function leaveRest(
  draft: Draft,
  prefix: string,
  source: SourceObject,
  known: ReadonlySet<string>,
): void {
  for (const key in source) {
    const value = source[key]
    const isSet = value !== 0 && value !== '' && value !== '0' && value !== null
    if (known.has(key) || !isSet || key === 'eventName' || key === 'observedTimeUnixNano') continue
    draft.leave(prefix + key, value)
  }
}
