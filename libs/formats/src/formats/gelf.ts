// GELF 1.0 and 1.1: `short_message`, syslog's levels, own fields as `_name` (Graylog, "GELF Payload Specification").
import { severityFromNumber } from '@millrace/ecs'
import type { Draft } from '../draft.ts'
import { takeStack } from '../error-fields.ts'
import { defineFormat, type Line } from '../format.ts'
import { placeKey, takeFirst } from '../key-placement.ts'
import type { SourceObject, SourceValue } from '../parse-json.ts'
import { looksLikeStack } from '../stack-text.ts'

/** Own fields that loggers fill (Log4j2, Serilog, winston): these are what their names say. */
const ownNames = new Set([
  'logger',
  'logger_name',
  'thread',
  'thread_name',
  'pid',
  'process_id',
  'trace_id',
  'traceId',
  'trace.id',
  'span_id',
  'spanId',
  'span.id',
  'transaction.id',
  'exception',
  'stack_trace',
  'stacktrace',
  'service',
  'service.name',
  'environment',
])

export const gelf = defineFormat({
  name: 'gelf',
  aliases: ['graylog'],
  shape: 'json',
  signature: '`version` 1.0 or 1.1 with `host` and `short_message`',

  recognize({ json }: Line): SourceObject | undefined {
    if (json === undefined) return undefined
    const line = json.object
    const { version } = line
    const isGelf =
      (version === '1.0' || version === '1.1') &&
      line['host'] !== undefined &&
      line['short_message'] !== undefined
    return isGelf ? line : undefined
  },

  accept: ({ json }: Line): SourceObject | undefined => json?.object,

  normalize(line: SourceObject, draft: Draft): void {
    const { taken } = draft
    takeFirst(draft, line, '@timestamp', ['timestamp'])
    takeFirst(draft, line, 'message', ['short_message'])
    if (typeof line['host'] === 'string' && line['host'] !== '')
      takeFirst(draft, line, 'host.name', ['host'])
    for (const key of ['facility', '_facility']) {
      if (typeof line[key] === 'string' && line[key] !== '') {
        takeFirst(draft, line, 'log.logger', [key])
      }
    }
    // gelf-pro's way of saying an error.
    takeFirst(draft, line, 'error.message', ['_error_message'])
    if (takeStack(draft, line['_error_stack'])) taken.push('_error_stack')
    if (line['line'] !== undefined) {
      takeFirst(draft, line, 'log.origin.file.name', ['file'])
      takeFirst(draft, line, 'log.origin.file.line', ['line'])
    }
    if (putSyslogLevel(draft, line['level'])) taken.push('level')
    if (line['version'] === '1.0' || line['version'] === '1.1') taken.push('version')
    for (const key in line) if (!taken.includes(key)) placeGelfKey(draft, key, line[key])
  },
})

/** 0 to 7, as text too. The specification's default of 1 (alert) for a line without a level would be a false alarm. */
export function putSyslogLevel(draft: Draft, value: SourceValue): boolean {
  const code = typeof value === 'string' && /^[0-7]$/.test(value) ? Number(value) : value
  if (typeof code !== 'number') return false
  const level = severityFromNumber(code, 'syslog')
  if (level === undefined) return false
  draft.from = 'level'
  if (!draft.put('log.syslog.severity.code', code)) return false
  if (!draft.has('log.level')) draft.setOwn('log.level', level)
  return true
}

function placeGelfKey(draft: Draft, key: string, value: SourceValue): void {
  draft.from = key
  const name = key.startsWith('_') ? key.slice(1) : key
  if (key === 'full_message') {
    const isStack = typeof value === 'string' && looksLikeStack(value)
    if (!isStack || !takeStack(draft, value)) draft.leave(key, value)
  } else if (key !== name && ownNames.has(name)) placeKey(draft, name, value)
  else draft.leave(name === '' ? key : name, value)
}
