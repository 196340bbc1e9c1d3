// Templates, as they are: what is installed, by whom, and which data streams were made by an older release.
import { type Connection } from '../connection.ts'
import { logsPattern, type Template, type TemplateMeta } from './definition.ts'
import { metricsPattern } from './metrics.ts'

const patterns = `${logsPattern},${metricsPattern}`

export type Installed =
  | { found: 'nothing' }
  /** A template of this name that Millrace did not make. */
  | { found: 'foreign' }
  | { found: 'ours'; meta: TemplateMeta }

interface TemplateAnswer {
  component_templates?: { component_template?: { _meta?: unknown } }[]
  index_templates?: { index_template?: { _meta?: unknown } }[]
}

/** @throws BulkRequestError */
export async function readInstalled(
  connection: Connection,
  template: Pick<Template, 'path'>,
): Promise<Installed> {
  const { status, body } = await connection.send<TemplateAnswer>({
    method: 'GET',
    path: template.path,
    acceptStatuses: [404],
  })
  if (status === 404) return { found: 'nothing' }
  const entry =
    body.component_templates?.[0]?.component_template ?? body.index_templates?.[0]?.index_template
  const meta = entry?._meta as TemplateMeta | undefined
  return meta?.managed_by === 'millrace' && typeof meta.version === 'number'
    ? { found: 'ours', meta }
    : { found: 'foreign' }
}

/**
 * Data streams whose newest backing index was made with other mappings than this release's. They take new
 * documents as before; the new mappings come with their next rollover.
 * @throws BulkRequestError
 */
export async function dataStreamsWithOtherMappings(
  connection: Connection,
  definitionHash: string,
): Promise<string[]> {
  const streams = await connection.send<{
    data_streams?: { name: string; backing_indices: string[] | string }[]
  }>({ method: 'GET', path: `/_resolve/index/${patterns}`, acceptStatuses: [403, 404] })
  if (streams.status !== 200) return []
  const mappings = await connection.send<
    Record<string, { mappings?: { _meta?: { millrace?: string } } }>
  >({
    method: 'GET',
    path: `/${patterns}/_mapping`,
    querystring: { filter_path: '*.mappings._meta', allow_no_indices: true },
    acceptStatuses: [403, 404],
  })
  if (mappings.status !== 200) return []
  return (streams.body.data_streams ?? [])
    .filter(({ backing_indices: backing }) => {
      const newest = [backing].flat().sort().at(-1) ?? ''
      return mappings.body[newest]?.mappings?._meta?.millrace !== definitionHash
    })
    .map(({ name }) => name)
}
