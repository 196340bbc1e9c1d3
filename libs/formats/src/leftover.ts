// What has no home in ECS is kept in `attributes`, within the limits of Elasticsearch's `flattened` type.
import type { JsonObject, JsonValue } from '@millrace/ecs'
import { isSourceObject, type SourceValue } from './parse-json.ts'

/** Longest key path in bytes. A longer one could push `path NUL value` over Lucene's 32 766 bytes, a rejected document. */
export const keyPathBytesMax = 512
/** Deepest nesting under `attributes`; the mapping's depth_limit of 20 is an error, not a cut. */
export const nestingMax = 17

/** Keys and values that did not fit anywhere else, as `[path, value]` JSON texts. */
export type Overlong = string[]

/** Adds one value under one key of `target`, cleaned; a second value for the same key joins the first. */
export function addLeftover(
  target: JsonObject,
  key: string,
  value: SourceValue,
  overlong: Overlong,
): void {
  const name = cleanKey(key)
  if (isLongPath(name)) {
    overlong.push(jsonText([key, value]))
    return
  }
  merge(target, name, cleanValue(value, name, 1, overlong))
}

/** Own property in any case: assignment to `__proto__` would set the prototype instead. */
export function setOwn(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(target, key, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    })
  } else {
    target[key] = value
  }
}

function merge(target: JsonObject, key: string, value: JsonValue): void {
  if (!Object.hasOwn(target, key)) {
    setOwn(target, key, value)
    return
  }
  const present = target[key]!
  if (isSourceObject(present) && isSourceObject(value)) {
    for (const inner of Object.keys(value)) merge(present, inner, value[inner]!)
  } else {
    // Pushed, not copied: a hostile line can bring the same key a hundred thousand times.
    const both = Array.isArray(present) ? present : [present]
    if (Array.isArray(value)) for (const item of value) both.push(item)
    else both.push(value)
    setOwn(target, key, both)
  }
}

function cleanValue(
  value: SourceValue,
  path: string,
  depth: number,
  overlong: Overlong,
): JsonValue {
  switch (typeof value) {
    case 'string':
      return value.isWellFormed() ? value : value.toWellFormed()
    case 'number':
      return Number.isFinite(value) ? value : String(value)
    case 'boolean':
      return value
    case 'object':
      if (value === null) return null
      if (depth >= nestingMax) return jsonText(value)
      return Array.isArray(value)
        ? cleanArray(value, path, depth, overlong)
        : cleanObject(value as Record<string, unknown>, path, depth, overlong)
    case 'bigint':
      return String(value)
    default:
      return null
  }
}

function cleanArray(
  values: SourceValue[],
  path: string,
  depth: number,
  overlong: Overlong,
): JsonValue[] {
  const cleaned: JsonValue[] = []
  for (const value of values) cleaned.push(cleanValue(value, path, depth + 1, overlong))
  return cleaned
}

function cleanObject(
  source: Record<string, unknown>,
  path: string,
  depth: number,
  overlong: Overlong,
): JsonObject {
  const cleaned: JsonObject = {}
  for (const key in source) {
    const name = cleanKey(key)
    const inner = `${path}.${name}`
    if (isLongPath(inner)) {
      overlong.push(jsonText([inner, source[key]]))
    } else {
      merge(cleaned, name, cleanValue(source[key], inner, depth + 1, overlong))
    }
  }
  return cleaned
}

function isLongPath(path: string): boolean {
  // Cheap bound first: UTF-16 units are at most three bytes each.
  return path.length * 3 > keyPathBytesMax && Buffer.byteLength(path) > keyPathBytesMax
}

const plainKey = /^[A-Za-z0-9_$@-]+(?:\.[A-Za-z0-9_$@-]+)*$/

/** Loggers repeat their keys in every line. */
const knownPlainKeys = new Set<string>()
const plainKeysMax = 2000
const plainKeyLengthMax = 64

/** Elasticsearch refuses NUL in keys and, elsewhere, empty names between dots: they become `_`. */
export function cleanKey(key: string): string {
  if (knownPlainKeys.has(key)) return key
  if (plainKey.test(key)) {
    if (key.length <= plainKeyLengthMax) {
      if (knownPlainKeys.size >= plainKeysMax) knownPlainKeys.clear()
      knownPlainKeys.add(key)
    }
    return key
  }
  const names = key.toWellFormed().replaceAll('\0', '\ufffd').split('.')
  for (let index = 0; index < names.length; index++) {
    if (names[index]!.trim() === '') names[index] = '_'
  }
  return names.join('.')
}

/** JSON text of anything that was parsed; a nesting that overflows the stack is told, not thrown. */
export function jsonText(value: SourceValue): string {
  try {
    return JSON.stringify(value, bigintToText) ?? 'null'
  } catch {
    return '[nested too deep: see event.original]'
  }
}

function bigintToText(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value
}
