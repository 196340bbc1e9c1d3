// The interface of a format: how it knows a line, and how the line becomes a document.
import type { Draft } from './draft.ts'
import type { ParsedJson } from './parse-json.ts'

/** One line, decoded. */
export interface Line {
  text: string
  /** The line as one JSON object; undefined for everything else. */
  json: ParsedJson | undefined
}

/**
 * One log format. `Parsed` is what recognizing a line yields, so that nothing is parsed twice.
 * Formats are pure: no clock, no I/O, and they never throw for any line.
 */
export interface LogFormat<Parsed = unknown> {
  /** Lower case; what `millrace.format` says and what a record's header may name. */
  readonly name: string
  /** Other names that a header may use. */
  readonly aliases?: readonly string[]
  /** `json` formats are asked about lines that are one JSON object, `text` formats about all others. */
  readonly shape: 'json' | 'text'
  /** How such a line is known, in one clause for a person: for `millrace explain --verbose` and docs/formats.md. */
  readonly signature?: string
  /** Whether the line is of this format, in time linear in its length. The registry's order decides between formats. */
  recognize(line: Line): Parsed | undefined
  /**
   * Asked in place of `recognize` when the record's header names this format: everything the format can read at all,
   * signature or not. Default: `recognize`.
   */
  accept?(line: Line): Parsed | undefined
  /** Writes the event into `draft`. Defaults and the record's facts are filled in afterwards. */
  normalize(parsed: Parsed, draft: Draft, context: FormatContext): void
}

/** What a format can ask of the record it works on. */
export interface FormatContext {
  /** The line that is being read: within an envelope, its content. */
  readonly line: Line
  /** Starts another event of the same record (OTLP batches, CloudWatch): its id is the record's with an index. */
  nextEvent(): Draft
  /** The record holds no event after all (control messages): `draft` is not indexed. */
  discard(draft: Draft): void
  /**
   * For envelopes (Docker, CRI, CloudWatch): detects `text` and writes it into `draft`. What the envelope itself says
   * is put afterwards, so that it only fills what the payload left open. Bounded; past the bound it is plain text.
   */
  unwrap(text: string, draft: Draft): void
  /** `unwrap` unless `text` is plain text: then false, nothing is written, and the text is the caller's own message. */
  tryUnwrap(text: string, draft: Draft): boolean
}

/** Keeps the type of `Parsed` while formats of all kinds share one list. */
export function defineFormat<Parsed>(format: LogFormat<Parsed>): LogFormat {
  return format
}
