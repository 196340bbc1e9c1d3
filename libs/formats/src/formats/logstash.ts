// Logstash's event: `@timestamp` and `@version`, as logstash-logback-encoder, Log4j2's template and winston's logstash() write it.
import type { EcsPath } from '@millrace/ecs'
import type { Draft } from '../draft.ts'
import { defineFormat, type Line } from '../format.ts'
import { placeContext } from '../java-fields.ts'
import { placeKey, placeRest, takeFirst } from '../key-placement.ts'
import { isSourceObject, type SourceObject } from '../parse-json.ts'

/** Where the line was logged from: the encoder's names, then the template's. */
const positions: readonly (readonly [EcsPath, string, string])[] = [
  ['log.origin.file.name', 'caller_file_name', 'file'],
  ['log.origin.file.line', 'caller_line_number', 'line_number'],
  ['log.origin.function', 'caller_method_name', 'method'],
]

export const logstash = defineFormat({
  name: 'logstash',
  aliases: ['logstash-logback', 'winston-logstash'],
  shape: 'json',
  signature: '`@timestamp` with `@version`; or `@message` with `@fields`',

  recognize({ json }: Line): SourceObject | undefined {
    if (json === undefined) return undefined
    const line = json.object
    const isLogstash =
      (line['@timestamp'] !== undefined && line['@version'] !== undefined) ||
      (line['@message'] !== undefined && isSourceObject(line['@fields']))
    return isLogstash ? line : undefined
  },

  accept: ({ json }: Line): SourceObject | undefined => json?.object,

  normalize(line: SourceObject, draft: Draft): void {
    const { taken } = draft
    takeFirst(draft, line, '@timestamp', ['@timestamp'])
    takeFirst(draft, line, 'message', ['message', '@message'])
    takeFirst(draft, line, 'log.level', ['level'])
    takeFirst(draft, line, 'log.logger', ['logger_name', 'logger'])
    takeFirst(draft, line, 'process.thread.name', ['thread_name'])
    takeFirst(draft, line, 'event.severity', ['level_value'])
    const hasPosition =
      line['caller_line_number'] !== undefined || line['line_number'] !== undefined
    if (hasPosition) {
      for (const [path, ...keys] of positions) takeFirst(draft, line, path, keys)
    }
    // The format's version says nothing about the event.
    if (line['@version'] === '1' || line['@version'] === 1) taken.push('@version')
    if (isSourceObject(line['mdc'])) {
      placeContext(draft, 'mdc', line['mdc'])
      taken.push('mdc')
    }
    const { '@fields': fields } = line
    if (isSourceObject(fields)) {
      for (const key in fields) placeKey(draft, key, fields[key])
      taken.push('@fields')
    }
    placeRest(draft, line)
  },
})
