// Redaction: pieces of a line that give way to others; every other byte stays as it was.

export const redactedText = '[redacted]'

export interface Edit {
  from: number
  /** First byte that stays again. */
  to: number
  text: string
}

/** The line with its edits made; they are in order and do not overlap. */
export function applyEdits(line: Buffer, edits: readonly Edit[]): Buffer {
  const parts: Buffer[] = []
  let from = 0
  for (const edit of edits) {
    parts.push(line.subarray(from, edit.from), Buffer.from(edit.text))
    from = edit.to
  }
  parts.push(line.subarray(from))
  return Buffer.concat(parts)
}

const doneAlready = /^(\[redacted\]|\*+)$/i

/** Whether this was redacted before, by us or by the logger, so that nothing is counted twice. */
export function isRedacted(line: Buffer, from: number, to: number): boolean {
  return to - from <= 32 && doneAlready.test(line.toString('latin1', from, to))
}
