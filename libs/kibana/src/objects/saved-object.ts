// A saved object as Kibana exports and imports it, one line of NDJSON each.

export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [key: string]: Json }
export type JsonMembers = Readonly<Record<string, Json>>

export interface Reference {
  readonly name: string
  readonly type: string
  readonly id: string
}

export interface SavedObject {
  readonly id: string
  readonly type: SavedObjectType
  readonly attributes: JsonMembers
  readonly references: readonly Reference[]
  /** False: people may change it in Kibana. */
  readonly managed: false
  readonly coreMigrationVersion: string
  readonly typeMigrationVersion: string
}

/**
 * The oldest forms that Kibana 8.19 and all of 9 take, and migrate by themselves. A newer one is refused by older
 * servers (422); none at all runs every migration since 6 over the object.
 */
export const typeVersions = {
  'index-pattern': '8.0.0',
  search: '10.5.0',
  dashboard: '10.2.0',
} as const

export type SavedObjectType = keyof typeof typeVersions

export const coreVersion = '8.8.0'

export function savedObject(
  type: SavedObjectType,
  id: string,
  attributes: JsonMembers,
  references: readonly Reference[] = [],
): SavedObject {
  return {
    id,
    type,
    attributes,
    references,
    managed: false,
    coreMigrationVersion: coreVersion,
    typeMigrationVersion: typeVersions[type],
  }
}

/** One object a line, as the import API takes them: what is referred to comes first. */
export function toNdjson(objects: readonly SavedObject[]): string {
  return objects.map((object) => `${JSON.stringify(object)}\n`).join('')
}
