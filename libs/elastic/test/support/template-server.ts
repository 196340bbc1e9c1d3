import { FaultyServer, json, type SeenRequest } from './faulty-server.ts'
import { type ServerResponse } from 'node:http'

type Stored = Record<string, unknown>

/** Keeps templates as Elasticsearch does, as far as installing them asks. */
export class TemplateServer extends FaultyServer {
  readonly stored = new Map<string, Stored>()
  /** Field types and parts of a template that are answered with 400. */
  readonly unknown = new Set<string>()
  dataStreams: { name: string; backing_indices: string[] }[] = []
  mappings: Record<string, unknown> = {}

  override answer = (request: SeenRequest, response: ServerResponse): void => {
    const [status, body] = this.#reply(request)
    json(status, body)(request, response)
  }

  get writes(): string[] {
    return this.seen.flatMap(({ method, url }) => (method === 'PUT' ? [url] : []))
  }

  #reply({ method, url, body }: SeenRequest): [number, unknown] {
    const path = url.split('?')[0]!
    if (path === '/_index_template/_simulate') {
      const lacks = [...this.unknown].some((word) => body.includes(`"${word}"`))
      return lacks ? [400, { error: { type: 'illegal_argument_exception' } }] : [200, {}]
    }
    if (path.startsWith('/_resolve/')) return [200, { data_streams: this.dataStreams }]
    if (path.endsWith('/_mapping')) return [200, this.mappings]
    if (method === 'PUT') {
      this.stored.set(path, JSON.parse(body) as Stored)
      return [200, { acknowledged: true }]
    }
    const found = this.stored.get(path)
    if (found === undefined) return [404, { error: { type: 'resource_not_found_exception' } }]
    return path.startsWith('/_component_template')
      ? [200, { component_templates: [{ component_template: found }] }]
      : [200, { index_templates: [{ index_template: found }] }]
  }
}
