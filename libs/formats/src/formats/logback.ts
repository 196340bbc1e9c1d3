// logback's own JsonEncoder: the message is a pattern with arguments beside it (logback-classic `JsonEncoder`).
import type { Draft } from '../draft.ts'
import { defineFormat, type Line } from '../format.ts'
import { placeContext } from '../java-fields.ts'
import { placeRest, takeFirst } from '../key-placement.ts'
import { plainText } from '../message-template.ts'
import type { SourceObject, SourceValue } from '../parse-json.ts'

export const logback = defineFormat({
  name: 'logback',
  aliases: ['logback-json'],
  shape: 'json',
  signature: '`sequenceNumber` with `loggerName` and `threadName` as text',

  recognize({ json }: Line): SourceObject | undefined {
    if (json === undefined) return undefined
    const line = json.object
    const isLogback =
      line['sequenceNumber'] !== undefined &&
      typeof line['loggerName'] === 'string' &&
      typeof line['threadName'] === 'string'
    return isLogback ? line : undefined
  },

  accept: ({ json }: Line): SourceObject | undefined => json?.object,

  normalize(line: SourceObject, draft: Draft): void {
    const { taken } = draft
    takeFirst(draft, line, '@timestamp', ['timestamp'])
    takeFirst(draft, line, 'message', ['formattedMessage'])
    const rendered = renderMessage(line['message'], line['arguments'])
    draft.from = 'message'
    // The pattern stays beside the message that it makes.
    if (rendered !== undefined) draft.put('message', rendered)
    else takeFirst(draft, line, 'message', ['message'])
    takeFirst(draft, line, 'log.level', ['level'])
    takeFirst(draft, line, 'log.logger', ['loggerName'])
    takeFirst(draft, line, 'process.thread.name', ['threadName'])
    if (Object.hasOwn(line, 'mdc')) {
      placeContext(draft, 'mdc', line['mdc'])
      taken.push('mdc')
    }
    if (!taken.includes('message') && Object.hasOwn(line, 'message')) {
      draft.leave('message', line['message'])
      taken.push('message')
    }
    placeRest(draft, line)
  },
})

/** SLF4J's `{}`, each filled from the next argument; undefined where nothing has to be filled in. */
function renderMessage(pattern: SourceValue, values: SourceValue): string | undefined {
  if (typeof pattern !== 'string' || !Array.isArray(values) || values.length === 0) return undefined
  const parts = pattern.split('{}', values.length + 1)
  if (parts.length === 1) return undefined
  const end = parts.join('{}').length
  let text = parts[0]!
  for (let index = 1; index < parts.length; index++) {
    const value: SourceValue = values[index - 1]
    text += plainText(value) + parts[index]!
  }
  return text + pattern.slice(end)
}
