// A strict reader of documents: says what in one would not fit the template.
import { isObject } from '@millrace/foundation'
import { ecsFields, ecsObjectPaths, type EcsField, isIpAddress, logLevels } from '@millrace/ecs'

const isoPattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3,9}Z$/
const always = [
  '@timestamp',
  'ecs.version',
  'event.id',
  'event.dataset',
  'event.created',
  'event.ingested',
  'data_stream.type',
  'data_stream.dataset',
  'data_stream.namespace',
  'agent.type',
  'log.level',
]

/** One sentence for each thing that is wrong; empty for a document that Elasticsearch takes. */
export function documentProblems(document: Record<string, unknown>): string[] {
  const problems: string[] = []
  const seen = new Set<string>()
  checkObject(document, '', problems, seen)
  for (const path of always) if (!seen.has(path)) problems.push(`${path} is missing`)
  const level = (document['log'] as { level?: unknown } | undefined)?.level
  if (!logLevels.some((known) => known === level)) problems.push('log.level is none of the six')
  const format = (document['millrace'] as { format?: unknown } | undefined)?.format
  if (typeof format !== 'string' || format === '') problems.push('millrace.format is missing')
  const again: unknown = JSON.parse(JSON.stringify(document))
  if (JSON.stringify(again) !== JSON.stringify(document)) problems.push('does not survive JSON')
  return problems
}

/** What it is of, and how it came where the record has a time: see `ownFields`. */
function checkOwn(millrace: Record<string, unknown>, problems: string[]): void {
  const { format: _format, ...transit } = millrace
  const names = Object.keys(transit).join()
  if (names === '') return
  if (names !== 'indexing_delay_ms,partition') problems.push(`millrace has other keys: ${names}`)
  for (const [name, value] of Object.entries(transit)) {
    const isCount = Number.isSafeInteger(value) && (value as number) >= 0
    if (!isCount) problems.push(`millrace.${name} is no whole number from 0`)
  }
}

function checkObject(
  object: Record<string, unknown>,
  prefix: string,
  problems: string[],
  seen: Set<string>,
): void {
  for (const key of Object.keys(object)) {
    const path = prefix + key
    const value = object[key]
    const field = ecsFields.get(path)
    seen.add(path)
    if (path === 'attributes') checkFlattened(value, path, 0, problems)
    else if (path === 'millrace') checkOwn(value as Record<string, unknown>, problems)
    else if (key.includes('.')) problems.push(`${path} is a dotted key`)
    else if (field !== undefined) checkField(field, value, problems)
    else if (!ecsObjectPaths.has(path)) problems.push(`${path} is no ECS field`)
    else if (!isObject(value)) problems.push(`${path} is not an object`)
    else checkObject(value, `${path}.`, problems, seen)
  }
}

function checkField(field: EcsField, value: unknown, problems: string[]): void {
  if (field.array !== Array.isArray(value))
    problems.push(`${field.path} must${field.array ? '' : ' not'} be an array`)
  for (const item of Array.isArray(value) ? value : [value]) {
    if (!fits(field, item))
      problems.push(`${field.path} is no ${field.type}: ${JSON.stringify(item)}`)
    if (field.type === 'flattened') checkFlattened(item, field.path, 0, problems, 32_000)
  }
}

function fits({ type }: EcsField, value: unknown): boolean {
  switch (type) {
    case 'long':
      return Number.isSafeInteger(value)
    case 'float':
    case 'scaled_float':
      return typeof value === 'number' && Math.abs(value) <= 1e15
    case 'boolean':
      return typeof value === 'boolean'
    case 'date':
      return typeof value === 'string' && isoPattern.test(value) && !Number.isNaN(Date.parse(value))
    case 'ip':
      return typeof value === 'string' && isIpAddress(value)
    case 'geo_point':
      return (
        isObject(value) &&
        Math.abs(Number(value['lat'])) <= 90 &&
        Math.abs(Number(value['lon'])) <= 180
      )
    case 'flattened':
      return isObject(value)
    default:
      return typeof value === 'string' && value.isWellFormed()
  }
}

// oxlint-disable-next-line max-params -- it calls itself with each of them changed or passed on
function checkFlattened(
  value: unknown,
  path: string,
  depth: number,
  problems: string[],
  textMax = Infinity,
): void {
  if (depth > 18) problems.push(`${path.slice(0, 80)} is nested too deep`)
  if (Buffer.byteLength(path) > 600)
    problems.push(`${path.slice(0, 80)} is a key path of too many bytes`)
  if (typeof value === 'string') {
    if (!value.isWellFormed()) problems.push(`${path} has a lone surrogate`)
    if (value.length > textMax) problems.push(`${path} is too long`)
  } else if (Array.isArray(value)) {
    for (const item of value) checkFlattened(item, path, depth + 1, problems, textMax)
  } else if (isObject(value)) {
    for (const key of Object.keys(value)) {
      if (key.includes('\0') || key.split('.').some((name) => name.trim() === '')) {
        problems.push(`${path} has the key ${JSON.stringify(key)}`)
      }
      checkFlattened(value[key], `${path}.${key}`, depth + 1, problems, textMax)
    }
  } else if (typeof value === 'number' && !Number.isFinite(value))
    problems.push(`${path} is not finite`)
}
