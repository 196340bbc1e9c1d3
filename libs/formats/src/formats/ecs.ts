// ECS JSON, from ecs-logging libraries and from whoever speaks ECS already (elastic/ecs-logging `spec/spec.json`).
import type { Draft } from '../draft.ts'
import { placeEcsKey } from '../ecs-placement.ts'
import { defineFormat, type Line } from '../format.ts'
import { isSourceObject, type SourceObject } from '../parse-json.ts'

export const ecs = defineFormat({
  name: 'ecs',
  aliases: ['ecs-json', 'ecs-logging'],
  shape: 'json',

  recognize({ json }: Line): SourceObject | undefined {
    if (json === undefined) return undefined
    const line = json.object
    const { ecs: version, log } = line
    const hasVersion =
      line['ecs.version'] !== undefined ||
      (isSourceObject(version) && version['version'] !== undefined)
    if (hasVersion) return line
    const hasLevel =
      line['log.level'] !== undefined || (isSourceObject(log) && log['level'] !== undefined)
    return hasLevel && line['@timestamp'] !== undefined ? line : undefined
  },

  accept: ({ json }: Line): SourceObject | undefined => json?.object,

  normalize(line: SourceObject, draft: Draft): void {
    for (const key in line) {
      draft.from = key
      placeEcsKey(draft, key, line[key])
    }
  },
})
