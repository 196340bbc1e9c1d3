// Every document of some data streams, each copy of each, read by plain HTTP without any code of the product.

export interface FoundDocument {
  _id: string
  _index: string
  _source: Record<string, unknown>
}

const pageSize = 5_000
const keepAlive = '2m'

async function ask<Answer>(
  url: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<Answer> {
  const answer = await fetch(`${url}${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text}`)
  return JSON.parse(text) as Answer
}

interface Page {
  pit_id: string
  timed_out: boolean
  _shards: { failed: number }
  hits: { hits: (FoundDocument & { sort: unknown[] })[] }
}

/**
 * A point in time, walked by shard and document number: two documents of one id in two backing indices are
 * two documents here. `source` names the fields to bring, all without it.
 */
export async function* everyDocument(
  url: string,
  pattern: string,
  source: readonly string[] | boolean = true,
): AsyncGenerator<FoundDocument> {
  await ask(url, 'POST', `/${pattern}/_refresh?ignore_unavailable=true`)
  const opened = await ask<{ id: string }>(
    url,
    'POST',
    `/${pattern}/_pit?keep_alive=${keepAlive}&ignore_unavailable=true`,
  )
  let id = opened.id
  let after: unknown[] | undefined
  try {
    for (;;) {
      const page: Page = await ask(url, 'POST', '/_search', {
        size: pageSize,
        pit: { id, keep_alive: keepAlive },
        sort: [{ _shard_doc: 'asc' }],
        track_total_hits: false,
        _source: source,
        ...(after === undefined ? {} : { search_after: after }),
      })
      if (page.timed_out || page._shards.failed > 0) {
        throw new Error(`a search of ${pattern} was not complete`)
      }
      yield* page.hits.hits
      id = page.pit_id
      after = page.hits.hits.at(-1)?.sort
      if (after === undefined) return
    }
  } finally {
    await ask(url, 'DELETE', '/_pit', { id })
  }
}

/** Deletes exactly these copies. @throws when one is not there. */
export async function deleteDocuments(
  url: string,
  documents: readonly Pick<FoundDocument, '_id' | '_index'>[],
): Promise<void> {
  for (const { _index, _id } of documents) {
    await ask(url, 'DELETE', `/${_index}/_doc/${encodeURIComponent(_id)}?refresh=true`)
  }
}
