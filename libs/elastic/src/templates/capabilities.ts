// Templates, fitted to the server: which field types and features does this Elasticsearch have?
import { type Connection } from '../connection.ts'

/** A property of a mapping, as Elasticsearch takes it. */
export type FieldMapping = Readonly<Record<string, unknown>>

interface Fallback {
  /** What a server without the type gets. Searching works the same or nearly so. */
  mapping: FieldMapping
  /** Members that the type itself needs. */
  needs?: FieldMapping
}

/** Types that only the full distribution has (they live in its modules and in x-pack). */
export const optionalTypes: Readonly<Record<string, Fallback>> = {
  match_only_text: { mapping: { type: 'text', norms: false } },
  wildcard: { mapping: { type: 'keyword', ignore_above: 1024 } },
  constant_keyword: { mapping: { type: 'keyword', ignore_above: 1024, index: false } },
  scaled_float: { mapping: { type: 'double' }, needs: { scaling_factor: 1000 } },
}

/** Parts of an index template that older or smaller servers don't know. */
export const optionalFeatures = {
  lifecycle: { template: { lifecycle: { enabled: true } } },
  /** Since 9.1: rejected documents come back as errors and become dead letters, and are not stored twice. */
  'no-failure-store': {
    template: { data_stream_options: { failure_store: { enabled: false } } },
  },
} as const

export type OptionalFeature = keyof typeof optionalFeatures

export interface Capabilities {
  /** Optional types that the server has. */
  types: ReadonlySet<string>
  features: ReadonlySet<OptionalFeature>
}

/** A full distribution; what the templates are written for. */
export const fullCapabilities: Capabilities = {
  types: new Set(Object.keys(optionalTypes)),
  features: new Set(Object.keys(optionalFeatures) as OptionalFeature[]),
}

/**
 * Asks by simulating a template for each optional thing (nothing is stored): six small requests. A 400 means
 * that the server doesn't have it.
 * @throws BulkRequestError for any other refusal
 */
export async function detectCapabilities(connection: Connection): Promise<Capabilities> {
  const types = new Set<string>()
  for (const [type, { needs }] of Object.entries(optionalTypes)) {
    const properties = { probe: { type, ...needs } }
    if (await accepts(connection, { template: { mappings: { properties } } })) types.add(type)
  }
  const features = new Set<OptionalFeature>()
  for (const [name, part] of Object.entries(optionalFeatures)) {
    const body = { data_stream: {}, ...part }
    if (await accepts(connection, body)) features.add(name as OptionalFeature)
  }
  return { types, features }
}

async function accepts(connection: Connection, template: object): Promise<boolean> {
  const { status } = await connection.send({
    method: 'POST',
    path: '/_index_template/_simulate',
    body: { index_patterns: ['millrace-probe-*'], priority: 0, ...template },
    acceptStatuses: [400],
  })
  return status !== 400
}
