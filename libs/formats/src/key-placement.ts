// The root keys that loggers share: each name is known once, whatever format the line has.
import { ecsFields, ecsObjectPaths, type EcsPath } from '@millrace/ecs'
import type { Draft } from './draft.ts'
import { isEcsKey, placeEcsKey, placeEcsObject } from './ecs-placement.ts'
import { isErrorShaped, takeError, takeStack } from './error-fields.ts'
import { takeDurationMs, takeRequest, takeResponse } from './http-fields.ts'
import { isSourceObject, type SourceObject, type SourceValue } from './parse-json.ts'

type Place = (draft: Draft, key: string, value: SourceValue) => void

/** The names of each thing, first usable wins. */
export const aliases = {
  time: ['@timestamp', 'time', 'timestamp', 'ts', '@t', 'asctime', 'created', 't'],
  message: ['message', 'msg', '@m', 'short_message', 'event', 'text'],
  level: ['log.level', 'level', 'severity', 'levelname', 'lvl'],
  logger: ['logger', 'name', 'loggerName', 'logger_name', 'SourceContext'],
} as const satisfies Record<string, readonly string[]>

const places = new Map<string, Place>()
const hostname = ecsFields.get('host.hostname')!
const hostName = ecsFields.get('host.name')!

function takeAs(path: EcsPath): Place {
  const field = ecsFields.get(path)!
  return (draft, key, value) => {
    if (!draft.putInto(field, value)) draft.leave(key, value)
  }
}

/** Only texts; a number or an object under such a common word means something else. */
function takeTextAs(path: EcsPath): Place {
  const field = ecsFields.get(path)!
  return (draft, key, value) => {
    const isUsable = typeof value === 'string' && value !== ''
    if (!isUsable || !draft.putInto(field, value)) draft.leave(key, value)
  }
}

function assign(keys: readonly string[], place: Place): void {
  for (const key of keys) places.set(key, place)
}

for (const path of ecsFields.keys()) {
  // `labels` is one of a kind.
  places.set(path, path === 'labels' ? placeEcsKey : takeAs(path as EcsPath))
}
assign([...ecsObjectPaths], placeEcsKey)
assign(['time', 'timestamp', 'ts', '@t'], takeAs('@timestamp'))
assign(['msg', '@m', 'short_message'], takeAs('message'))
assign(['level', 'severity', 'levelname', 'lvl'], takeAs('log.level'))
assign(aliases.logger, takeTextAs('log.logger'))
assign(['pid', 'process_id'], takeAs('process.pid'))
assign(['source_host', 'hostname'], placeHost)
assign(['thread', 'thread_name', 'threadName', 'threadId', 'thread_id'], placeThread)
assign(['service_name', 'app'], takeTextAs('service.name'))
assign(['env', 'environment'], takeTextAs('service.environment'))
assign(['version'], placeVersion)
assign(['caller', 'src', 'source', 'file'], placeOrigin)
assign(['filename'], placeFileName)
assign(['lineno'], takeAs('log.origin.file.line'))
assign(['funcName', 'func'], takeTextAs('log.origin.function'))
assign(['err', 'exception', 'exc_info', 'thrown', 'throwable', '@x'], takeError)
assign(['stack', 'stack_trace', 'stacktrace', 'stackTrace'], placeStack)
assign(['req'], takeRequest)
assign(['res'], takeResponse)
assign(['responseTime'], takeDurationMs)
assign(['reqId', 'x-request-id'], takeAs('http.request.id'))
assign(['trace_id', 'traceId', '@tr', 'TraceId', 'otelTraceID'], placeTraceId)
assign(['span_id', 'spanId', '@sp', 'SpanId', 'otelSpanID'], placeSpanId)
assign(['traceparent'], placeTraceParent)
assign(['process'], placeProcess)

/** Whether a root key means something here, whatever the format. */
export function isSharedKey(key: string): boolean {
  return places.has(key)
}

/** Places one root key of a JSON line: shared names, then ECS names, then `attributes`. */
export function placeKey(draft: Draft, key: string, value: SourceValue): void {
  draft.from = key
  const place = places.get(key)
  if (place !== undefined) place(draft, key, value)
  else if (key.startsWith('labels.')) placeEcsKey(draft, key, value)
  else if (!draft.hasError && isErrorShaped(value)) takeError(draft, key, value)
  else draft.leave(key, value)
}

/** Places every key that the format has not taken itself. */
export function placeRest(draft: Draft, source: SourceObject): void {
  const { taken } = draft
  for (const key in source) if (!taken.includes(key)) placeKey(draft, key, source[key])
}

