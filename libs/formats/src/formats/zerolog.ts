// zerolog: `level` in lower case, `time`, and `message` last (rs/zerolog, globals.go).
import type { Draft } from '../draft.ts'
import { defineFormat, type Line } from '../format.ts'
import { placeRest, takeFirst } from '../key-placement.ts'
import type { SourceObject } from '../parse-json.ts'

const lowerCaseWord = /^[a-z0-9]{1,16}$/

export const zerolog = defineFormat({
  name: 'zerolog',
  shape: 'json',
  signature: '`time`, `message` as text, and a `level` in lower case',

  recognize({ json }: Line): SourceObject | undefined {
    if (json === undefined) return undefined
    const line = json.object
    const { level, time, message } = line
    const isZerolog =
      typeof level === 'string' &&
      lowerCaseWord.test(level) &&
      (typeof time === 'string' || typeof time === 'number' || typeof time === 'bigint') &&
      typeof message === 'string'
    return isZerolog ? line : undefined
  },

  accept: ({ json }: Line): SourceObject | undefined => json?.object,

  normalize(line: SourceObject, draft: Draft): void {
    takeFirst(draft, line, '@timestamp', ['time'])
    takeFirst(draft, line, 'message', ['message'])
    takeFirst(draft, line, 'log.level', ['level'])
    placeRest(draft, line)
  },
})
