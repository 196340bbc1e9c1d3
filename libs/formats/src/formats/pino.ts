// pino 5 to 10, with pino-http and fastify: one straight walk over the keys of a line (pino `lib/tools.js` asJson).
import { ecsFields } from '@millrace/ecs'
import type { Draft } from '../draft.ts'
import { defineFormat, type Line } from '../format.ts'
import { placeKey } from '../key-placement.ts'
import type { SourceObject, SourceValue } from '../parse-json.ts'
import { readStackHead } from '../stack-text.ts'
import { ecs } from './ecs.ts'

/** Own timestamp functions may use another key; `created` and the like are the application's. */
const timeKeys = ['time', '@timestamp', 'timestamp', 'ts'] as const

/** Looked up once: every line has them. */
const timestamp = ecsFields.get('@timestamp')!
const message = ecsFields.get('message')!
const logger = ecsFields.get('log.logger')!

export const pino = defineFormat({
  name: 'pino',
  shape: 'json',
  signature:
    'numeric `level` with `time`, `msg`, or `pid` and `hostname`; label levels beside `time`, `pid` and `hostname`',

  /** A numeric level with a time, a process or a message; or label levels beside pino's base (`formatters.level`). */
  recognize({ json }: Line): SourceObject | undefined {
    if (json === undefined) return undefined
    const line = json.object
    const hasBase = typeof line['pid'] === 'number' && typeof line['hostname'] === 'string'
    if (typeof line['level'] === 'number') {
      const isPino = line['time'] !== undefined || hasBase || line['msg'] !== undefined
      return isPino ? line : undefined
    }
    const hasLabel = typeof line['level'] === 'string' || typeof line['severity'] === 'string'
    return hasLabel && hasBase && line['time'] !== undefined ? line : undefined
  },

  /** Also lines of unusual options; but pino with @elastic/ecs-pino-format speaks ECS. */
  accept: (line: Line): SourceObject | undefined =>
    ecs.recognize(line) === undefined ? line.json?.object : undefined,

  normalize(line: SourceObject, draft: Draft): void {
    const timeKey = putTime(draft, line)
    const { stack, type } = line
    const isSpreadError = typeof stack === 'string' && typeof type === 'string'
    if (isSpreadError) takeSpreadError(draft, line, stack)
    const { msg } = line
    const hasMessage = msg !== undefined && putFrom(draft, 'msg', msg)
    for (const key in line) {
      const value = line[key]
      switch (key) {
        case timeKey:
          break
        case 'msg':
          if (!hasMessage) draft.leave(key, value)
          break
        case 'level':
          draft.from = key
          if (!draft.putSeverity(value, 'pino')) draft.take('log.level', key, value)
          break
        case 'name':
          takeName(draft, value)
          break
        case 'v':
          // The format's own version, in pino 5 and older; it says nothing about the event.
          if (value !== 1) draft.leave(key, value)
          break
        case 'stack':
        case 'type':
        case 'code':
          if (!isSpreadError) placeKey(draft, key, value)
          break
        default:
          placeKey(draft, key, value)
      }
    }
  },
})

/** The key that became `@timestamp`; undefined when none is usable, and the time of receipt stands in. */
function putTime(draft: Draft, line: SourceObject): string | undefined {
  for (const key of timeKeys) {
    const value = line[key]
    if (value === undefined) continue
    draft.from = key
    if (draft.putInto(timestamp, value)) return key
  }
  return undefined
}

function putFrom(draft: Draft, key: string, value: SourceValue): boolean {
  draft.from = key
  return draft.putInto(message, value)
}

/**
 * pino 5 and 6 spread a logged error over the root: `stack`, `type: "Error"` whatever its class, its own properties,
 * and a `name` that hides the logger's.
 */
function takeSpreadError(draft: Draft, line: SourceObject, stack: string): void {
  draft.from = 'stack'
  const head = readStackHead(stack)
  draft.put('error.stack_trace', stack)
  draft.put('error.type', head.type ?? line['type'])
  if (head.message !== undefined) draft.put('error.message', head.message)
  if (line['code'] !== undefined && !draft.put('error.code', line['code'])) {
    draft.leave('code', line['code'])
  }
  draft.hasError = true
}

/** The logger's name; as @elastic/ecs-pino-format does it. A spread error's own name is not one. */
function takeName(draft: Draft, value: SourceValue): void {
  draft.from = 'name'
  if (typeof value !== 'string' || value === '') draft.leave('name', value)
  else if (value === draft.get('error.type') && draft.hasError) return
  else if (draft.putInto(logger, value)) draft.serviceFallback = value
  else draft.leave('name', value)
}
