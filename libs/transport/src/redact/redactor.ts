// Redaction: secrets leave each line before it waits, is written to disk or goes anywhere.
import { applyEdits, redactedText } from './edits.ts'
import { KeyNames } from './key-names.ts'
import { type OwnPattern, ownFinder } from './own-pattern.ts'
import { namedFinder, type PatternName } from './patterns.ts'
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
  readonly #onFault: (error: Error) => void
  /** Values replaced so far. */
  redacted = 0

  /** `onFault` hears of errors of our own; the line has been replaced as a whole then. */
  constructor({ keys, patterns }: RedactOptions, onFault: (error: Error) => void = () => {}) {
    this.#secrets = new SecretScan(new KeyNames(keys))
    this.#values = new ValueScan(
      patterns.map((pattern) =>
        typeof pattern === 'string' ? namedFinder(pattern) : ownFinder(pattern),
      ),
    )
    this.#onFault = onFault
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
