// winston 3 with `format.json()`: level and message in words, the rest of the call beside them (winstonjs/logform).
import type { Draft } from '../draft.ts'
import { defineFormat, type Line } from '../format.ts'
import { placeRest } from '../key-placement.ts'
import type { SourceObject } from '../parse-json.ts'

export const winston = defineFormat({
  name: 'winston',
  shape: 'json',
  signature: '`level` and `message` as text, without `time`',

  /** zerolog writes level and message too, but always with `time`; winston's time is called `timestamp`, if there is one. */
  recognize({ json }: Line): SourceObject | undefined {
    if (json === undefined) return undefined
    const line = json.object
    const hasWords = typeof line['level'] === 'string' && typeof line['message'] === 'string'
    return hasWords && line['time'] === undefined ? line : undefined
  },

  accept: ({ json }: Line): SourceObject | undefined => json?.object,

  normalize(line: SourceObject, draft: Draft): void {
    const { taken } = draft
    draft.from = 'message'
    if (draft.put('message', line['message'])) taken.push('message')
    draft.from = 'level'
    if (draft.put('log.level', line['level'])) taken.push('level')
    draft.from = 'timestamp'
    if (draft.put('@timestamp', line['timestamp'])) taken.push('timestamp')
    if (line['exception'] === true) {
      // `exceptions.handle()` writes these; their names are ECS's, their content is not.
      for (const key of ['exception', 'date', 'trace', 'os']) {
        if (!Object.hasOwn(line, key)) continue
        draft.leave(key, line[key])
        taken.push(key)
      }
    }
    placeRest(draft, line)
  },
})
