// The door of the envelope: identity and the header that travels with a record.
export {
  type EventIdParts,
  formatEventId,
  hashSource,
  isEventId,
  mintInstanceId,
  nestedEventId,
  offsetEventId,
  parseEventId,
} from './event-id.ts'
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
