// Log4j2: JsonLayout, and the JSON and GCP templates of JsonTemplateLayout (its other templates are ECS, GELF and Logstash).
import type { Draft } from '../draft.ts'
import { takeError } from '../error-fields.ts'
import { defineFormat, type Line } from '../format.ts'
import { placeContext, takeJavaPosition } from '../java-fields.ts'
import { placeRest, takeFirst } from '../key-placement.ts'
import { setOwn } from '../leftover.ts'
import { isSourceObject, type SourceObject } from '../parse-json.ts'

const gcp = 'logging.googleapis.com/'

export const log4j2 = defineFormat({
  name: 'log4j2',
  aliases: ['log4j', 'log4j2-json'],
  shape: 'json',
  signature:
    '`loggerFqcn`, `instant.epochSecond`, `timeMillis` with `loggerName`, or the keys of its GcpLayout',

  recognize({ json }: Line): SourceObject | undefined {
    if (json === undefined) return undefined
    const line = json.object
    const { instant } = line
    const isLog4j =
      line['loggerFqcn'] !== undefined ||
      (isSourceObject(instant) && instant['epochSecond'] !== undefined) ||
      (line['timeMillis'] !== undefined && line['loggerName'] !== undefined) ||
      (typeof line['_logger'] === 'string' && line[`${gcp}insertId`] !== undefined)
    return isLog4j ? line : undefined
  },

  accept: ({ json }: Line): SourceObject | undefined => json?.object,

  normalize(line: SourceObject, draft: Draft): void {
    const { taken } = draft
    if (putInstant(draft, line['instant'])) taken.push('instant')
    takeFirst(draft, line, '@timestamp', ['timeMillis', 'timestamp'])
    takeFirst(draft, line, 'message', ['message'])
    takeFirst(draft, line, 'log.level', ['level', 'severity'])
    takeFirst(draft, line, 'log.logger', ['loggerName', '_logger'])
    if (typeof line['threadId'] === 'number') {
      takeFirst(draft, line, 'process.thread.id', ['threadId'])
    }
    takeFirst(draft, line, 'process.thread.name', ['thread', '_thread'])
    for (const key of ['contextMap', `${gcp}labels`]) {
      if (!Object.hasOwn(line, key)) continue
      placeContext(draft, key, line[key])
      taken.push(key)
    }
    for (const key of ['source', `${gcp}sourceLocation`]) {
      if (!isSourceObject(line[key])) continue
      takeJavaPosition(draft, key, line[key])
      taken.push(key)
    }
    takeFirst(draft, line, 'trace.id', [`${gcp}trace`])
    takeFirst(draft, line, 'span.id', [`${gcp}spanId`])
    const { _exception: exception } = line
    if (isSourceObject(exception)) {
      takeGcpException(draft, exception)
      taken.push('_exception')
    }
    placeRest(draft, line)
  },
})

/** Down to the nanosecond; false when there is none, or it has more parts than these two. */
function putInstant(draft: Draft, instant: unknown): boolean {
  if (!isSourceObject(instant)) return false
  const { epochSecond, nanoOfSecond = 0, ...rest } = instant
  const isTime =
    Number.isSafeInteger(epochSecond) &&
    Number.isSafeInteger(nanoOfSecond) &&
    (nanoOfSecond as number) >= 0 &&
    (nanoOfSecond as number) < 1e9
  if (!isTime || Object.keys(rest).length > 0) return false
  draft.from = 'instant'
  return draft.put('@timestamp', `${String(epochSecond)}.${String(nanoOfSecond).padStart(9, '0')}`)
}

/** The GCP template writes an empty one for events without an exception. */
function takeGcpException(draft: Draft, exception: SourceObject): void {
  const { class: type, ...rest } = exception
  draft.from = '_exception'
  if (typeof type === 'string' && type !== '') draft.take('error.type', '_exception', type)
  else if (type !== undefined) setOwn(rest, 'class', type)
  const isEmpty = Object.values(rest).every((value) => value === '')
  if (!isEmpty) takeError(draft, '_exception', rest)
}
