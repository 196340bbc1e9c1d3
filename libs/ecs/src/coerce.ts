// The type guard: before a value goes into an ECS field, it gets the field's type or is refused.
import type { JsonValue } from './document.ts'
import type { EcsField, EcsType } from './fields.ts'
import { isIpAddress } from './ip-address.ts'
import { readTimestamp } from './timestamp.ts'

/**
 * The value as its field's Elasticsearch type takes it, converted where nothing is lost (number to text, numeric
 * text to number, one value to a list of one); undefined when that is impossible. `flattened` takes objects only
 * and leaves their content to the caller.
 */
export function coerce(field: EcsField, value: unknown): JsonValue | undefined {
  if (value === null || value === undefined) return undefined
  if (field.array) return coerceArray(field.type, value)
  if (Array.isArray(value)) {
    return value.length === 1 ? coerceScalar(field.type, value[0]) : undefined
  }
  return coerceScalar(field.type, value)
}

function coerceArray(type: EcsType, value: unknown): JsonValue[] | undefined {
  if (!Array.isArray(value)) {
    const only = coerceScalar(type, value)
    return only === undefined ? undefined : [only]
  }
  if (value.length === 0) return undefined
  const items: JsonValue[] = []
  for (const item of value) {
    const coerced = coerceScalar(type, item)
    if (coerced === undefined) return undefined
    items.push(coerced)
  }
  return items
}

function coerceScalar(type: EcsType, value: unknown): JsonValue | undefined {
  switch (type) {
    case 'keyword':
    case 'wildcard':
    case 'constant_keyword':
    case 'match_only_text':
      return coerceText(value)
    case 'long':
      return coerceLong(value)
    case 'float':
    case 'scaled_float':
      return coerceFloat(value)
    case 'date':
      return readTimestamp(value)?.iso
    case 'boolean':
      return coerceBoolean(value)
    case 'ip':
      return typeof value === 'string' && isIpAddress(value) ? value : undefined
    case 'geo_point':
      return coerceGeoPoint(value)
    default:
      // Only `flattened` is left.
      return isObject(value) ? (value as JsonValue) : undefined
  }
}

function coerceText(value: unknown): string | undefined {
  if (typeof value === 'string') return value.isWellFormed() ? value : value.toWellFormed()
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') {
    return String(value)
  }
  return undefined
}

const integerText = /^[+-]?\d{1,16}$/

/** Within ±2^53, where JSON numbers are exact; longer integers stay text, in `attributes`. */
function coerceLong(value: unknown): number | undefined {
  if (typeof value === 'string' && integerText.test(value)) return coerceLong(Number(value))
  return Number.isSafeInteger(value) ? (value as number) + 0 : undefined
}

const decimalText = /^[+-]?\d{1,15}(?:\.\d{1,15})?(?:[eE][+-]?\d{1,2})?$/
/** Both are below what a 4-byte float and a scaled long can hold. */
const floatMax = 1e15

function coerceFloat(value: unknown): number | undefined {
  if (typeof value === 'string') {
    return decimalText.test(value) ? coerceFloat(Number(value)) : undefined
  }
  return typeof value === 'number' && Math.abs(value) <= floatMax ? value : undefined
}

function coerceBoolean(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value
  return value === 'true' ? true : value === 'false' ? false : undefined
}

const geoText = /^(-?\d{1,2}(?:\.\d{1,15})?), ?(-?\d{1,3}(?:\.\d{1,15})?)$/

function coerceGeoPoint(value: unknown): JsonValue | undefined {
  if (typeof value === 'string') {
    const match = geoText.exec(value)
    return match === null ? undefined : geoPoint(Number(match[1]), Number(match[2]))
  }
  if (!isObject(value) || Object.keys(value).length !== 2) return undefined
  return geoPoint(coerceFloat(value['lat']), coerceFloat(value['lon']))
}

function geoPoint(lat: number | undefined, lon: number | undefined): JsonValue | undefined {
  if (lat === undefined || lon === undefined) return undefined
  return Math.abs(lat) <= 90 && Math.abs(lon) <= 180 ? { lat, lon } : undefined
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
