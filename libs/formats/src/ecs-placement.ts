// ECS names in a line, dotted or nested, go to the ECS field they name; what does not fit is left over.
import { ecsFields, ecsObjectPaths, type JsonObject } from '@millrace/ecs'
import type { Draft } from './draft.ts'
import { takeError } from './error-fields.ts'
import { setOwn } from './leftover.ts'
import { isSourceObject, type SourceObject, type SourceValue } from './parse-json.ts'

/** Whether a root key is the path of an ECS field or of an ECS object. */
export function isEcsKey(key: string): boolean {
  return ecsFields.has(key) || ecsObjectPaths.has(key)
}

/** Places one root key of a line by ECS rules alone. */
export function placeEcsKey(draft: Draft, key: string, value: SourceValue): void {
  const field = ecsFields.get(key)
  if (key === 'labels') placeLabels(draft, value)
  else if (field !== undefined) {
    if (!draft.putInto(field, value)) draft.leave(key, value)
  } else if (ecsObjectPaths.has(key)) placeEcsObject(draft, key, value)
  else if (key.startsWith('labels.')) placeLabels(draft, { [key.slice('labels.'.length)]: value })
  else draft.leave(key, value)
}

/** A root key that names an ECS object: its known leaves are mapped, the rest is left over under the same path. */
export function placeEcsObject(draft: Draft, key: string, value: SourceValue): void {
  if (key === 'error') takeError(draft, key, value)
  else if (isSourceObject(value)) {
    const rest = placeChildren(draft, key, value)
    if (rest !== undefined) draft.leave(key, rest)
  } else placeScalar(draft, key, value)
}

function placeScalar(draft: Draft, key: string, value: SourceValue): void {
  const isText = typeof value === 'string' && value !== ''
  if (key === 'service' && isText) draft.take('service.name', key, value)
  else if (key === 'host' && isText) draft.take('host.name', key, value)
  // Only the end of the line tells whether another key is the message.
  else if (key === 'event' && isText && draft.eventText === undefined) draft.eventText = value
  else draft.leave(key, value)
}

/** What could not be mapped; undefined when everything was. Recursion is as deep as ECS is. */
function placeChildren(draft: Draft, path: string, object: SourceObject): SourceObject | undefined {
  let rest: SourceObject | undefined
  let isEmpty = true
  for (const key in object) {
    isEmpty = false
    const value = object[key]
    const child = `${path}.${key}`
    let left: SourceValue
    const field = ecsFields.get(child)
    if (field !== undefined) {
      if (draft.putInto(field, value)) continue
      left = value
    } else if (ecsObjectPaths.has(child) && isSourceObject(value)) {
      left = placeChildren(draft, child, value)
      if (left === undefined) continue
    } else left = value
    rest ??= {}
    setOwn(rest, key, left)
  }
  return isEmpty ? {} : rest
}

/** Flat, values as text, keys without `.`, `*` and `\` (elastic/ecs-logging spec.json); the rest is left over. */
function placeLabels(draft: Draft, value: SourceValue): void {
  if (!isSourceObject(value)) {
    draft.leave('labels', value)
    return
  }
  // Added to in place: each of many `labels.<name>` keys comes by here.
  const labels = (draft.get('labels') ?? {}) as JsonObject
  let rest: SourceObject | undefined
  let added = 0
  for (const key in value) {
    const text = labelText(value[key])
    const name = key.toWellFormed().replaceAll(/[.*\\\0]/g, '_')
    const isUsable = text !== undefined && name.trim() !== '' && name.length <= labelKeyMax
    if (isUsable && !Object.hasOwn(labels, name)) {
      setOwn(labels, name, text)
      added++
    } else {
      rest ??= {}
      setOwn(rest, key, value[key])
    }
  }
  if (added > 0) draft.setOwn('labels', labels)
  if (rest !== undefined || added === 0) draft.leave('labels', rest ?? {})
}

const labelKeyMax = 128
const labelTextMax = 8000

function labelText(value: SourceValue): string | undefined {
  if (typeof value === 'string') {
    return value.length <= labelTextMax ? value.toWellFormed() : undefined
  }
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') {
    return String(value)
  }
  return undefined
}
