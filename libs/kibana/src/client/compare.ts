// What is in Kibana beside what is shipped: the same, older, or changed by somebody.
import { isDeepStrictEqual } from 'node:util'
import { isObject } from '@millrace/foundation'
import { parsed } from './answers.ts'

/**
 * The first member that differs; undefined when they are alike. A newer Kibana has migrated what it imported, into forms
 * of its own: then titles, and the panels of a dashboard, are what can be compared.
 */
export function firstDifference(
  shipped: Readonly<Record<string, unknown>>,
  found: Readonly<Record<string, unknown>>,
): string | undefined {
  const isMigrated = shipped['typeMigrationVersion'] !== found['typeMigrationVersion']
  const [ours, theirs] = [shipped, found].map((object) => opened(object['attributes']))
  if (isMigrated) return differenceOf(essence(ours), essence(theirs), 'attributes')
  return (
    differenceOf(ours, theirs, 'attributes') ??
    differenceOf(byName(shipped['references']), byName(found['references']), 'references')
  )
}

/** Of what we ship every member must be there and the same; what a Kibana adds is its own. */
function differenceOf(ours: unknown, theirs: unknown, at: string): string | undefined {
  if (isObject(ours) && isObject(theirs)) {
    for (const [name, value] of Object.entries(ours)) {
      const difference = differenceOf(value, theirs[name], `${at}.${name}`)
      if (difference !== undefined) return difference
    }
    return undefined
  }
  if (Array.isArray(ours) && Array.isArray(theirs) && ours.length === theirs.length) {
    for (const [index, value] of ours.entries()) {
      const difference = differenceOf(value, theirs[index], `${at}.${index}`)
      if (difference !== undefined) return difference
    }
    return undefined
  }
  return isDeepStrictEqual(ours, theirs) ? undefined : at
}

/** Opens the JSON in texts, so that the order of members does not count. */
function opened(attributes: unknown): unknown {
  if (Array.isArray(attributes)) return attributes.map(opened)
  if (isObject(attributes)) {
    return Object.fromEntries(
      Object.entries(attributes).map(([name, value]) => [name, opened(value)]),
    )
  }
  if (typeof attributes !== 'string' || !/^[[{]/.test(attributes)) return attributes
  try {
    return opened(JSON.parse(attributes))
  } catch {
    return attributes
  }
}

function essence(attributes: unknown): unknown {
  if (!isObject(attributes)) return undefined
  const { title, description, panelsJSON } = attributes
  const panels = Array.isArray(panelsJSON) ? panelsJSON.filter(isObject) : []
  const titles = panels.map((panel) => [String(panel['panelIndex']), titleOf(panel)])
  return { title, description: description ?? '', panels: Object.fromEntries(titles) as object }
}

/** Kibanas keep a panel's title beside the panel, within it, or both. */
function titleOf({ title, embeddableConfig }: Record<string, unknown>): unknown {
  return title ?? (isObject(embeddableConfig) ? embeddableConfig['title'] : undefined)
}

function byName(references: unknown): object {
  const list = Array.isArray(references) ? references.filter(isObject) : []
  return Object.fromEntries(list.map(({ name, type, id }) => [String(name), [type, id]]))
}

export function objectsOf(ndjson: string): Record<string, unknown>[] {
  const lines = ndjson.split('\n').filter((line) => line !== '')
  return lines.map((line) => parsed(line) ?? {})
}
