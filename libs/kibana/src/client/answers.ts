// What Kibana's saved objects API answers; a status of 200 says nothing yet.
import { isObject } from '@millrace/foundation'

export interface ObjectName {
  type: string
  id: string
}

export interface Imported extends ObjectName {
  action: 'created' | 'updated'
}

export interface NotImported extends ObjectName {
  reason: string
}

export interface ImportOutcome {
  /** Everything was taken. */
  ok: boolean
  imported: Imported[]
  failed: NotImported[]
}

/** Reads the answer to an import. Undefined for anything else: a proxy's page, half an answer. */
export function readImport(text: string): ImportOutcome | undefined {
  const body = parsed(text)
  if (body === undefined || typeof body['success'] !== 'boolean') return undefined
  const failed = objectsIn(body['errors']).map((entry) => ({
    ...nameOf(entry),
    reason: reasonOf(entry['error']),
  }))
  // Where a conflict or a missing reference stops the import, the others are named as imported and are not.
  const isStopped = objectsIn(body['errors']).some(({ error }) =>
    ['conflict', 'ambiguous_conflict', 'missing_references'].includes(typeOf(error)),
  )
  const imported = isStopped
    ? []
    : objectsIn(body['successResults']).map((entry) => ({
        ...nameOf(entry),
        action: entry['overwrite'] === true ? ('updated' as const) : ('created' as const),
      }))
  return { ok: body['success'] && failed.length === 0, imported, failed }
}

/** One line of an error that Kibana answers with instead: its own message, else the beginning of the text. */
export function messageOf(text: string): string {
  const message = parsed(text)?.['message']
  const line = (typeof message === 'string' ? message : text).replaceAll(/\s+/g, ' ').trim()
  return line.length > 300 ? `${line.slice(0, 300)}…` : line || 'nothing said'
}

/** Objects that an export could not find. Undefined when it failed for another reason. */
export function readMissing(text: string): ObjectName[] | undefined {
  const attributes = parsed(text)?.['attributes']
  const found = objectsIn(isObject(attributes) ? attributes['objects'] : undefined)
  const missing = found.filter(({ error }) => isObject(error) && error['statusCode'] === 404)
  return missing.length > 0 && missing.length === found.length ? missing.map(nameOf) : undefined
}

/** Objects of an export. Undefined when a line is no object: an answer that was cut off. */
export function readExport(text: string): Record<string, unknown>[] | undefined {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  const objects = lines.map(parsed)
  if (objects.includes(undefined)) return undefined
  return (objects as Record<string, unknown>[]).filter((object) => !('exportedCount' in object))
}

export function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

function objectsIn(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter(isObject) : []
}

function nameOf({ type, id }: Record<string, unknown>): ObjectName {
  return { type: String(type), id: String(id) }
}

const typeOf = (error: unknown): string => (isObject(error) ? String(error['type']) : '')

function reasonOf(error: unknown): string {
  if (!isObject(error)) return 'Kibana does not say why'
  switch (error['type']) {
    case 'conflict':
    case 'ambiguous_conflict':
      return 'another object has this id'
    case 'missing_references': {
      const missing = objectsIn(error['references']).map(nameOf)
      return `it refers to ${missing.map(({ type, id }) => `${type} ${id}`).join(', ')}, which is not there`
    }
    case 'unsupported_type':
      return 'this Kibana does not know objects of this type'
    default:
      return messageIn(error) ?? `Kibana says ${typeOf(error)}`
  }
}

/** An error of Kibana's server inside of the answer has its words further in. */
function messageIn(error: Record<string, unknown>): string | undefined {
  const { message, output } = error
  if (typeof message === 'string') return message
  const payload = isObject(output) ? output['payload'] : undefined
  const inner = isObject(payload) ? payload['message'] : undefined
  return typeof inner === 'string' ? inner : undefined
}
