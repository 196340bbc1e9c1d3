// The Dead letters view: groups by cause, samples, one letter, and replays as jobs.

/** GET /api/dead-letters: the groups; kept for a few seconds, `?fresh=true` reads again (at most every 2 s). */
export interface DeadLettersAnswer {
  deadLetterTopic: string
  /** Epoch ms. */
  computedAt: number
  letters: number
  /** Not indexed since; the ones a replay would take. Absent where Elasticsearch did not answer; `trouble` says so. */
  open?: number
  /** Most open ones first. At most 200. */
  groups: LetterGroupFacts[]
  groupsLeftOut: number
  /** There are more letters than are looked through; these are the newest. */
  isCut: boolean
  /** Records in the topic that no indexer wrote. */
  foreign: number
  trouble?: string
}

export interface LetterGroupFacts {
  /** Names the group in all other calls. */
  group: string
  /** One of the codes of docs/errors.md, and what to do about it. */
  code: string
  remedy?: string
  letters: number
  indexed?: number
  /** `letters - indexed`. */
  open: number
  /** Epoch ms of the oldest and the newest failure. */
  firstAt: number
  lastAt: number
  attemptsMax: number
  services: string[]
  servicesLeftOut: number
  exampleId: string
  exampleReason: string
}

/** GET /api/dead-letters/letters?group=…&after=…&size=…: letters of one group (all without one), newest first. */
export interface LettersAnswer {
  letters: LetterRow[]
  /** Absent on the last page. */
  next?: string
}

export interface LetterRow {
  /** `event.id`. */
  id: string
  group: string
  code: string
  reason: string
  service?: string
  /** Epoch ms. */
  at: number
  attempts: number
  /** Absent where Elasticsearch did not answer. */
  isIndexed?: boolean
  /** The line, cut to 300 characters. Absent where it could not be read. */
  sample?: string
}

/** GET /api/dead-letters/letters/:id */
export interface LetterAnswer extends LetterRow {
  /** Where the record was read, and its time. Epoch ms. */
  topic: string
  partition: number
  offset: number
  recordAt?: number
  /** Elasticsearch's own words, where it refused it. */
  status?: number
  errorType?: string
  bulkReason?: string
  /** Earlier tries, oldest first. */
  history: { at: number; code: string; reason: string }[]
  headers: Record<string, string>
  line?: { text: string; encoding: 'utf8' | 'base64'; bytes: number; isCut: boolean }
  /** What the line becomes with this version, tried now: documents, or why not. */
  documents: Record<string, unknown>[]
  rejections: { code: string; reason: string }[]
}

/** POST /api/dead-letters/replays: 202 with the Replay, 409 while another one runs. Exactly one of id, group, all. */
export interface ReplayRequest {
  id?: string
  group?: string
  all?: true
  /** Read them as this format from now on. */
  format?: string
  /** What the person confirmed; where there are more by now, the rest is left (and said in `leftOut`). */
  lettersMax: number
}

/** GET /api/dead-letters/replays: the latest 20, newest first. GET …/replays/:id: one. DELETE …/replays/:id: stops it, 202. */
export interface ReplaysAnswer {
  replays: Replay[]
}

export interface Replay {
  id: string
  what: { id: string } | { group: string } | { all: true }
  format?: string
  /**
   * `reading` (the letters are found), `replaying`, `waiting` (for the indexers' verdict), then one of the ends:
   * `done`, `failed` (`message` says why; what was replayed stays so), `stopped`.
   */
  state: 'reading' | 'replaying' | 'waiting' | 'done' | 'failed' | 'stopped'
  /** Epoch ms. */
  startedAt: number
  endedAt?: number
  /** Records to replay; known from `replaying` on. */
  total?: number
  /** Acknowledged by Kafka. */
  replayed: number
  /** Of the replayed ones, as far as the indexers have judged: documents now, and dead letters again. */
  indexed: number
  deadLetteredAgain: number
  /** Indexed already and so not replayed. */
  alreadyIndexed: number
  leftOut: number
  /** At most 20. */
  refused: { id: string; reason: string }[]
  message?: string
}

/** GET /api/dead-letters/replays/:id/progress: server-sent events, until the end. */
export interface ReplayEvents {
  /** At each change, at most ten a second, and the last one with an end state; then the stream ends. */
  replay: Replay
}
