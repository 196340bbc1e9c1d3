// ECS JSON, from ecs-logging libraries and from whoever speaks ECS already (elastic/ecs-logging `spec/spec.json`).
import { ecsFields } from '@millrace/ecs'
import type { Draft } from '../draft.ts'
import { placeEcsKey } from '../ecs-placement.ts'
import { defineFormat, type Line } from '../format.ts'
import { placeKey } from '../key-placement.ts'
import { isSourceObject, type SourceObject } from '../parse-json.ts'

/**
 * Beside ECS fields, loggers add these of their own; nobody means anything else by them. Other shared names
 * (`name`, `thread`, `version`) are context data here, for example of Log4j's MDC.
 */
const loggerKeys = new Set(['req', 'res', 'reqId', 'responseTime', 'err', 'traceparent'])

export const ecs = defineFormat({
  name: 'ecs',
  aliases: ['ecs-json', 'ecs-logging'],
  shape: 'json',
  signature: '`ecs.version`, dotted or nested; or `@timestamp` with `log.level`',

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
      const field = ecsFields.get(key)
      const value = line[key]
      if (field !== undefined && key !== 'labels') {
        if (!draft.putInto(field, value)) draft.leave(key, value)
      } else if (loggerKeys.has(key)) placeKey(draft, key, value)
      else placeEcsKey(draft, key, value)
    }
  },
})
