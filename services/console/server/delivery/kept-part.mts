// A part of the Delivery view: computed when somebody asks, at most so often, and kept with the time of its truth.
import { type Clock, errorText } from '@millrace/foundation'
import type { Part } from '../api.mts'

export interface KeptPartOptions<Value> {
  clock: Clock
  compute: (told: { signal: AbortSignal; step: (text: string) => void }) => Promise<Value>
  /** Shortest time from one computation's end to the next one's begin. Unit: ms. */
  intervalMs: number
  /** A computation that takes long is repeated the less often: after so many times its own length. Default: 4. */
  restFactor?: number
  /** Past it the computation is given up. Unit: ms. */
  timeoutMs: number
}

export class KeptPart<Value> {
  readonly #options: KeptPartOptions<Value>
  readonly #abort = new AbortController()
  #part: Omit<Part<Value>, 'isComputing'> = {}
  #running: Promise<void> | undefined

  constructor(options: KeptPartOptions<Value>) {
    this.#options = options
  }

  /** What is known now; starts a computation where it is time for one, and waits for the very first one a little. */
  async read(firstWaitMs: number): Promise<Part<Value>> {
    const { clock } = this.#options
    if (this.#running === undefined && clock.now() >= (this.#part.nextAt ?? 0)) {
      this.#running = this.#compute().finally(() => {
        this.#running = undefined
      })
    }
    const isFirst = this.#part.value === undefined && this.#part.trouble === undefined
    if (isFirst && this.#running !== undefined) {
      await Promise.race([this.#running, clock.sleep(firstWaitMs, this.#abort.signal)])
    }
    return { ...this.#part, isComputing: this.#running !== undefined }
  }

  async close(): Promise<void> {
    this.#abort.abort()
    await this.#running
  }

  async #compute(): Promise<void> {
    const { clock, compute, intervalMs, restFactor = 4, timeoutMs } = this.#options
    const giveUp = new AbortController()
    const timer = clock.setTimer(timeoutMs, () => giveUp.abort(), { unref: true })
    const signal = AbortSignal.any([giveUp.signal, this.#abort.signal])
    const startedMs = clock.monotonicMs()
    let next: Omit<Part<Value>, 'isComputing'>
    try {
      const value = await compute({
        signal,
        step: (text) => {
          this.#part = { ...this.#part, step: text }
        },
      })
      next = { value, computedAt: clock.now() }
    } catch (error) {
      const { step: _step, trouble: _trouble, ...kept } = this.#part
      const late = `it took longer than ${timeoutMs / 1_000} s and was given up`
      next = { ...kept, trouble: giveUp.signal.aborted ? late : errorText(error) }
    } finally {
      timer.cancel()
    }
    const tookMs = Math.round(clock.monotonicMs() - startedMs)
    const nextAt = clock.now() + Math.max(intervalMs, restFactor * tookMs)
    this.#part = { ...next, tookMs, nextAt }
  }
}
