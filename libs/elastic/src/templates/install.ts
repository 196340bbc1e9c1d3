// Templates, installed: created or updated where needed, twice the same without effect, the user's own left alone.
import { type Connection } from '../connection.ts'
import { detectCapabilities, optionalFeatures, optionalTypes } from './capabilities.ts'
import {
  buildTemplates,
  currentDefinitionHash,
  type Template,
  type TemplateOptions,
} from './definition.ts'
import { dataStreamsWithOtherMappings, type Installed, readInstalled } from './installed.ts'

export interface InstallOptions extends TemplateOptions {
  /** Also replaces templates of a newer release, and templates of these names that Millrace did not make. */
  force?: boolean
}

export type InstallAction =
  | 'created'
  | 'updated'
  | 'unchanged'
  /** A newer release of Millrace installed it. */
  | 'kept-newer'
  /** Somebody else made a template of this name. */
  | 'kept-foreign'

export interface InstallReport {
  /** False when a template was kept that stands in the way. */
  ok: boolean
  templates: { name: string; action: InstallAction }[]
  /** What this server lacks, and what is used in its place: `wildcard -> keyword`. */
  fallbacks: string[]
  /** These keep their older mappings until their next rollover. */
  dataStreamsToRollOver: string[]
}

/** @throws BulkRequestError */
export async function installTemplates(
  connection: Connection,
  options: InstallOptions,
): Promise<InstallReport> {
  const capabilities = await detectCapabilities(connection)
  const templates: InstallReport['templates'] = []
  for (const template of buildTemplates(capabilities, options)) {
    const installed = await readInstalled(connection, template)
    const action = decide(template, installed, options.force ?? false)
    if (action === 'created' || action === 'updated') {
      await connection.send({ method: 'PUT', path: template.path, body: template.body })
    }
    templates.push({ name: template.name, action })
  }
  return {
    ok: templates.every(({ action }) => action !== 'kept-foreign'),
    templates,
    fallbacks: [
      ...Object.entries(optionalTypes)
        .filter(([type]) => !capabilities.types.has(type))
        .map(([type, { mapping }]) => `${type} -> ${String(mapping['type'])}`),
      ...Object.keys(optionalFeatures)
        .filter((name) => !([...capabilities.features] as string[]).includes(name))
        .map((name) => `${name} -> not used`),
    ],
    dataStreamsToRollOver: await dataStreamsWithOtherMappings(connection, currentDefinitionHash()),
  }
}

function decide(template: Template, installed: Installed, force: boolean): InstallAction {
  if (installed.found === 'nothing') return 'created'
  if (installed.found === 'foreign') return force ? 'updated' : 'kept-foreign'
  const { version, definition_hash: definition, content_hash: content } = template.body._meta
  const { meta } = installed
  if (meta.version > version && !force) return 'kept-newer'
  const isSame =
    meta.version === version && meta.definition_hash === definition && meta.content_hash === content
  return isSame ? 'unchanged' : 'updated'
}
