// The contract between the page and the server: every request, answer and server-sent event. Types only.
export type {
  ApiError,
  ConsoleFacts,
  EventRow,
  Level,
  Session,
  SignInRequest,
} from './api/common.mts'
export type { LiveBatch, LiveEvents, LiveQuery, LiveReady } from './api/live.mts'
export type {
  EventAnswer,
  EventPath,
  ExplainAnswer,
  FieldSummary,
  FieldsAnswer,
  HistogramAnswer,
  HistogramBucket,
  SearchAnswer,
  SearchQuery,
  SearchScope,
  TraceAnswer,
  TraceRow,
  ValuesAnswer,
} from './api/search.mts'
export type {
  AuditFigures,
  AuditPart,
  DelaysPart,
  DeliveryAnswer,
  IndexingPart,
  InstanceFigures,
  LagPart,
  Part,
  PartitionLag,
  Percentiles,
  ServiceFigures,
  WorkersPart,
} from './api/delivery.mts'
export type {
  DeadLettersAnswer,
  LetterAnswer,
  LetterGroupFacts,
  LetterRow,
  LettersAnswer,
  Replay,
  ReplayEvents,
  ReplayRequest,
  ReplaysAnswer,
} from './api/dead-letters.mts'
