// Which dead letters are documents by now: asked by id, wherever in the data streams they are.
import { memberAt } from '@millrace/ecs'
import type { ElasticStore } from '@millrace/elastic'
import { deadLetterDataStream, ledgerDataStream } from '@millrace/envelope'
import type { Letter } from './letter.ts'
import { InterruptedError } from './reading.ts'

const idsPerSearch = 500
const places = `logs-*-*,-${deadLetterDataStream},${ledgerDataStream}`

type SearchingStore = Pick<ElasticStore, 'request'>

/**
 * The events among these letters that are indexed. A letter of a whole record counts as indexed, too, when the
 * first of the events is that it turned out to hold.
 * @throws BulkRequestError when Elasticsearch does not answer, InterruptedError when the signal ended it
 */
export async function indexedLetters(
  store: SearchingStore,
  letters: readonly Letter[],
  { signal, onProgress }: { signal: AbortSignal; onProgress?: (asked: number) => void },
): Promise<Set<string>> {
  const found = new Set<string>()
  for (let at = 0; at < letters.length; at += idsPerSearch) {
    if (signal.aborted) throw new InterruptedError()
    await search(store, letters.slice(at, at + idsPerSearch), found)
    onProgress?.(at)
  }
  return found
}

async function search(
  store: SearchingStore,
  letters: readonly Letter[],
  found: Set<string>,
): Promise<void> {
  const eventOf = new Map<string, string>()
  for (const { eventId, recordId } of letters) {
    eventOf.set(eventId, eventId)
    if (eventId === recordId) eventOf.set(`${eventId}.0`, eventId)
  }
  const { body } = await store.request({
    method: 'POST',
    path: `/${places}/_search`,
    querystring: {
      ignore_unavailable: true,
      allow_no_indices: true,
      allow_partial_search_results: false,
      filter_path: 'hits.hits._id',
    },
    body: {
      // An id can be in several data streams.
      size: 5_000,
      _source: false,
      track_total_hits: false,
      query: { ids: { values: [...eventOf.keys()] } },
    },
    timeoutMs: 30_000,
  })
  const hits = memberAt(body, 'hits.hits')
  for (const hit of Array.isArray(hits) ? hits : []) {
    const eventId = eventOf.get(String(memberAt(hit, '_id')))
    if (eventId !== undefined) found.add(eventId)
  }
}