/** Fills `path` from the first of `keys` that is there and usable, and marks that key as taken. */
export function takeFirst(
  draft: Draft,
  source: SourceObject,
  path: EcsPath,
  keys: readonly string[],
): boolean {
  for (const key of keys) {
    if (!Object.hasOwn(source, key) || draft.taken.includes(key)) continue
    draft.from = key
    if (!draft.put(path, source[key])) continue
    draft.taken.push(key)
    return true
  }
  return false
}

function placeHost(draft: Draft, key: string, value: SourceValue): void {
  if (typeof value !== 'string' || value === '' || !draft.putInto(hostname, value)) {
    draft.leave(key, value)
    return
  }
  draft.putInto(hostName, value)
}

function placeThread(draft: Draft, key: string, value: SourceValue): void {
  if (draft.put('process.thread.id', value)) return
  if (typeof value === 'string' && value !== '') draft.take('process.thread.name', key, value)
  else draft.leave(key, value)
}

function placeProcess(draft: Draft, key: string, value: SourceValue): void {
  if (isSourceObject(value)) placeEcsObject(draft, key, value)
  else draft.take('process.pid', key, value)
}

/** A version is the service's only where the line names the service. */
function placeVersion(draft: Draft, key: string, value: SourceValue): void {
  const { source } = draft
  const named =
    source['service'] ?? source['service.name'] ?? source['service_name'] ?? source['app']
  if (typeof named === 'string' && typeof value === 'string' && value !== '') {
    draft.take('service.version', key, value)
  } else draft.leave(key, value)
}

const fileAndLine = /^(.{1,1024}):(\d{1,9})$/

/** `file:line` (zap, logrus, zerolog), or `{file, line, function}` (bunyan, slog); other objects are ECS's own. */
function placeOrigin(draft: Draft, key: string, value: SourceValue): void {
  if (typeof value === 'string') {
    const match = fileAndLine.exec(value)
    if (match === null || !draft.put('log.origin.file.name', match[1])) draft.leave(key, value)
    else draft.put('log.origin.file.line', match[2])
  } else if (isSourceObject(value) && typeof value['file'] === 'string') {
    placeOriginObject(draft, key, value)
  } else if (isEcsKey(key)) placeEcsObject(draft, key, value)
  else draft.leave(key, value)
}

function placeOriginObject(draft: Draft, key: string, origin: SourceObject): void {
  const rest: SourceObject = {}
  let left = 0
  for (const name in origin) {
    const value = origin[name]
    const path =
      name === 'file'
        ? 'log.origin.file.name'
        : name === 'line'
          ? 'log.origin.file.line'
          : name === 'func' || name === 'function'
            ? 'log.origin.function'
            : undefined
    if (path !== undefined && draft.put(path, value)) continue
    Object.defineProperty(rest, name, { value, enumerable: true })
    left++
  }
  if (left > 0) draft.leave(key, rest)
}

/** A file name is the logger's position only beside a line number (Python); elsewhere it is data. */
function placeFileName(draft: Draft, key: string, value: SourceValue): void {
  if (Object.hasOwn(draft.source, 'lineno')) takeTextAs('log.origin.file.name')(draft, key, value)
  else draft.leave(key, value)
}

function placeStack(draft: Draft, key: string, value: SourceValue): void {
  if (!takeStack(draft, value)) draft.leave(key, value)
}

const traceIdPattern = /^[0-9a-fA-F]{16}(?:[0-9a-fA-F]{16})?$/
const spanIdPattern = /^[0-9a-fA-F]{16}$/
const traceParentPattern = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}/

/** Ids of other systems (Datadog's decimals, X-Ray's) are no W3C trace ids: they are left over. */
function placeTraceId(draft: Draft, key: string, value: SourceValue): void {
  if (typeof value === 'string' && traceIdPattern.test(value)) draft.take('trace.id', key, value)
  else draft.leave(key, value)
}

function placeSpanId(draft: Draft, key: string, value: SourceValue): void {
  if (typeof value === 'string' && spanIdPattern.test(value)) draft.take('span.id', key, value)
  else draft.leave(key, value)
}

function placeTraceParent(draft: Draft, key: string, value: SourceValue): void {
  if (typeof value === 'string') putTraceParent(draft, value)
  // The flags have no ECS field.
  draft.leave(key, value)
}

/** W3C Trace Context 3.2: fills the ids that the line has not. */
export function putTraceParent(draft: Draft, text: string): void {
  const match = traceParentPattern.exec(text)
  if (match === null || draft.has('trace.id')) return
  if (draft.put('trace.id', match[1])) draft.put('span.id', match[2])
}
