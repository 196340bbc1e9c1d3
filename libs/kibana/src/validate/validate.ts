// Saved objects, judged before a Kibana sees them: its server looks at little of them, and its browser fails late.
import { typeVersions } from '../objects/saved-object.ts'
import { judgeDashboard } from './dashboard-rules.ts'
import { type Finding, fits, judgeQuery, type Report, within } from './finding.ts'
import {
  dashboardSchema,
  dataViewSchema,
  type Envelope,
  envelopeSchema,
  searchSchema,
} from './object-schemas.ts'
import type { Strictness } from './parts.ts'
import { judgeReferences, needsOfDashboard, needsOfSearch } from './reference-rules.ts'

/**
 * Everything that is wrong with the objects, together: shape, versions, references, what a dashboard and its panels hold.
 * `strictness` is `own` for what we ship, `any` for what Kibana exports.
 */
export function validateSavedObjects(
  objects: readonly unknown[],
  strictness: Strictness = 'own',
): Finding[] {
  const findings: Finding[] = []
  const present = new Set<string>()
  for (const object of objects) {
    const name = nameOf(object)
    if (present.has(name)) {
      findings.push({ object: name, rule: 'unique', at: '', text: 'it is there twice' })
    }
    present.add(name)
  }
  for (const object of objects) {
    const name = nameOf(object)
    const report: Report = (rule, at, text) => findings.push({ object: name, rule, at, text })
    const envelope = fits(envelopeSchema(strictness), object, report)
    if (envelope !== undefined) judgeObject(envelope, { present, strictness }, report)
  }
  return findings
}

function judgeObject(
  envelope: Envelope & { typeMigrationVersion?: string },
  context: { present: ReadonlySet<string>; strictness: Strictness },
  report: Report,
): void {
  const { type, attributes } = envelope
  const { strictness } = context
  const ofAttributes = within(report, 'attributes')
  const version = typeVersions[type as keyof typeof typeVersions]
  if (strictness === 'own' && envelope.typeMigrationVersion !== version) {
    report('version', 'typeMigrationVersion', `it must be ${version}`)
  }
  if (type === 'index-pattern') {
    fits(dataViewSchema(strictness), attributes, ofAttributes)
    judgeReferences(envelope, new Map(), context, report)
  } else if (type === 'search') {
    const search = fits(searchSchema(strictness), attributes, ofAttributes)
    if (search === undefined) return
    const at = 'kibanaSavedObjectMeta.searchSourceJSON.query'
    judgeQuery(search.kibanaSavedObjectMeta.searchSourceJSON.query, within(ofAttributes, at))
    judgeReferences(envelope, needsOfSearch(search), context, report)
  } else if (type === 'dashboard') {
    const dashboard = fits(dashboardSchema(strictness), attributes, ofAttributes)
    if (dashboard === undefined) return
    judgeDashboard(dashboard, strictness, ofAttributes)
    judgeReferences(envelope, needsOfDashboard(dashboard), context, report)
  }
}

function nameOf(object: unknown): string {
  const { type, id } = (object ?? {}) as { type?: unknown; id?: unknown }
  return `${String(type)}:${String(id)}`
}
