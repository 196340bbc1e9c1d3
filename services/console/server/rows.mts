// One event as a list shows it: few members, all texts cut, whatever the line holds.
import { type LogLevel, logLevels, memberAt, textAt } from '@millrace/ecs'
import type { EventRow } from './api.mts'

export const messageCharactersMax = 2_000
const fieldCharactersMax = 256

/** The members of a document that a row is made of. */
export const rowSources = [
  '@timestamp',
  'message',
  'log.level',
  'service.name',
  'event.id',
  'event.dataset',
  'error.type',
  'error.message',
  'trace.id',
  'span.id',
  'host.name',
  'http.request.method',
  'http.response.status_code',
  'url.path',
  'url.original',
  'event.duration',
  'millrace.format',
]

/** `id`: the document's `_id`. */
export function eventRow(id: string, document: object): EventRow {
  const message = textAt(document, 'message') ?? textAt(document, 'error.message') ?? ''
  const level = levelOf(document)
  const optional = {
    service: short(document, 'service.name'),
    dataset: short(document, 'event.dataset'),
    detail: detailOf(document),
    errorType: short(document, 'error.type'),
    traceId: short(document, 'trace.id'),
    format: short(document, 'millrace.format'),
  }
  const row: EventRow = {
    id: cut(id, fieldCharactersMax),
    timestamp: short(document, '@timestamp') ?? '',
    ...(level !== undefined && { level }),
    message: cut(message, messageCharactersMax),
    ...(message.length > messageCharactersMax && { messageCharacters: message.length }),
  }
  for (const [name, value] of Object.entries(optional)) {
    if (value !== undefined) Object.assign(row, { [name]: value })
  }
  return row
}

/** Undefined where the event has none of the six. */
export function levelOf(document: object): LogLevel | undefined {
  const level = memberAt(document, 'log.level')
  return logLevels.find((known) => known === level)
}

/** At most so many UTF-16 units, and no half of a pair at the end. */
export function cut(text: string, charactersMax: number): string {
  return text.length <= charactersMax ? text : text.slice(0, charactersMax).toWellFormed()
}

/** Method, path, status and how long it took, as far as they are there. */
function detailOf(document: object): string | undefined {
  const path = short(document, 'url.path') ?? short(document, 'url.original')
  const status = memberAt(document, 'http.response.status_code')
  const parts = [
    short(document, 'http.request.method'),
    path,
    typeof status === 'number' ? String(status) : undefined,
  ].filter((part) => part !== undefined)
  if (parts.length === 0) return undefined
  const nanos = memberAt(document, 'event.duration')
  if (typeof nanos !== 'number') return parts.join(' ')
  const ms = nanos / 1_000_000
  return `${parts.join(' ')} · ${ms < 10 ? ms.toFixed(1) : ms.toFixed(0)} ms`
}

function short(document: object, path: string): string | undefined {
  const text = textAt(document, path)
  return text === undefined ? undefined : cut(text, fieldCharactersMax)
}
