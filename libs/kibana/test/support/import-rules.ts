// What Kibana does with the lines of an import, in its order: collect, references, conflicts, create.

export interface Stored {
  id: string
  type: string
  attributes: Record<string, unknown>
  references: { name: string; type: string; id: string }[]
  typeMigrationVersion?: string
  coreMigrationVersion?: string
  [key: string]: unknown
}

interface Refusal {
  statusCode: number
  error: string
  message: string
}

/** What a Kibana 9.2 knows. */
const knownVersions: Readonly<Record<string, string>> = {
  'index-pattern': '8.0.0',
  search: '10.9.0',
  lens: '10.1.0',
  dashboard: '10.3.0',
}
const knownCoreVersion = '8.8.0'

const badRequest = (message: string): Refusal => ({
  statusCode: 400,
  error: 'Bad Request',
  message,
})
const nameOf = ({ type, id }: { type: string; id: string }): string => `${type}:${id}`

export function importObjects(
  text: string,
  space: Map<string, Stored>,
  overwrite: boolean,
): Refusal | object {
  let objects: Stored[]
  try {
    const lines = text.split('\n').filter((line) => line.trim() !== '')
    objects = lines
      .map((line) => JSON.parse(line) as Stored)
      .filter((line) => !('exportedCount' in line))
  } catch (error) {
    return badRequest((error as Error).message)
  }
  if (objects.length === 0) return { success: true, successCount: 0, warnings: [] }
  const refusal = refusalOf(objects)
  if (refusal !== undefined) return refusal
  const known = objects.filter(({ type }) => type in knownVersions)
  const unknown = objects.filter(({ type }) => !(type in knownVersions))
  const errors = unknown.map((object) => ({ ...told(object), error: { type: 'unsupported_type' } }))
  const stopping = [...referenceErrors(known, space), ...conflicts(known, space, overwrite)]
  const stopped = new Set(stopping.map(nameOf))
  const creatable = known.filter((object) => !stopped.has(nameOf(object)))
  const broken = stopping.length > 0 ? [] : creatable.flatMap(schemaError)
  const taken = creatable.filter(
    (object) => !broken.some((each) => nameOf(each) === nameOf(object)),
  )
  const successResults = taken.map((object) => ({
    ...told(object),
    managed: false,
    ...(space.has(nameOf(object)) && { overwrite: true }),
  }))
  // A conflict or a missing reference: nothing is created, and yet the others are told.
  if (stopping.length === 0) for (const object of taken) space.set(nameOf(object), object)
  const all = [...errors, ...stopping, ...broken]
  return {
    successCount: successResults.length,
    success: all.length === 0,
    warnings: [],
    ...(successResults.length > 0 && { successResults }),
    ...(all.length > 0 && { errors: all }),
  }
}

function refusalOf(objects: readonly Stored[]): Refusal | undefined {
  const twice = objects.map(nameOf).filter((name, index, names) => names.indexOf(name) < index)
  if (twice.length > 0)
    return badRequest(`Non-unique import objects detected: [${twice.join(',')}]`)
  for (const { id, type, typeMigrationVersion = '', coreMigrationVersion = '' } of objects) {
    const last = knownVersions[type]
    if (last !== undefined && isNewer(typeMigrationVersion, last)) {
      const message = `Document "${id}" belongs to a more recent version of Kibana [${typeMigrationVersion}] when the last known version is [${last}].`
      return { statusCode: 422, error: 'Unprocessable Entity', message }
    }
    if (isNewer(coreMigrationVersion, knownCoreVersion)) {
      const message = `Document "${id}" has a "coreMigrationVersion" which belongs to a more recent version of Kibana [${coreMigrationVersion}]. The current version is [${knownCoreVersion}].`
      return { statusCode: 422, error: 'Unprocessable Entity', message }
    }
    if (typeMigrationVersion === '') {
      // Every migration since 6 runs, and fails in one that does not know today's forms.
      const message = "Cannot read properties of undefined (reading 'layers')"
      return { statusCode: 500, error: 'Internal Server Error', message }
    }
  }
  return undefined
}

function isNewer(version: string, last: string): boolean {
  const [left, right] = [version, last].map((each) => each.split('.').map(Number)) as [
    number[],
    number[],
  ]
  const at = left.findIndex((part, index) => part !== right[index])
  return at >= 0 && left[at]! > (right[at] ?? 0)
}

const told = ({ type, id, attributes }: Stored) => ({
  type,
  id,
  meta: { title: attributes['title'], icon: `${type}App` },
})

/** Only references to data views and searches are looked at. */
function referenceErrors(objects: readonly Stored[], space: ReadonlyMap<string, Stored>) {
  const there = new Set([...objects.map(nameOf), ...space.keys()])
  return objects.flatMap((object) => {
    const missing = object.references.filter(
      (reference) =>
        ['index-pattern', 'search'].includes(reference.type) && !there.has(nameOf(reference)),
    )
    if (missing.length === 0) return []
    const references = missing.map(({ type, id }) => ({ type, id }))
    return [{ ...told(object), error: { type: 'missing_references', references } }]
  })
}

function conflicts(
  objects: readonly Stored[],
  space: ReadonlyMap<string, Stored>,
  overwrite: boolean,
) {
  if (overwrite) return []
  return objects
    .filter((object) => space.has(nameOf(object)))
    .map((object) => ({ ...told(object), error: { type: 'conflict' } }))
}

/** Texts that hold JSON must be texts; nobody looks into them. */
function schemaError(object: Stored) {
  const texts = {
    dashboard: ['panelsJSON', 'optionsJSON'],
    search: [],
    'index-pattern': [],
    lens: [],
  }
  const wrong = texts[object.type as keyof typeof texts].find(
    (name) => typeof object.attributes[name] !== 'string',
  )
  if (wrong === undefined) return []
  const message = `[attributes.${wrong}]: expected value of type [string] but got [Object]: Bad Request`
  const payload = { statusCode: 400, error: 'Bad Request', message }
  const output = { statusCode: 400, payload, headers: {} }
  return [
    {
      ...told(object),
      error: { type: 'unknown', isBoom: true, isServer: false, data: null, output },
    },
  ]
}
