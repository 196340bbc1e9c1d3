// Templates beside Millrace's: one that indexes more, one that says nothing.
import { type ElasticStore, templateNames } from '@millrace/elastic'

/** The same with an index for each field, or Elasticsearch's guesses. */
export type RivalDataset = 'indexed' | 'dynamic'

/** Each for data streams `logs-DATASET-*`. */
export async function installRivals(server: ElasticStore): Promise<void> {
  const put = (dataset: RivalDataset, composedOf: string[]): Promise<unknown> =>
    server.request({
      method: 'PUT',
      path: `/_index_template/bench-${dataset}`,
      body: {
        index_patterns: [`logs-${dataset}-*`],
        composed_of: composedOf,
        priority: 500,
        data_stream: {},
        template: {},
      },
    })
  await put('dynamic', [])
  const path = '/_component_template/bench-indexed'
  await server.request({ method: 'PUT', path, body: { template: await indexedMappings(server) } })
  await put('indexed', [templateNames.settings, 'bench-indexed'])
}

/** Millrace's mappings, with an index for each field that has doc values. */
async function indexedMappings(server: ElasticStore): Promise<object> {
  const { body } = await server.request<{ component_templates: [ComponentTemplate] }>({
    method: 'GET',
    path: `/_component_template/${templateNames.mappings}`,
  })
  const { mappings } = body.component_templates[0].component_template.template
  const indexed = JSON.stringify(mappings, (_key, value: Record<string, unknown>) => {
    if (value?.['index'] !== false || value['doc_values'] === false) return value
    const { index: _, ...rest } = value
    return rest
  })
  return { mappings: JSON.parse(indexed) }
}

interface ComponentTemplate {
  component_template: { template: { mappings: object } }
}
