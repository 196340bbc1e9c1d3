// Any JSON object: the names that loggers share are understood, everything else is kept.
import type { Draft } from '../draft.ts'
import { defineFormat, type Line } from '../format.ts'
import { aliases, placeRest, takeFirst } from '../key-placement.ts'
import type { SourceObject } from '../parse-json.ts'

export const json = defineFormat({
  name: 'json',
  aliases: ['generic-json', 'ndjson'],
  shape: 'json',
  signature: 'any JSON object',

  recognize: (line: Line): SourceObject | undefined => line.json?.object,

  normalize(line: SourceObject, draft: Draft): void {
    takeFirst(draft, line, '@timestamp', aliases.time)
    takeFirst(draft, line, 'message', messageKeys(line))
    takeFirst(draft, line, 'log.level', textKeys(line, aliases.level))
    takeFirst(draft, line, 'log.logger', textKeys(line, aliases.logger))
    placeRest(draft, line)
  },
})

/** Only texts are messages here; `event` may be an ECS object and waits for its turn. */
function messageKeys(line: SourceObject): readonly string[] {
  return textKeys(line, aliases.message)
}

/** A number is no level without a known family, and no logger at all. */
function textKeys(line: SourceObject, keys: readonly string[]): readonly string[] {
  return keys.filter((key) => typeof line[key] === 'string' && line[key] !== '')
}
