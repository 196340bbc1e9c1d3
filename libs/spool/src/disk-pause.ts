// The disk, given time: after a failure nothing is tried for a while, each time for longer.
import { type Clock, errorText } from '@millrace/foundation'
import { SpoolFullError } from './begin-segment.ts'
import type { AppendOutcome } from './records.ts'

export type Refusal = Extract<AppendOutcome, { ok: false }>

export interface DiskPauseOptions {
  clock: Pick<Clock, 'monotonicMs'>
  note: (kind: string, text: string) => void
  retryInitialMs: number
  retryMaxMs: number
}

export class DiskPause {
  readonly #options: DiskPauseOptions
  #failures = 0
  #refusal: Refusal | undefined
  #retryAt = 0

  constructor(options: DiskPauseOptions) {
    this.#options = options
  }

  /** Why nothing is taken now; undefined when it may be tried. */
  get refusal(): Refusal | undefined {
    return this.#options.clock.monotonicMs() < this.#retryAt ? this.#refusal : undefined
  }

  begin(error: unknown): Refusal {
    const { clock, note, retryInitialMs, retryMaxMs } = this.#options
    const isFull = error instanceof SpoolFullError
    // Room comes when others send what they hold, not by waiting longer.
    const doublings = isFull ? 0 : Math.min(this.#failures++, 30)
    const waitMs = Math.min(retryMaxMs, retryInitialMs * 2 ** doublings)
    this.#retryAt = clock.monotonicMs() + waitMs
    const detail = errorText(error)
    this.#refusal = { ok: false, reason: isFull ? 'spool-full' : 'spool-failed', detail }
    note('spool', `the spool takes no lines: ${detail}; next try in ${waitMs / 1000} s`)
    return this.#refusal
  }

  /** The disk has taken something. */
  end(): void {
    if (this.#refusal === undefined) return
    this.#failures = 0
    this.#refusal = undefined
    this.#retryAt = 0
    this.#options.note('spool-again', 'the spool takes lines again')
  }
}

/** The disk, or what stands before it, does not take some records. */
export function failed(detail: string): Refusal {
  return { ok: false, reason: 'spool-failed', detail }
}
