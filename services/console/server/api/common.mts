// What all calls between the page and the server have in common. Every unsafe call (POST, DELETE) carries the header
// `x-millrace-console: 1` and, with a body, `content-type: application/json`; it must come from the page's own origin.

/** Weakest first. */
export type Level = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal'

/** Where a record lies in Kafka. */
export interface RecordPlace {
  topic: string
  partition: number
  offset: number
}

/** The body of every answer that is not 2xx. One line, no secrets. */
export interface ApiError {
  error: {
    /**
     * For programs: `filter` (the filter is not understood; `at` says where), `input` (a parameter; `parameter`
     * names it), `sign-in` (401: POST /api/session first), `forbidden` (403), `not-found` (404), `conflict` (409),
     * `busy` (429 or 503: try again), `elasticsearch` or `kafka` (502: that server did not answer or refused),
     * `internal` (500).
     */
    code:
      | 'filter'
      | 'input'
      | 'sign-in'
      | 'forbidden'
      | 'not-found'
      | 'conflict'
      | 'busy'
      | 'elasticsearch'
      | 'kafka'
      | 'internal'
    /** What was wrong and what would be right, for a person. */
    message: string
    /** With `filter`: which characters of the filter are meant; `to` is after the last. UTF-16 units, as in JavaScript. */
    at?: { from: number; to: number }
    /** With `input`: the parameter's name. */
    parameter?: string
  }
}

/** GET /api/session: answered without a token, too. */
export interface Session {
  /** False where the console listens on loopback only and no token is set. */
  isTokenNeeded: boolean
  isSignedIn: boolean
}

/** POST /api/session: 204 and a cookie (HttpOnly, SameSite=Strict), or 401. DELETE /api/session ends it: 204. */
export interface SignInRequest {
  token: string
}

/** GET /api/console: what the page should know at its start. */
export interface ConsoleFacts {
  version: string
  /** The topic, its dead-letter topic and the indexers' consumer group. */
  topic: string
  deadLetterTopic: string
  group: string
  /** Absent where no Kibana is known. */
  kibanaUrl?: string
  limits: {
    /** Longest filter. Unit: characters. */
    filterCharactersMax: number
    /** Most rows of one search answer. */
    rowsMax: number
    /** Most rows a second that one Live view gets; beyond it they are sampled. */
    liveRowsPerSecondMax: number
    /** Texts in rows and documents are cut past this; `CutText` tells. Unit: characters. */
    textCharactersMax: number
  }
}

/** One event as a list shows it. Texts are the line's own: hostile, to be shown as text only. */
export interface EventRow {
  /** `event.id`, the `_id` in Elasticsearch. */
  id: string
  /** `@timestamp` as the document has it: ISO 8601 in UTC, up to nanoseconds. */
  timestamp: string
  /** Absent where the line has none. */
  level?: Level
  service?: string
  /** `event.dataset`. */
  dataset?: string
  /** First line(s) of the message, cut to `messageCharacters` at most 2,000 characters. May be empty. */
  message: string
  /** True length where `message` is cut. Unit: characters. */
  messageCharacters?: number
  /** What the message may not say: `POST /orders 201 · 12 ms`, of an event with HTTP fields. */
  detail?: string
  errorType?: string
  traceId?: string
  /** The format that recognized it. */
  format?: string
  /** The backing index, where the row comes from Elasticsearch; GET /api/events/:id is quicker with it. */
  index?: string
  /** Where the row comes from Kafka. */
  place?: RecordPlace
  /** Set where the normalizer rejects the line: it becomes a dead letter, and this is why. */
  rejected?: { code: string; reason: string }
}
