// What Elasticsearch holds, read the plain way: by HTTP, without any code of the product.

export interface StoredDocument {
  _id: string
  _index: string
  _source: Record<string, unknown>
}

/** GET, or POST when there is a body; throws the answer when it is none of 200 to 299. */
export async function ask(
  url: string,
  path: string,
  body?: unknown,
): Promise<Record<string, unknown>> {
  const answer = await fetch(`${url}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${text}`)
  return JSON.parse(text) as Record<string, unknown>
}

/** Documents that a search finds now, after a refresh. 0 while the data stream cannot be searched. */
export async function countDocuments(url: string, dataStream: string): Promise<number> {
  await fetch(`${url}/${dataStream}/_refresh`, { method: 'POST' })
  const path = `/${dataStream}/_count?ignore_unavailable=true&allow_no_indices=true`
  const answer = await fetch(`${url}${path}`)
  const text = await answer.text()
  // The shard of a data stream that came into being this moment is not searchable yet.
  if (answer.status === 503) return 0
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${text}`)
  return (JSON.parse(text) as { count: number }).count
}

/** Every document of a data stream, in pages, ordered by instance and sequence. */
export async function* allDocuments(
  url: string,
  dataStream: string,
): AsyncGenerator<StoredDocument> {
  await fetch(`${url}/${dataStream}/_refresh`, { method: 'POST' })
  let after: unknown[] | undefined
  for (;;) {
    const answer = await ask(url, `/${dataStream}/_search?ignore_unavailable=true`, {
      size: 5000,
      sort: [{ 'agent.ephemeral_id': 'asc' }, { 'event.sequence': 'asc' }, { 'event.id': 'asc' }],
      ...(after === undefined ? {} : { search_after: after }),
    })
    const { hits } = (answer as { hits: { hits: (StoredDocument & { sort: unknown[] })[] } }).hits
    yield* hits
    after = hits.at(-1)?.sort
    if (after === undefined) return
  }
}

/** A member of a nested document by its dotted path. */
export function at(document: Record<string, unknown>, path: string): unknown {
  let value: unknown = document
  for (const key of path.split('.')) value = (value as Record<string, unknown> | undefined)?.[key]
  return value
}
