// A data stream whose mapping refuses some documents, as somebody's own mapping would, until it is mended.
import { onTestFinished } from 'vitest'
import type { Scene } from '../../../services/indexer/test/support/scene.ts'

export interface Hit {
  _id: string
  _source: Record<string, unknown>
}

async function ask(scene: Scene, method: string, path: string, body?: unknown): Promise<unknown> {
  const answer = await fetch(`${scene.elasticsearch}${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text}`)
  return JSON.parse(text)
}

export async function search(scene: Scene, index: string, query: object): Promise<Hit[]> {
  await ask(scene, 'POST', `/${index}/_refresh`)
  const found = await ask(scene, 'POST', `/${index}/_search`, { size: 1_000, query })
  return (found as { hits: { hits: Hit[] } }).hits.hits
}

/** Documents of this scene whose message is no number are refused, as by somebody's own mapping. */
export async function refuseWords(scene: Scene): Promise<void> {
  const name = `test-${scene.dataset}`
  const properties = { message: { type: 'long', ignore_malformed: false } }
  await ask(scene, 'PUT', `/_index_template/${name}`, {
    index_patterns: [scene.dataStream],
    priority: 300,
    data_stream: {},
    composed_of: ['millrace-settings', 'millrace-mappings'],
    template: { mappings: { properties } },
  })
  onTestFinished(async () => {
    await fetch(`${scene.elasticsearch}/_index_template/${name}`, { method: 'DELETE' })
  })
}

/** What a person would do: mend the mapping, and let the data stream have a new backing index. */
export async function allowWords(scene: Scene): Promise<void> {
  await ask(scene, 'DELETE', `/_index_template/test-${scene.dataset}`)
  await ask(scene, 'POST', `/${scene.dataStream}/_rollover`)
}
