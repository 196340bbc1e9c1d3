// GET /api/events/:id: one event with its whole document and its way here.
import { memberAt, textAt } from '@millrace/ecs'
import { instanceStartMs, parseEventId, recordIdOf } from '@millrace/envelope'
import { errorText } from '@millrace/foundation'
import type { EventAnswer, EventPath } from '../api.mts'
import { Problem } from '../http/problem.mts'
import { cutDocument } from './cut-document.mts'
import { type LogStore, logStreams, type SearchHit } from './log-store.mts'
import type { RecordFinder, Wanted } from './record-finder.mts'

export interface FoundEvent {
  hit: SearchHit
  document: Record<string, unknown>
}

/** @throws Problem `not-found` */
export async function findEvent(
  store: LogStore,
  { id, index }: { id: string; index?: string | undefined },
): Promise<FoundEvent> {
  const { hits } = await store.search({
    streams: index === undefined || !isLogIndex(index) ? logStreams : index,
    body: { size: 1, track_total_hits: false, query: { ids: { values: [id] } } },
  })
  const [hit] = hits.hits
  if (hit === undefined) {
    throw new Problem('not-found', 'There is no event with this id: not indexed yet, or deleted')
  }
  return { hit, document: hit._source ?? {} }
}

export async function readEvent(
  store: LogStore,
  finder: RecordFinder,
  wanted: { id: string; index?: string | undefined },
): Promise<Omit<EventAnswer, 'kibanaUrl'> & { timestamp: string }> {
  const { hit, document } = await findEvent(store, wanted)
  const traceId = textAt(document, 'trace.id')
  return {
    id: hit._id,
    index: hit._index,
    dataStream: ['type', 'dataset', 'namespace']
      .map((part) => textAt(document, `data_stream.${part}`) ?? '')
      .join('-'),
    ...cutDocument(document),
    path: await readPath(finder, hit._id, document),
    ...(traceId !== undefined && { traceId }),
    timestamp: textAt(document, '@timestamp') ?? '',
  }
}

/** What the record finder needs to know of an event. */
export function wantedRecord(id: string, document: object): Wanted {
  const partition = memberAt(document, 'millrace.partition')
  return {
    id,
    partition: typeof partition === 'number' ? partition : undefined,
    recordAt: timeAt(document, 'event.created'),
  }
}

async function readPath(finder: RecordFinder, id: string, document: object): Promise<EventPath> {
  const wanted = wantedRecord(id, document)
  const { recordAt, partition } = wanted
  const timestampAt = timeAt(document, '@timestamp')
  const ingestedAt = timeAt(document, 'event.ingested')
  const parts = parseEventId(recordIdOf(id))
  const isMinted = parts !== undefined && instanceStartMs(parts.instance) !== undefined
  const found = await finder
    .find(wanted)
    .catch((error: unknown) => ({ missing: errorText(error), record: undefined }))
  const { record } = found
  return {
    ...(record === undefined
      ? { placeMissing: found.missing ?? '' }
      : { place: { topic: record.topic, partition: record.partition, offset: record.offset } }),
    ...(partition !== undefined && { partition }),
    ...(isMinted && { instance: parts.instance, sequence: parts.sequence }),
    ...(timestampAt !== undefined && { timestampAt }),
    ...(recordAt !== undefined && { recordAt }),
    ...(ingestedAt !== undefined && { ingestedAt }),
    ...(timestampAt !== undefined &&
      recordAt !== undefined && { toKafkaMs: recordAt - timestampAt }),
    ...(recordAt !== undefined &&
      ingestedAt !== undefined && { toElasticsearchMs: ingestedAt - recordAt }),
  }
}

function timeAt(document: object, path: string): number | undefined {
  const at = Date.parse(textAt(document, path) ?? '')
  return Number.isNaN(at) ? undefined : at
}

/** What the page hands back is held against what it can only have got from here. */
function isLogIndex(index: string): boolean {
  return /^(\.ds-)?logs-[^\\/*?"<>| ,#:]{1,240}$/.test(index)
}
