// How each ECS field reads a value of the line: most by their type, some by rules of their own.
import { type EcsField, ecsFields, type JsonObject, type JsonValue } from '@millrace/ecs'
import { addLeftover, type Overlong } from './leftover.ts'
import { isSourceObject, type SourceValue } from './parse-json.ts'

/** Numbers, so that the switch over them costs next to nothing. */
export const readers = {
  byType: 0,
  /** Only Millrace writes the field. */
  none: 1,
  /** Without colours. */
  text: 2,
  level: 3,
  id: 4,
  stack: 5,
  time: 6,
  flattened: 7,
  keyword: 8,
} as const

/** Fields that only Millrace writes; the same names in a line are leftover. */
const ownPaths = new Set<string>([
  'ecs.version',
  'event.id',
  'event.dataset',
  'event.created',
  'event.ingested',
  'data_stream.type',
  'data_stream.dataset',
  'data_stream.namespace',
])

/** One of `readers` by the field's index. */
export const readerOf: Uint8Array = Uint8Array.from(ecsFields.values(), chooseReader)

function chooseReader({ path, type, array }: EcsField): number {
  if (ownPaths.has(path)) return readers.none
  switch (path) {
    case 'message':
    case 'error.message':
      return readers.text
    case 'log.level':
      return readers.level
    case 'trace.id':
    case 'span.id':
    case 'transaction.id':
      return readers.id
    case 'error.stack_trace':
      return readers.stack
  }
  if (type === 'date') return readers.time
  if (type === 'keyword' && !array) return readers.keyword
  return type === 'flattened' ? readers.flattened : readers.byType
}

const hexId = /^[0-9a-fA-F-]+$/
const zeroId = /^[0-]*$/

/** Correlation ids: text, hex ones in lower case; empty or all zero means none (OTLP `LogRecord.trace_id`). */
export function readId(value: SourceValue): string | undefined {
  if (typeof value !== 'string' || zeroId.test(value)) return undefined
  const id = value.toWellFormed()
  return hexId.test(id) ? id.toLowerCase() : id
}

/** A stack trace that comes as lines; other values as they are. */
export function joinLines(value: SourceValue): SourceValue {
  if (!Array.isArray(value)) return value
  if (value.length === 0 || value.some((line) => typeof line !== 'string')) return undefined
  return value.join('\n')
}

const flattenedTextMax = 8000

/** An object for a `flattened` field without limits of its own; undefined when part of it would break those of Lucene. */
export function readFlattened(value: SourceValue): JsonObject | undefined {
  if (!isSourceObject(value)) return undefined
  const overlong: Overlong = []
  const holder: JsonObject = {}
  addLeftover(holder, 'value', value, overlong)
  const isSafe = overlong.length === 0 && isShort(holder['value']!)
  return isSafe ? (holder['value'] as JsonObject) : undefined
}

function isShort(value: JsonValue): boolean {
  if (typeof value === 'string') return value.length <= flattenedTextMax
  if (typeof value !== 'object' || value === null) return true
  return Object.values(value).every(isShort)
}
