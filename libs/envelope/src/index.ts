// The door of the envelope: identity, the headers that travel with a record, and the ledger.
export {
  type DeadLetterAttempt,
  deadLetterDataStream,
  type DeadLetterFacts,
  deadLetterHeader,
  deadLetterHistoryMax,
  deadLetterId,
  deadLetterKeyHeader,
  decodeDeadLetterFacts,
  encodeDeadLetterFacts,
  recordIdOf,
  replayedRecordId,
} from './dead-letter.ts'
export {
  type EventIdParts,
  formatEventId,
  hashSource,
  instanceLength,
  instanceStartMs,
  isEventId,
  mintInstanceId,
  nestedEventId,
  offsetEventId,
  parseEventId,
  readEventSequence,
} from './event-id.ts'
export { eventIdBytes, EventIdWriter } from './event-id-bytes.ts'
export {
  decodeLedger,
  durabilities,
  type Durability,
  encodeLedger,
  type Ledger,
  indexerDataStream,
  ledgerDataStream,
  ledgerForAnother,
  type LedgerForAnother,
  ledgerId,
  ledgerKind,
  readLedger,
} from './ledger.ts'
export { rangesUnder, type SequenceRange, SequenceRanges } from './sequence-ranges.ts'
export {
  deadLetterTopic,
  type DecodedSource,
  decodeSourceFacts,
  defaultDataset,
  defaultNamespace,
  defaultTopic,
  encodeSourceFacts,
  headerName,
  type RecordHeaders,
  type SourceFacts,
  SourceFactsReader,
} from './source-facts.ts'
