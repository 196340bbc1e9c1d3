// Serilog: compact JSON (CLEF, `@t` `@mt` `@l`), and the classic JsonFormatter (serilog-formatting-compact README).
import type { Draft } from '../draft.ts'
import { takeStack } from '../error-fields.ts'
import { defineFormat, type Line } from '../format.ts'
import { placeKey, takeFirst } from '../key-placement.ts'
import { isSourceObject, type SourceObject, type SourceValue } from '../parse-json.ts'
import { renderTemplate } from '../message-template.ts'

export const serilog = defineFormat({
  name: 'serilog',
  aliases: ['clef', 'serilog-compact'],
  shape: 'json',
  signature: '`@t` as text; or `Timestamp`, `Level` and `MessageTemplate`',

  recognize({ json }: Line): SourceObject | undefined {
    if (json === undefined) return undefined
    const line = json.object
    const isSerilog =
      typeof line['@t'] === 'string' ||
      (line['Timestamp'] !== undefined &&
        line['Level'] !== undefined &&
        line['MessageTemplate'] !== undefined)
    return isSerilog ? line : undefined
  },

  normalize(line: SourceObject, draft: Draft): void {
    if (line['@t'] === undefined) writeClassic(draft, line)
    else writeCompact(draft, line)
  },
})

function writeCompact(draft: Draft, line: SourceObject): void {
  const { taken } = draft
  takeFirst(draft, line, '@timestamp', ['@t'])
  takeFirst(draft, line, 'message', ['@m'])
  const { '@mt': template, '@r': renderings } = line
  if (typeof template === 'string') {
    draft.from = '@mt'
    const text = renderTemplate(template, (name) => own(line, name), renderings)
    draft.put('message', text)
    // The template tells events of one kind apart from others: kept where it is not the message itself.
    if (draft.get('message') === template && !draft.keepsOriginal) taken.push('@mt')
  }
  // Left out for Information.
  if (line['@l'] === undefined) draft.setOwn('log.level', 'info')
  else takeLevel(draft, line, '@l')
  takeException(draft, line, '@x')
  takeFirst(draft, line, 'event.code', ['@i'])
  for (const key in line) {
    if (taken.includes(key)) continue
    // `@@x` is the application's own `@x`.
    if (key.startsWith('@@')) draft.leave(key.slice(1), line[key])
    else if (key.startsWith('@') && key !== '@tr' && key !== '@sp') draft.leave(key, line[key])
    else placeProperty(draft, key, line[key])
  }
}

/** A property by name, never one that every object has. */
function own(properties: SourceObject, name: string): SourceValue {
  return Object.hasOwn(properties, name) ? properties[name] : undefined
}

/** Serilog's lowest level is called Verbose; elsewhere the word means something like debug. */
function takeLevel(draft: Draft, line: SourceObject, key: string): void {
  draft.from = key
  if (line[key] === 'Verbose' && draft.put('log.level', 'trace')) draft.taken.push(key)
  else takeFirst(draft, line, 'log.level', [key])
}

function writeClassic(draft: Draft, line: SourceObject): void {
  const { taken } = draft
  const { MessageTemplate: template, Properties: properties, Renderings: renderings } = line
  takeFirst(draft, line, '@timestamp', ['Timestamp'])
  takeFirst(draft, line, 'message', ['RenderedMessage'])
  if (typeof template === 'string') {
    const values = isSourceObject(properties) ? properties : {}
    draft.from = 'MessageTemplate'
    draft.put(
      'message',
      renderTemplate(template, (name) => own(values, name), renderings),
    )
    if (draft.get('message') === template && !draft.keepsOriginal) taken.push('MessageTemplate')
  }
  takeLevel(draft, line, 'Level')
  takeException(draft, line, 'Exception')
  takeFirst(draft, line, 'trace.id', ['TraceId'])
  takeFirst(draft, line, 'span.id', ['SpanId'])
  if (isSourceObject(properties)) {
    for (const key in properties) placeProperty(draft, key, properties[key])
    taken.push('Properties')
  }
  for (const key in line) if (!taken.includes(key)) draft.leave(key, line[key])
}

function takeException(draft: Draft, line: SourceObject, key: string): void {
  const exception = line[key]
  if (typeof exception !== 'string' || exception === '') return
  draft.from = key
  if (takeStack(draft, exception)) draft.taken.push(key)
}

/** Serilog's enrichers, by their usual names; other properties are the application's. */
const enrichers = new Set(['SourceContext', '@tr', '@sp', 'TraceId', 'SpanId'])

function placeProperty(draft: Draft, key: string, value: SourceValue): void {
  draft.from = key
  if (enrichers.has(key)) placeKey(draft, key, value)
  else if (key === 'MachineName' && typeof value === 'string') {
    if (draft.put('host.hostname', value)) draft.put('host.name', value)
    else draft.leave(key, value)
  } else if (key === 'ThreadId') draft.take('process.thread.id', key, value)
  else if (key === 'ThreadName') draft.take('process.thread.name', key, value)
  else if (key === 'ProcessId') draft.take('process.pid', key, value)
  else if (key === 'ProcessName') draft.take('process.name', key, value)
  else if (key === 'Application' && typeof value === 'string')
    draft.take('service.name', key, value)
  else if (key === 'RequestPath' && typeof value === 'string') draft.take('url.path', key, value)
  else if (key === 'RequestId' && typeof value === 'string') {
    draft.take('http.request.id', key, value)
  } else draft.leave(key, value)
}
