// Go's slog with its JSONHandler: `time`, `level` in capitals, `msg`, groups nested (Go `log/slog`, handler.go).
import type { LogLevel } from '@millrace/ecs'
import type { Draft } from '../draft.ts'
import { defineFormat, type Line } from '../format.ts'
import { placeRest, takeFirst } from '../key-placement.ts'
import type { SourceObject, SourceValue } from '../parse-json.ts'

const levelText = /^(DEBUG|INFO|WARN|ERROR)([+-]\d{1,9})?$/
const levelNumbers: Record<string, number> = { DEBUG: -4, INFO: 0, WARN: 4, ERROR: 8 }

export const slog = defineFormat({
  name: 'slog',
  aliases: ['go-slog'],
  shape: 'json',
  signature: '`time`, `msg` and a `level` DEBUG, INFO, WARN or ERROR, with an offset or without',

  recognize({ json }: Line): SourceObject | undefined {
    if (json === undefined) return undefined
    const line = json.object
    const { time, level, msg } = line
    const isSlog =
      typeof time === 'string' &&
      typeof level === 'string' &&
      levelText.test(level) &&
      typeof msg === 'string'
    return isSlog ? line : undefined
  },

  accept: ({ json }: Line): SourceObject | undefined => json?.object,

  normalize(line: SourceObject, draft: Draft): void {
    takeFirst(draft, line, '@timestamp', ['time'])
    takeFirst(draft, line, 'message', ['msg'])
    if (putSlogLevel(draft, line['level'])) draft.taken.push('level')
    placeRest(draft, line)
  },
})

/** `INFO+2` is two above INFO, and not yet WARN (slog `Level.String`). */
export function putSlogLevel(draft: Draft, value: SourceValue): boolean {
  const match = typeof value === 'string' ? levelText.exec(value) : null
  if (match?.[2] === undefined) return false
  const number = levelNumbers[match[1]!]! + Number(match[2])
  const level: LogLevel = number < 0 ? 'debug' : number < 4 ? 'info' : number < 8 ? 'warn' : 'error'
  draft.from = 'level'
  draft.setOwn('log.level', level)
  draft.leave('level', match[0])
  return true
}
