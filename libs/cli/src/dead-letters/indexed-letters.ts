// Which dead letters are documents by now: asked by id, wherever in the data streams they are.
import { deadLetterDataStream, ledgerDataStream } from '@millrace/envelope'
import { createElasticStore, type ElasticStore } from '@millrace/elastic'
import { errorText } from '@millrace/foundation'
import { memberAt } from '../document-text.ts'
import type { CommandContext } from '../context.ts'
import { CommandError } from '../exit-code.ts'
import { numberText } from '../number-text.ts'
import type { allPlaces } from '../settings.ts'
import type { Letter } from './letter.ts'

const idsPerSearch = 500
const places = `logs-*-*,-${deadLetterDataStream},${ledgerDataStream}`

/**
 * The events among these letters that are indexed. A letter of a whole record counts as indexed, too, when the
 * first of the events is that it turned out to hold. Undefined when Elasticsearch did not answer; said in a note.
 */
export async function indexedLetters(
  elasticsearch: ReturnType<typeof allPlaces>['elasticsearch'],
  letters: readonly Letter[],
  context: CommandContext,
): Promise<Set<string> | undefined> {
  const { output, signal } = context
  const store = createElasticStore(elasticsearch)
  const found = new Set<string>()
  try {
    await output.during('Asking Elasticsearch', async (show) => {
      for (let at = 0; at < letters.length && !signal.aborted; at += idsPerSearch) {
        await search(store, letters.slice(at, at + idsPerSearch), found)
        show(`Asking Elasticsearch: ${numberText(at)} of ${numberText(letters.length)}`)
      }
    })
    if (signal.aborted) throw new CommandError('interrupted')
    return found
  } catch (error) {
    if (signal.aborted) throw error
    output.note(`millrace: which of them are indexed is not known: ${errorText(error)}`)
    return undefined
  } finally {
    await store.close()
  }
}

async function search(
  store: ElasticStore,
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
