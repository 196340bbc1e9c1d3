// Failure, told: the same trouble is logged at once, and then at most once in a while with a count.
import type { Clock } from '@millrace/foundation'

/** The part of pino's logger that is used here. */
export interface ServiceLog {
  info(fields: object, text: string): void
  warn(fields: object, text: string): void
  error(fields: object, text: string): void
}

export class TroubleLog {
  readonly #log: ServiceLog
  readonly #clock: Pick<Clock, 'monotonicMs'>
  readonly #intervalMs: number
  readonly #troubles = new Map<string, { loggedAtMs: number; unlogged: number }>()

  /** @param options.intervalMs shortest time between two lines of the same trouble. Default: 10,000 ms. */
  constructor(
    log: ServiceLog,
    clock: Pick<Clock, 'monotonicMs'>,
    options: { intervalMs?: number } = {},
  ) {
    this.#log = log
    this.#clock = clock
    this.#intervalMs = options.intervalMs ?? 10_000
  }

  /** @param name tells troubles apart; from a small closed set, since each is remembered. */
  report(name: string, level: 'warn' | 'error', text: string, fields: object = {}): void {
    const nowMs = this.#clock.monotonicMs()
    const known = this.#troubles.get(name)
    if (known !== undefined && nowMs - known.loggedAtMs < this.#intervalMs) {
      known.unlogged += 1
      return
    }
    const times = known === undefined ? {} : { times: known.unlogged + 1 }
    this.#troubles.set(name, { loggedAtMs: nowMs, unlogged: 0 })
    this.#log[level]({ trouble: name, ...times, ...fields }, text)
  }

  /** The trouble is over; says so when it had been logged. */
  over(name: string, text: string): void {
    if (this.#troubles.delete(name)) this.#log.info({ trouble: name }, text)
  }
}
