// Decode and normalize: a record becomes bulk items, dead letters, or nothing that is to be indexed.
import { ledgerKind } from '@millrace/envelope'
import { errorText, type Rejection } from '@millrace/foundation'
import type { KafkaRecord } from '@millrace/kafka'
import { type EncodedItem, encodeBulkItem, type Indexable } from './bulk-request.mts'
import { ledgerEvent } from './ledger-document.mts'

/** What turns records into events; `RecordNormalizer` of libs/formats. Pure. */
export interface Normalizer {
  normalize(
    record: KafkaRecord,
    receivedAtMs: number,
  ): {
    events: readonly Indexable[]
    rejections: readonly Rejection[]
    kind?: string
    isResent?: boolean
  }
}

export interface IntakeOutcome {
  items: (EncodedItem & { id: string; dataStream: string })[]
  rejections: readonly Rejection[]
  /** The sender says that the topic may hold the record twice. */
  isResent: boolean
}

/**
 * A failure of our own code for one record must not stop the worker, which would read the same record
 * again for ever: it is a rejection too.
 */
export function takeIn(
  record: KafkaRecord,
  receivedAtMs: number,
  normalizer: Normalizer,
): IntakeOutcome {
  try {
    const outcome = normalizer.normalize(record, receivedAtMs)
    const { events, rejections } =
      outcome.kind === ledgerKind ? readLedgerRecord(record, receivedAtMs) : outcome
    const items: IntakeOutcome['items'] = []
    for (const event of events) {
      const { text, bytes } = encodeBulkItem(event)
      items.push({ id: event.id, dataStream: event.dataStream, text, bytes })
    }
    return { items, rejections, isResent: outcome.isResent === true }
  } catch (error) {
    const reason = `normalizing failed: ${errorText(error)}`.slice(0, 256)
    const rejection: Rejection = { ok: false, code: 'MILLRACE_NORMALIZE_FAILED', reason }
    return { items: [], rejections: [rejection], isResent: false }
  }
}

function readLedgerRecord(
  record: KafkaRecord,
  receivedAtMs: number,
): { events: Indexable[]; rejections: Rejection[] } {
  const read = ledgerEvent(record, receivedAtMs)
  return read.ok ? { events: [read.value], rejections: [] } : { events: [], rejections: [read] }
}
