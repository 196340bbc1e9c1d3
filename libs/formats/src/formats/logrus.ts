// logrus' JSONFormatter: `level` and `msg` as text beside `time`, clashing fields as `fields.<name>` (sirupsen/logrus, json_formatter.go).
import type { Draft } from '../draft.ts'
import { defineFormat, type Line } from '../format.ts'
import { placeRest, takeFirst } from '../key-placement.ts'
import type { SourceObject } from '../parse-json.ts'

export const logrus = defineFormat({
  name: 'logrus',
  shape: 'json',
  signature: '`time`, with `level` and `msg` as text',

  recognize({ json }: Line): SourceObject | undefined {
    if (json === undefined) return undefined
    const line = json.object
    const isLogrus =
      typeof line['level'] === 'string' &&
      typeof line['msg'] === 'string' &&
      line['time'] !== undefined
    return isLogrus ? line : undefined
  },

  accept: ({ json }: Line): SourceObject | undefined => json?.object,

  normalize(line: SourceObject, draft: Draft): void {
    takeFirst(draft, line, '@timestamp', ['time', '@timestamp'])
    takeFirst(draft, line, 'message', ['msg', 'message'])
    takeFirst(draft, line, 'log.level', ['level'])
    placeRest(draft, line)
  },
})
