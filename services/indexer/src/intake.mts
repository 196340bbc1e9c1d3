// Decode and normalize: a record becomes lines of a bulk body, dead letters, or nothing that is to be indexed.
import { ledgerKind } from '@millrace/envelope'
import type { PlannedLine } from '@millrace/formats'
import { errorText, type Rejection } from '@millrace/foundation'
import type { KafkaRecord } from '@millrace/kafka'
import { bulkLines, type Indexable } from './bulk-request.mts'
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
  /** The quick way for a line like one before; undefined for any other, which `normalize` is then asked for. */
  plan?(record: KafkaRecord, receivedAtMs: number): PlannedLine | undefined
}

export interface IntakeOutcome {
  items: readonly { id: string; dataStream: string; lines: string }[]
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
    return readRecord(record, receivedAtMs, normalizer)
  } catch (error) {
    const reason = `normalizing failed: ${errorText(error)}`.slice(0, 256)
    const rejection: Rejection = { ok: false, code: 'MILLRACE_NORMALIZE_FAILED', reason }
    return { items: [], rejections: [rejection], isResent: false }
  }
}

function readRecord(
  record: KafkaRecord,
  receivedAtMs: number,
  normalizer: Normalizer,
): IntakeOutcome {
  const outcome = normalizer.normalize(record, receivedAtMs)
  const { events, rejections } =
    outcome.kind === ledgerKind ? readLedgerRecord(record, receivedAtMs) : outcome
  const items = events.map((event) => ({
    id: event.id,
    dataStream: event.dataStream,
    lines: bulkLines(event),
  }))
  return { items, rejections, isResent: outcome.isResent === true }
}

function readLedgerRecord(
  record: KafkaRecord,
  receivedAtMs: number,
): { events: Indexable[]; rejections: Rejection[] } {
  const read = ledgerEvent(record, receivedAtMs)
  return read.ok ? { events: [read.value], rejections: [] } : { events: [], rejections: [read] }
}
