// log4js' LoggingEvent as JSON: `startTime`, `categoryName`, `level.levelStr`, `data[]` (log4js-node, LoggingEvent.js).
import type { Draft } from '../draft.ts'
import { isErrorShaped, takeError, takeStack } from '../error-fields.ts'
import { defineFormat, type Line } from '../format.ts'
import { placeRest, takeFirst } from '../key-placement.ts'
import { plainText } from '../message-template.ts'
import { isSourceObject, type SourceObject, type SourceValue } from '../parse-json.ts'

export const log4js = defineFormat({
  name: 'log4js',
  shape: 'json',
  signature: '`startTime` with `categoryName` as text',

  recognize({ json }: Line): SourceObject | undefined {
    if (json === undefined) return undefined
    const line = json.object
    const isLog4js = line['startTime'] !== undefined && typeof line['categoryName'] === 'string'
    return isLog4js ? line : undefined
  },

  accept: ({ json }: Line): SourceObject | undefined => json?.object,

  normalize(line: SourceObject, draft: Draft): void {
    const { taken } = draft
    takeFirst(draft, line, '@timestamp', ['startTime'])
    takeFirst(draft, line, 'log.logger', ['categoryName'])
    if (isSourceObject(line['level'])) {
      putLevel(draft, line['level'])
      taken.push('level')
    }
    if (Array.isArray(line['data'])) {
      putData(draft, line['data'])
      taken.push('data')
    }
    takeFirst(draft, line, 'log.origin.file.name', ['fileName'])
    takeFirst(draft, line, 'log.origin.file.line', ['lineNumber'])
    takeFirst(draft, line, 'log.origin.function', ['functionName', 'functionAlias', 'callerName'])
    for (const key of ['callStack', 'context']) {
      if (!Object.hasOwn(line, key)) continue
      if (!isEmpty(line[key])) draft.leave(key, line[key])
      taken.push(key)
    }
    placeRest(draft, line)
  },
})

function putLevel(draft: Draft, level: SourceObject): void {
  const { level: number, levelStr, colour: _colour, ...rest } = level
  draft.from = 'level'
  if (typeof levelStr === 'string') draft.take('log.level', 'level', levelStr)
  else draft.leave('level', levelStr)
  // MARK is 2^53, past what a long holds exactly.
  if (!draft.put('event.severity', number)) draft.leave('level', number)
  if (!isEmpty(rest)) draft.leave('level', rest)
}

/** The arguments of the call; objects are said as JSON, errors by what they say. Arguments that are no texts are kept. */
function putData(draft: Draft, data: SourceValue[]): void {
  draft.from = 'data'
  const words: string[] = []
  const kept: SourceValue[] = []
  for (const item of data) {
    if (typeof item === 'string') words.push(item)
    else if (isErrorShaped(item) && !draft.hasError) {
      takeError(draft, 'data', item)
      words.push(String((item as SourceObject)['message']))
    } else if (isStack(item) && takeStack(draft, item.stack)) {
      words.push(item.stack.split('\n', 1)[0]!)
    } else {
      words.push(plainText(item))
      kept.push(item)
    }
  }
  if (!draft.put('message', words.join(' '))) draft.leave('data', data)
  else if (kept.length > 0) draft.leave('data', kept.length === 1 ? kept[0] : kept)
}

function isStack(value: SourceValue): value is { stack: string } {
  return (
    isSourceObject(value) && Object.keys(value).length === 1 && typeof value['stack'] === 'string'
  )
}

function isEmpty(value: SourceValue): boolean {
  return value === '' || (isSourceObject(value) && Object.keys(value).length === 0)
}
