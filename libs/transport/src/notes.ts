// What the transport says to a person: one line on standard error, at most one of a kind every ten seconds.
import type { Clock } from '@millrace/foundation'
import type { DropReason } from './settings.ts'

const noteIntervalMs = 10_000

/** Never speaks through the logger that feeds it: that would feed itself. */
export class Notes {
  readonly #clock: Pick<Clock, 'monotonicMs'>
  readonly #write: (line: string) => void
  readonly #saidAt = new Map<string, number>()
  #drops = new Map<DropReason, number>()
  #why: string | undefined

  constructor(clock: Pick<Clock, 'monotonicMs'>, write: (line: string) => void) {
    this.#clock = clock
    this.#write = write
  }

  /** `why` is told with the next note of drops: what stood in the way of these lines. */
  dropped(reason: DropReason, count: number, why?: string): void {
    this.#why = why ?? this.#why
    this.#drops.set(reason, (this.#drops.get(reason) ?? 0) + count)
    if (this.#isDue('dropped')) this.#sayDrops()
  }

  /** `kind` groups what counts as the same thing said twice. */
  trouble(kind: string, text: string): void {
    if (this.#isDue(kind)) this.#say(text)
  }

  /** Said only where `trouble` of that kind was said, which then may be said again at once. */
  over(kind: string, text: string): void {
    if (this.#saidAt.delete(kind)) this.#say(text)
  }

  /** Drops that were counted since the last note. */
  end(): void {
    if (this.#drops.size > 0) this.#sayDrops()
  }

  #sayDrops(): void {
    const counts = [...this.#drops].map(([reason, count]) => `${count} ${reason}`)
    const because = this.#why === undefined ? '' : `; ${this.#why}`
    this.#drops = new Map()
    this.#why = undefined
    this.#say(`lines dropped: ${counts.join(', ')}${because}`)
  }

  #isDue(kind: string): boolean {
    const now = this.#clock.monotonicMs()
    const last = this.#saidAt.get(kind)
    if (last !== undefined && now - last < noteIntervalMs) return false
    this.#saidAt.set(kind, now)
    return true
  }

  #say(text: string): void {
    this.#write(`millrace: ${text}`)
  }
}
