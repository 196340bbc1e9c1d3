// structlog's JSONRenderer: the message is `event`; `exception` is a traceback, as text or as objects (structlog.processors).
import type { Draft } from '../draft.ts'
import { defineFormat, type Line } from '../format.ts'
import { placeRest, takeFirst } from '../key-placement.ts'
import { isSourceObject, type SourceObject, type SourceValue } from '../parse-json.ts'

export const structlog = defineFormat({
  name: 'structlog',
  shape: 'json',
  signature: '`event` and `level` as text',

  recognize({ json }: Line): SourceObject | undefined {
    if (json === undefined) return undefined
    const line = json.object
    const hasWords = typeof line['event'] === 'string' && typeof line['level'] === 'string'
    return hasWords ? line : undefined
  },

  accept: ({ json }: Line): SourceObject | undefined => json?.object,

  normalize(line: SourceObject, draft: Draft): void {
    const { taken } = draft
    takeFirst(draft, line, '@timestamp', ['timestamp', 'time'])
    takeFirst(draft, line, 'message', ['event', 'message'])
    takeFirst(draft, line, 'log.level', ['level'])
    if (Object.hasOwn(line, 'lineno')) {
      takeFirst(draft, line, 'log.origin.file.name', ['pathname', 'filename'])
      takeFirst(draft, line, 'log.origin.function', ['func_name'])
    }
    if (Array.isArray(line['exception'])) {
      takeTracebacks(draft, line['exception'])
      taken.push('exception')
    }
    placeRest(draft, line)
  },
})

/** `dict_tracebacks`: the first is the exception that was raised, the others are its causes. */
function takeTracebacks(draft: Draft, tracebacks: SourceValue[]): void {
  const [raised] = tracebacks
  if (!isSourceObject(raised)) {
    draft.leave('exception', tracebacks)
    return
  }
  draft.from = 'exception'
  const { exc_type: type, exc_value: value, ...rest } = raised
  if (typeof type === 'string' && draft.put('error.type', type)) draft.hasError = true
  else draft.leave('exception', { exc_type: type })
  if (typeof value !== 'string' || !draft.put('error.message', value)) {
    draft.leave('exception', { exc_value: value })
  }
  draft.leave('error', { exception: [rest, ...tracebacks.slice(1)] })
}
