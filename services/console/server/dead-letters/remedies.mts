// What a person can do about a cause, by its code: the same as docs/errors.md says.

const remedies: Readonly<Record<string, string>> = {
  MILLRACE_DECODE_EMPTY:
    "Find the producer by the record's key and headers; there is nothing to index.",
  MILLRACE_DECODE_HEADER:
    "Find the producer: its millrace header does not follow the format. Name the lines' format and replay.",
  MILLRACE_DECODE_LEDGER: "Find the producer by the record's headers; no line is missing for it.",
  MILLRACE_NORMALIZE_FAILED: 'Replay with a release that reads the line.',
  MILLRACE_BULK_REJECTED: "The reason is Elasticsearch's own: put it right there, then replay.",
  MILLRACE_BULK_FAILURE_STORE: 'Look into the failure store for the cause, then replay.',
}

export function remedyFor(code: string): string | undefined {
  return Object.hasOwn(remedies, code) ? remedies[code] : undefined
}
