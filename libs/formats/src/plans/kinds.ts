// What stands at a place of a line, by number; the plan machine has the same ones (machine/kinds.ts).

/** All but the first two are values that may be others in the next line. */
export const kinds = {
  /** The line is over. */
  end: 0,
  /** Lines that go on like this have no plan. */
  refused: 1,
  /** A text that is not empty, without its quotes. */
  text: 2,
  number: 3,
  integer: 4,
  /** Whole milliseconds since 1970, of the years 2001 to 2286. */
  epochMs: 5,
  /** A date and time with its zone. */
  isoTime: 6,
  /** Ids in lower case, without their quotes. */
  hex16: 7,
  hex32: 8,
  ip: 9,
  /** Milliseconds, not negative. */
  durationMs: 10,
  /** A text that is not in the document. */
  masked: 11,
  /** The parts of a request target, after `/`, `?` and `#`; each may be empty. */
  urlPath: 12,
  urlQuery: 13,
  urlFragment: 14,
} as const

/** What fills a gap of a document: a value of the line by its number from 0, or one of these; see machine/document.ts. */
export const gaps = {
  iso: -1,
  duration: -2,
  id: -3,
  createdAt: -4,
  receivedAt: -5,
  instance: -6,
  sequence: -7,
  delayMs: -8,
  partition: -9,
} as const
