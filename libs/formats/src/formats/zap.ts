// zap's JSON encoder: `ts` in seconds, `level`, `msg`, `caller`, `logger`, `stacktrace` (uber-go/zap, encoder configs).
import type { Draft } from '../draft.ts'
import { takeStack } from '../error-fields.ts'
import { defineFormat, type Line } from '../format.ts'
import { placeRest, takeFirst } from '../key-placement.ts'
import type { SourceObject } from '../parse-json.ts'

export const zap = defineFormat({
  name: 'zap',
  shape: 'json',
  signature: '`ts`, with `level` and `msg` as text',

  recognize({ json }: Line): SourceObject | undefined {
    if (json === undefined) return undefined
    const line = json.object
    const isZap =
      line['ts'] !== undefined &&
      typeof line['msg'] === 'string' &&
      typeof line['level'] === 'string'
    return isZap ? line : undefined
  },

  accept: ({ json }: Line): SourceObject | undefined => json?.object,

  normalize(line: SourceObject, draft: Draft): void {
    takeFirst(draft, line, '@timestamp', ['ts', 'time', 'timestamp'])
    takeFirst(draft, line, 'message', ['msg', 'message'])
    takeFirst(draft, line, 'log.level', ['level', 'severity'])
    // The error's own words and stack beat the stack of the call that logged it.
    takeFirst(draft, line, 'error.message', ['error'])
    const { errorVerbose } = line
    if (typeof errorVerbose === 'string') {
      draft.from = 'errorVerbose'
      if (takeStack(draft, errorVerbose)) draft.taken.push('errorVerbose')
    }
    placeRest(draft, line)
  },
})
