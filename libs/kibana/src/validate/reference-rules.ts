// What refers to what. Kibana itself resolves only references to data views and searches when it imports.
import type { Report } from './finding.ts'
import { layerReference } from './lens-rules.ts'
import type { Dashboard, Envelope, Search } from './object-schemas.ts'
import type { Strictness } from './parts.ts'

type Reference = Envelope['references'][number]
/** The name of a reference that must be, and what it must be to where that is known. */
type Needed = Map<string, Omit<Reference, 'name'> | undefined>

export function needsOfSearch({ kibanaSavedObjectMeta }: Search): Needed {
  const { indexRefName } = kibanaSavedObjectMeta.searchSourceJSON
  return new Map(indexRefName === undefined ? [] : [[indexRefName, undefined]])
}

export function needsOfDashboard({ panelsJSON, controlGroupInput }: Dashboard): Needed {
  const needed: Needed = new Map()
  for (const { panelIndex, panelRefName, embeddableConfig } of panelsJSON) {
    if (panelRefName !== undefined) needed.set(`${panelIndex}:${panelRefName}`, undefined)
    const lens = embeddableConfig.attributes
    for (const layerId of Object.keys(lens?.state?.datasourceStates.formBased?.layers ?? {})) {
      const name = layerReference(layerId)
      const inner = lens?.references.find((reference) => reference.name === name)
      needed.set(`${panelIndex}:${name}`, inner)
    }
  }
  for (const [id, { explicitInput }] of Object.entries(controlGroupInput?.panelsJSON ?? {})) {
    // A control of time has no field.
    if (explicitInput.fieldName === undefined) continue
    needed.set(`controlGroup_${id}:optionsListDataView`, undefined)
  }
  return needed
}

/** `present`: `type:id` of every object. */
export function judgeReferences(
  { references }: Envelope,
  needed: Needed,
  { present, strictness }: { present: ReadonlySet<string>; strictness: Strictness },
  report: Report,
): void {
  const named = new Map<string, Reference>()
  for (const reference of references) {
    const { name, type, id } = reference
    if (named.has(name)) report('reference-twice', 'references', `${name} is there twice`)
    named.set(name, reference)
    if (!present.has(`${type}:${id}`)) {
      report(
        'reference-missing',
        'references',
        `${name} refers to ${type}:${id}, which is not there`,
      )
    }
    if (strictness === 'own' && !needed.has(name)) {
      report('reference-unused', 'references', `nothing uses ${name}`)
    }
  }
  for (const [name, target] of needed) {
    const found = named.get(name)
    if (found === undefined) report('reference-needed', 'references', `there is no ${name}`)
    else if (target !== undefined && (target.id !== found.id || target.type !== found.type)) {
      report('reference-twin', 'references', `${name} and its twin in the panel differ`)
    }
  }
}
