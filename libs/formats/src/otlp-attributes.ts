// OpenTelemetry's attributes: typed values become plain ones, and names that mean an ECS field go there.
import type { EcsPath } from '@millrace/ecs'
import type { Draft } from './draft.ts'
import { placeEcsKey } from './ecs-placement.ts'
import { jsonText, setOwn } from './leftover.ts'
import { isSourceObject, type SourceObject, type SourceValue } from './parse-json.ts'

/** Names that differ from ECS's (ECS `ecs_flat.yml`, `otel` entries). */
const paths = new Map<string, EcsPath>([
  ['exception.type', 'error.type'],
  ['exception.message', 'error.message'],
  ['exception.stacktrace', 'error.stack_trace'],
  ['deployment.environment.name', 'service.environment'],
  ['deployment.environment', 'service.environment'],
  ['service.instance.id', 'service.node.name'],
  ['http.request.body.size', 'http.request.body.bytes'],
  ['http.response.body.size', 'http.response.body.bytes'],
  ['http.request.size', 'http.request.bytes'],
  ['http.response.size', 'http.response.bytes'],
  ['faas.invocation_id', 'faas.execution'],
  ['code.function.name', 'log.origin.function'],
  ['code.function', 'log.origin.function'],
  ['code.file.path', 'log.origin.file.name'],
  ['code.filepath', 'log.origin.file.name'],
  ['code.line.number', 'log.origin.file.line'],
  ['code.lineno', 'log.origin.file.line'],
  ['thread.id', 'process.thread.id'],
  ['thread.name', 'process.thread.name'],
  ['os.type', 'host.os.type'],
  ['os.name', 'host.os.name'],
  ['os.version', 'host.os.version'],
  ['os.description', 'host.os.full'],
])

/** Attributes as the protocol has them: a list of pairs. */
export interface Attributes {
  pairs: (readonly [key: string, value: SourceValue])[]
  /** What was no pair. */
  rest: SourceValue[]
}

/** An event's own attributes come first, then the scope's, then the resource's: the first usable one wins. */
export function placeAttributes(draft: Draft, from: string, { pairs, rest }: Attributes): void {
  for (const [key, value] of pairs) {
    draft.from = `${from}.${key}`
    const path = paths.get(key)
    if (path !== undefined) draft.take(path, key, value)
    else placeEcsKey(draft, key, value)
  }
  if (rest.length > 0) draft.leave(from, rest)
}

export function readAttributes(list: SourceValue): Attributes {
  const attributes: Attributes = { pairs: [], rest: [] }
  if (list === undefined || list === null) return attributes
  if (!Array.isArray(list)) return { pairs: [], rest: [list] }
  for (const item of list) {
    const key = isSourceObject(item) ? item['key'] : undefined
    if (typeof key === 'string') attributes.pairs.push([key, readValue(item.value, 0)])
    else attributes.rest.push(item)
  }
  return attributes
}

/** Values within values; what is deeper is kept as JSON text. */
const depthMax = 32

/** `AnyValue` (opentelemetry-proto `common.proto`); something else is kept as it is. */
export function readValue(value: SourceValue, depth: number): SourceValue {
  if (!isSourceObject(value)) return value
  if (depth > depthMax) return jsonText(value)
  const [kind, ...others] = Object.keys(value)
  if (kind === undefined) return null
  const content = value[kind]
  if (others.length > 0) return value
  switch (kind) {
    case 'stringValue':
    case 'boolValue':
    case 'doubleValue':
    case 'bytesValue':
      return content
    case 'intValue':
      return readInteger(content)
    case 'arrayValue':
      return readList(content, depth)
    case 'kvlistValue':
      return readMap(content, depth)
    default:
      return value
  }
}

const integerText = /^-?\d{1,15}$/

/** 64-bit integers are texts in JSON; one that a number holds exactly becomes one. */
function readInteger(value: SourceValue): SourceValue {
  return typeof value === 'string' && integerText.test(value) ? Number(value) : value
}

function readList(value: SourceValue, depth: number): SourceValue {
  const { values = [] } = isSourceObject(value) ? value : {}
  return Array.isArray(values) ? values.map((item) => readValue(item, depth + 1)) : value
}

function readMap(value: SourceValue, depth: number): SourceValue {
  const { values = [] } = isSourceObject(value) ? value : {}
  if (!Array.isArray(values)) return value
  const map: SourceObject = {}
  for (const pair of values) {
    // A list with anything else in it, or with a key twice, says more than an object can.
    if (!isSourceObject(pair) || typeof pair['key'] !== 'string') return value
    if (Object.hasOwn(map, pair['key'])) return value
    setOwn(map, pair['key'], readValue(pair['value'], depth + 1))
  }
  return map
}

/** Whether a body is one text, number or truth value; `bytesValue` is text only in JSON. */
export function isScalar(value: SourceValue, source: SourceValue): boolean {
  if (typeof value === 'object') return false
  return !(isSourceObject(source) && Object.hasOwn(source, 'bytesValue'))
}
