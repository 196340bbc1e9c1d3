// bunyan: pino's numbers, an ISO time, and `v: 0` (trentm/node-bunyan README, "Core fields").
import type { Draft } from '../draft.ts'
import { defineFormat, type Line } from '../format.ts'
import { placeRest } from '../key-placement.ts'
import type { SourceObject } from '../parse-json.ts'

export const bunyan = defineFormat({
  name: 'bunyan',
  shape: 'json',
  signature: 'numeric `v`, `level`, `pid`, and `name`, `hostname`, `time` as text',

  recognize({ json }: Line): SourceObject | undefined {
    if (json === undefined) return undefined
    const line = json.object
    const isBunyan =
      typeof line['v'] === 'number' &&
      typeof line['level'] === 'number' &&
      typeof line['name'] === 'string' &&
      typeof line['hostname'] === 'string' &&
      typeof line['pid'] === 'number' &&
      typeof line['time'] === 'string'
    return isBunyan ? line : undefined
  },

  accept: ({ json }: Line): SourceObject | undefined => json?.object,

  normalize(line: SourceObject, draft: Draft): void {
    const { taken } = draft
    draft.from = 'level'
    if (draft.putSeverity(line['level'], 'pino')) taken.push('level')
    draft.from = 'name'
    const { name } = line
    if (typeof name === 'string' && name !== '' && draft.put('log.logger', name)) {
      draft.serviceFallback = name
      taken.push('name')
    }
    draft.from = 'time'
    if (draft.put('@timestamp', line['time'])) taken.push('time')
    draft.from = 'msg'
    if (draft.put('message', line['msg'])) taken.push('msg')
    // The format's version, always 0, says nothing about the event.
    if (line['v'] === 0) taken.push('v')
    placeRest(draft, line)
  },
})
