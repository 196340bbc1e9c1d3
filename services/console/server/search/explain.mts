// GET /api/events/:id/explain: the original record, read again, and what the normalizer says of it.
import { parseEventId, recordIdOf } from '@millrace/envelope'
import {
  explainFields,
  explainRecognition,
  type FormatList,
  type NormalizeTrace,
  type RecordNormalizer,
} from '@millrace/formats'
import type { KafkaRecord } from '@millrace/kafka'
import type { ExplainAnswer } from '../api.mts'
import { Problem } from '../http/problem.mts'
import { bytesText, headerTexts, lineOf } from '../record-bytes.mts'
import { cut } from '../rows.mts'
import { cutDocument, textCharactersMax } from './cut-document.mts'
import type { RecordFinder, Wanted } from './record-finder.mts'

export interface ExplainParts {
  finder: RecordFinder
  normalizer: RecordNormalizer
  formats: FormatList
  nowMs: number
}

const fieldsMax = 1_000
const valueCharactersMax = 500

/** @throws Problem `not-found` where the record is not there any more. */
export async function explainEvent(wanted: Wanted, parts: ExplainParts): Promise<ExplainAnswer> {
  const { record, missing } = await parts.finder.find(wanted)
  if (record === undefined) throw new Problem('not-found', missing)
  if (!isRecordOf(record, wanted.id)) {
    throw new Problem('not-found', 'The record at this place is that of another event')
  }
  return explainRecord(record, wanted.id, parts)
}

export function explainRecord(
  record: KafkaRecord,
  id: string,
  { normalizer, formats, nowMs }: Omit<ExplainParts, 'finder'>,
): ExplainAnswer {
  const trace: NormalizeTrace = {}
  const { events, rejections } = normalizer.normalize(record, nowMs, trace)
  const found = events.findIndex((event) => event.id === id)
  const index = Math.max(0, found)
  const document = events[index]?.document
  const { topic, partition, offset, timestampMs, key, value, headers } = record
  const { layers, why } = explainRecognition(trace, formats)
  const [rejected] = rejections
  return {
    id,
    place: { topic, partition, offset },
    line: lineOf(value ?? new Uint8Array(), textCharactersMax),
    headers: headerTexts(headers),
    ...(key !== null && { key: bytesText(key) }),
    ...(timestampMs > 0 && { recordAt: timestampMs }),
    recognized: layers.length === 0 ? 'No format read it' : `${layers.join(', around ')} (${why})`,
    ...(layers.length > 0 && { format: layers.at(-1)! }),
    fields: (document === undefined ? [] : explainFields(document, trace.origins?.[index]))
      .slice(0, fieldsMax)
      .map(({ path, value: text, origin }) => ({
        path: cut(path, valueCharactersMax),
        value: cut(text, valueCharactersMax),
        origin: cut(origin, valueCharactersMax),
      })),
    ...(document !== undefined && { document: cutDocument(document).document }),
    ...(rejected !== undefined && {
      rejected: { code: rejected.code, reason: cut(rejected.reason, 1_000) },
    }),
    events: events.length,
  }
}

/** A record of ours has the id as its key; another one is known by its place. */
function isRecordOf({ key, topic, partition, offset }: KafkaRecord, id: string): boolean {
  const recordId = recordIdOf(id)
  if (parseEventId(recordId) === undefined) return true
  const isPlace = id === `${topic}-${partition}-${offset}`
  return isPlace || (key !== null && Buffer.from(key).toString('latin1') === recordId)
}
