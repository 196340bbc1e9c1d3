// Templates, defined: what `millrace setup` installs, in the order of installation.
import { createHash } from 'node:crypto'
import { type Capabilities, fullCapabilities } from './capabilities.ts'
import { buildMappings, countFields } from './mappings.ts'
import { metricsMappings, metricsPattern } from './metrics.ts'

/** Raised with every change of the templates that a running installation must get. */
export const templateVersion = 1

export const templateNames = {
  settings: 'millrace-settings',
  mappings: 'millrace-mappings',
  /** The user's own component template: applied last, never written by Millrace. */
  custom: 'millrace-logs@custom',
  index: 'millrace-logs',
  /** Of the ledgers, which are not among the logs. */
  metrics: 'millrace-metrics',
  metricsCustom: 'millrace-metrics@custom',
} as const

export const logsPattern = 'logs-*-*'

export interface TemplateOptions {
  /**
   * How long documents are kept, in Elasticsearch's own notation, for example `30d`; counted from the
   * rollover of their backing index. Default: for ever.
   */
  retention?: string
}

export interface TemplateMeta {
  managed_by: 'millrace'
  version: number
  /** Of the templates as written for a full server: equal means the same release. */
  definition_hash: string
  /** Of this template as it was sent. */
  content_hash: string
}

export interface Template {
  name: string
  path: string
  body: Readonly<Record<string, unknown>> & { _meta: TemplateMeta }
}

/** The templates for a server with these capabilities. Pure: same input, same hashes. */
export function buildTemplates(
  capabilities: Capabilities,
  options: TemplateOptions = {},
): Template[] {
  const definitionHash = currentDefinitionHash()
  return buildContents(capabilities, options, definitionHash).map(({ name, path, content }) => {
    const _meta: TemplateMeta = {
      managed_by: 'millrace',
      version: templateVersion,
      definition_hash: definitionHash,
      content_hash: hashOf(content),
    }
    return { name, path, body: { ...content, version: templateVersion, _meta } }
  })
}

/** What this release would install on a full server, as 16 hexadecimal digits. */
export function currentDefinitionHash(): string {
  return hashOf(buildContents(fullCapabilities, {}, ''))
}

interface Content {
  name: string
  path: string
  content: Record<string, unknown>
}

function buildContents(
  capabilities: Capabilities,
  options: TemplateOptions,
  definitionHash: string,
): Content[] {
  // Each backing index says by its mapping's `_meta` which release it was made by.
  const mappings = buildMappings(capabilities, { millrace: definitionHash })
  const { properties } = mappings as { properties: Record<string, unknown> }
  return [
    component(templateNames.settings, { settings: { index: settings(countFields(properties)) } }),
    component(templateNames.mappings, { mappings }),
    index(templateNames.metrics, {
      index_patterns: [metricsPattern],
      composed_of: [templateNames.metricsCustom],
      ignore_missing_component_templates: [templateNames.metricsCustom],
      ...dataStreamTemplate(capabilities, options, {
        settings: { index: { mode: 'standard', auto_expand_replicas: '0-1' } },
        mappings: metricsMappings(capabilities, { millrace: definitionHash }),
      }),
    }),
    index(templateNames.index, {
      index_patterns: [logsPattern],
      composed_of: [templateNames.settings, templateNames.mappings, templateNames.custom],
      ignore_missing_component_templates: [templateNames.custom],
      ...dataStreamTemplate(capabilities, options),
    }),
  ]
}

function component(name: string, template: object): Content {
  return { name, path: `/_component_template/${name}`, content: { template } }
}

function index(name: string, content: Record<string, unknown>): Content {
  return { name, path: `/_index_template/${name}`, content }
}

function settings(fieldCount: number): object {
  return {
    // Whole documents stay as they were sent; logsdb's synthetic source would rebuild them.
    mode: 'standard',
    auto_expand_replicas: '0-1',
    mapping: {
      // A value of the wrong type is left out of the index, and the document is taken.
      ignore_malformed: true,
      // Room for the user's own fields beside ours; beyond it fields are ignored, documents are not refused.
      total_fields: { limit: fieldCount + 500, ignore_dynamic_beyond_limit: true },
    },
    query: {
      default_field: [
        'message',
        'error.message',
        'error.type',
        'log.level',
        'log.logger',
        'service.name',
        'host.name',
        'event.id',
        'trace.id',
        'url.path',
        'attributes',
      ],
    },
  }
}

/** What both index templates have in common: data streams, their lifecycle, no failure store. */
function dataStreamTemplate(
  capabilities: Capabilities,
  options: TemplateOptions,
  template: object = {},
): Record<string, unknown> {
  const lifecycle =
    options.retention === undefined
      ? { enabled: true }
      : { enabled: true, data_retention: options.retention }
  return {
    // Elasticsearch's own `logs` and `metrics` templates have 100, integrations of Fleet have 200.
    priority: 250,
    data_stream: {},
    allow_auto_create: true,
    template: {
      ...template,
      ...(capabilities.features.has('lifecycle') ? { lifecycle } : {}),
      ...(capabilities.features.has('no-failure-store')
        ? { data_stream_options: { failure_store: { enabled: false } } }
        : {}),
    },
  }
}

/** The first 16 hexadecimal digits of the SHA-256 of JSON with sorted keys. */
function hashOf(value: unknown): string {
  const canonical = JSON.stringify(value, (_key, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([one], [other]) => (one < other ? -1 : 1)))
      : member,
  )
  return createHash('sha256').update(canonical).digest('hex').slice(0, 16)
}
