// What must be true of every record: no throw, its events or one reason why not, documents that fit the template.
import type { NormalizedEvent, RecordNormalizer } from '@millrace/formats'
import { documentProblems } from '../support/document-problems.ts'
import type { FuzzRecord } from './records.ts'

/**
 * The only records without an event: envelopes that say themselves that they hold none. With an event id of its own, such
 * a record is a dead letter, since the audit asks for it.
 */
const emptyEnvelope = /CONTROL_MESSAGE|"logEvents"|"resourceLogs"/

export interface Checked {
  events: readonly NormalizedEvent[]
  problems: string[]
}

export function checkRecord(
  normalizer: RecordNormalizer,
  { bytes, headers }: FuzzRecord,
  at: { topic: string; offset: number; receivedAtMs: number },
): Checked {
  const record = {
    topic: at.topic,
    partition: 0,
    offset: at.offset,
    timestampMs: at.receivedAtMs - 20,
    key: null,
    value: bytes,
    headers,
  }
  const { events, rejections, kind } = normalizer.normalize(record, at.receivedAtMs)
  const byRules = normalizer.normalize(record, at.receivedAtMs, {}).events
  const isEmpty = emptyEnvelope.test(Buffer.from(bytes).toString())
  const problems: string[] = rejections
    .filter(({ code }) => !(isEmpty && code === 'MILLRACE_DECODE_EMPTY'))
    .map(({ reason }) => `became a dead letter: ${reason}`)
  if (kind === undefined && events.length === 0 && rejections.length === 0 && !isEmpty) {
    problems.push('became nothing at all')
  }
  for (const [index, event] of events.entries()) {
    // With a trace, nothing is written by plan.
    if (event.documentText !== byRules[index]?.documentText) {
      problems.push('the document that a plan made of it is not the one that the rules make')
    }
    problems.push(...documentProblems(event.document))
    if (event.documentText !== JSON.stringify(event.document)) {
      problems.push('its text is not JSON.stringify of its document')
    }
  }
  return { events, problems }
}
