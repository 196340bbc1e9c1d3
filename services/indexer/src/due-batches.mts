// Batch: hands each batch over as soon as it is due, whatever made it so.
import type { Clock, Timer } from '@millrace/foundation'
import type { Assembly, BatchEntry } from './assembly.mts'

export class DueBatches {
  readonly #assembly: Assembly
  readonly #clock: Clock
  readonly #submit: (batch: BatchEntry[]) => void
  #timer: Timer | undefined

  constructor(assembly: Assembly, clock: Clock, submit: (batch: BatchEntry[]) => void) {
    this.#assembly = assembly
    this.#clock = clock
    this.#submit = submit
  }

  /** Those that are due; the next one, once it has waited its linger. */
  submit(): void {
    const nowMs = this.#clock.monotonicMs()
    for (;;) {
      const batch = this.#assembly.takeDue(nowMs)
      if (batch === undefined) break
      this.#submit(batch)
    }
    const dueAtMs = this.#assembly.dueAtMs()
    if (dueAtMs === undefined || this.#timer !== undefined) return
    this.#timer = this.#clock.setTimer(dueAtMs - nowMs, () => {
      this.#timer = undefined
      this.submit()
    })
  }

  /** All there are, due or not. */
  submitAll(): void {
    for (let batch = this.#assembly.take(); batch !== undefined; batch = this.#assembly.take()) {
      this.#submit(batch)
    }
  }

  /** Safe to call twice. */
  close(): void {
    this.#timer?.cancel()
  }
}
