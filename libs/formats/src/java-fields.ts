// What Java's loggers share: where a line was logged from, and the context map (MDC).
import type { Draft } from './draft.ts'
import { setOwn } from './leftover.ts'
import { placeKey } from './key-placement.ts'
import { isSourceObject, type SourceObject, type SourceValue } from './parse-json.ts'
import type { EcsPath } from '@millrace/ecs'

const positionPaths: Record<string, EcsPath> = {
  file: 'log.origin.file.name',
  line: 'log.origin.file.line',
  method: 'log.origin.function',
  function: 'log.origin.function',
}

/** `{class, method, file, line}`; what is not one of ECS's three stays under `key`. */
export function takeJavaPosition(draft: Draft, key: string, position: SourceValue): void {
  if (!isSourceObject(position)) {
    draft.leave(key, position)
    return
  }
  draft.from = key
  let rest: SourceObject | undefined
  for (const name in position) {
    const value = position[name]
    const path = Object.hasOwn(positionPaths, name) ? positionPaths[name] : undefined
    const isUsable = path !== undefined && value !== ''
    if (isUsable && draft.put(path, value)) continue
    rest ??= {}
    setOwn(rest, name, value)
  }
  if (rest !== undefined) draft.leave(key, rest)
}

/** Only these of an application's own context are known for sure; the rest stays under the name of the map. */
const correlationKeys = new Set([
  'trace_id',
  'traceId',
  'trace.id',
  'span_id',
  'spanId',
  'span.id',
  'transaction.id',
  'traceparent',
])

export function placeContext(draft: Draft, key: string, context: SourceValue): void {
  if (!isSourceObject(context)) {
    draft.leave(key, context)
    return
  }
  let rest: SourceObject | undefined
  for (const name in context) {
    if (correlationKeys.has(name)) placeKey(draft, name, context[name])
    else {
      rest ??= {}
      setOwn(rest, name, context[name])
    }
  }
  if (rest !== undefined) draft.leave(key, rest)
}
