// Redaction: secrets leave each line before it waits, is written to disk or goes anywhere.
import { applyEdits, redactedText } from './edits.ts'
import { KeyNames } from './key-names.ts'
import { type OwnPattern, ownFinder } from './own-pattern.ts'
import { namedFinder, type PatternName } from './patterns.ts'
import { QuickLook } from './quick-look.ts'
import { SecretScan } from './secret-scan.ts'
import { ValueScan } from './value-scan.ts'

export interface RedactOptions {
  /** Beside the default names: `name`, `*end-of-name`, or `!name` for one that stays. */
  keys: readonly string[]
  patterns: readonly (PatternName | OwnPattern)[]
}

export class Redactor {
  readonly #secrets: SecretScan
  readonly #values: ValueScan
  readonly #quickLook: QuickLook | undefined
  readonly #onFault: (error: Error) => void
  /** Values replaced so far. */
  redacted = 0

  /** `onFault` hears of errors of our own; the line has been replaced as a whole then. */
  constructor({ keys, patterns }: RedactOptions, onFault: (error: Error) => void = () => {}) {
    const names = new KeyNames(keys)
    this.#secrets = new SecretScan(names)
    // What values look like can't be told from names.
    this.#quickLook = patterns.length === 0 ? QuickLook.of(names) : undefined
    this.#values = new ValueScan(
      patterns.map((pattern) =>
        typeof pattern === 'string' ? namedFinder(pattern) : ownFinder(pattern),
      ),
    )
    this.#onFault = onFault
  }

  /** Lines from `start` up to, and without, `end` come next, in order. */
  begin(chunk: Buffer, start: number, end: number): void {
    this.#quickLook?.begin(chunk, start, end)
  }

  /** False where `redact` would give back the line itself; most lines are told apart by that for a fraction of its cost. */
  mayHold(chunk: Buffer, start: number, end: number): boolean {
    return this.#quickLook?.mayHold(chunk, start, end) ?? true
  }

  /** The line itself when there is nothing in it to redact. Never throws; what can't be looked through does not pass. */
  redact(line: Buffer): Buffer {
    try {
      return this.#replace(this.#replace(line, this.#secrets), this.#values)
    } catch (error) {
      this.redacted++
      this.#onFault(error instanceof Error ? error : new Error('unknown'))
      return Buffer.from(redactedText)
    }
  }

  #replace(line: Buffer, scan: SecretScan | ValueScan): Buffer {
    const edits = scan.find(line)
    if (edits.length === 0) return line
    this.redacted += edits.length
    return applyEdits(line, edits)
  }
}
