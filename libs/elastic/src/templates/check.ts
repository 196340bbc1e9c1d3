// Templates, checked at start: what is missing or outdated, without changing anything.
import { BulkRequestError, type ErrorCode } from '@millrace/foundation'
import { type Connection } from '../connection.ts'
import { fullCapabilities } from './capabilities.ts'
import { buildTemplates, currentDefinitionHash, templateVersion } from './definition.ts'
import { readInstalled } from './installed.ts'

export interface TemplateCheck {
  /** True when all are there, made by this release or a newer one. */
  ok: boolean
  /** Set when something is missing, outdated or foreign. */
  code?: ErrorCode
  /** Names of templates that are not there. */
  missing: string[]
  /** Made by an older release, or by this one with another field list. */
  outdated: string[]
  /** Made by a newer release; fine to work with. */
  newer: string[]
  /** Of these names, but not made by Millrace. */
  foreign: string[]
  /** Set when the templates may not be read (403): then nothing is known, and `ok` is false. */
  unreadable?: string
  /** One line for a person, with what to do; empty when `ok`. */
  summary: string
}

/** Three small requests. @throws BulkRequestError when Elasticsearch does not answer. */
export async function checkTemplates(connection: Connection): Promise<TemplateCheck> {
  const check = { missing: [], outdated: [], newer: [], foreign: [] } as Record<
    'missing' | 'outdated' | 'newer' | 'foreign',
    string[]
  >
  const definitionHash = currentDefinitionHash()
  try {
    for (const { name, path } of buildTemplates(fullCapabilities)) {
      const installed = await readInstalled(connection, { path })
      if (installed.found === 'nothing') check.missing.push(name)
      else if (installed.found === 'foreign') check.foreign.push(name)
      else if (installed.meta.version > templateVersion) check.newer.push(name)
      else if (installed.meta.definition_hash !== definitionHash) check.outdated.push(name)
    }
  } catch (error) {
    if (!(error instanceof BulkRequestError) || error.context['status'] !== 403) throw error
    return { ok: false, ...check, unreadable: error.message, summary: error.message }
  }
  const summary = summaryOf(check)
  if (summary === '') return { ok: true, ...check, summary }
  return { ok: false, code: 'MILLRACE_TEMPLATE_MISSING', ...check, summary }
}

function summaryOf(check: Pick<TemplateCheck, 'missing' | 'outdated' | 'foreign'>): string {
  const parts = [
    ...(check.missing.length > 0 ? [`missing: ${check.missing.join(', ')}`] : []),
    ...(check.outdated.length > 0 ? [`of another release: ${check.outdated.join(', ')}`] : []),
    ...(check.foreign.length > 0 ? [`not made by Millrace: ${check.foreign.join(', ')}`] : []),
  ]
  if (parts.length === 0) return ''
  return `Index templates ${parts.join('; ')}. Run "millrace setup", or start with MILLRACE_SETUP=true`
}
