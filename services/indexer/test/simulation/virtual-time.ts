// Time of a simulated world: nothing happens but what was scheduled, in the order of its instants.
import type { Clock, Timer } from '@millrace/foundation'

interface Happening {
  atMs: number
  order: number
  run: (() => void) | undefined
}

/** A whole run of minutes takes milliseconds; the same seed gives the same run on every machine. */
export class VirtualTime {
  nowMs = 1_767_323_045_000
  #order = 0
  /** A binary heap, earliest first. */
  readonly #heap: Happening[] = []

  /** @returns a handle whose `cancel` is safe to call twice. */
  schedule(delayMs: number, run: () => void): Timer {
    const happening: Happening = {
      atMs: this.nowMs + Math.max(0, delayMs),
      order: this.#order++,
      run,
    }
    this.#push(happening)
    return {
      cancel: () => {
        happening.run = undefined
      },
    }
  }

  /** @returns false when `isDone` did not come true within `limitMs` of virtual time. */
  async run(isDone: () => boolean, limitMs: number): Promise<boolean> {
    const endMs = this.nowMs + limitMs
    await restOfPromises()
    while (!isDone()) {
      const next = this.#pop()
      if (next === undefined || next.atMs > endMs) return false
      if (next.run === undefined) continue
      this.nowMs = next.atMs
      next.run()
      await restOfPromises()
    }
    return true
  }

  #push(happening: Happening): void {
    const heap = this.#heap
    let at = heap.push(happening) - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!isBefore(happening, heap[parent]!)) break
      heap[at] = heap[parent]!
      at = parent
    }
    heap[at] = happening
  }

  #pop(): Happening | undefined {
    const heap = this.#heap
    const first = heap[0]
    const last = heap.pop()
    if (first === undefined || last === undefined || heap.length === 0) return first
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child += 1
      if (!isBefore(heap[child]!, last)) break
      heap[at] = heap[child]!
      at = child
    }
    heap[at] = last
    return first
  }
}

/** What one process sees of time and of the world: nothing while it is stopped, never again once it is killed. */
export class SimulatedProcess {
  readonly #time: VirtualTime
  #state: 'running' | 'stopped' | 'killed' = 'running'
  #missed: (() => void)[] = []

  constructor(time: VirtualTime) {
    this.#time = time
  }

  get isRunning(): boolean {
    return this.#state === 'running'
  }

  get isKilled(): boolean {
    return this.#state === 'killed'
  }

  /** SIGSTOP. */
  stop(): void {
    if (this.#state === 'running') this.#state = 'stopped'
  }

  /** SIGCONT: what it has missed happens now, in its order. */
  continue(): void {
    if (this.#state !== 'stopped') return
    this.#state = 'running'
    const missed = this.#missed
    this.#missed = []
    for (const run of missed) this.#time.schedule(0, () => this.enter(run))
  }

  /** SIGKILL. */
  kill(): void {
    this.#state = 'killed'
    this.#missed = []
  }

  /** Runs what comes to the process from outside. */
  enter(run: () => void): void {
    if (this.#state === 'running') run()
    else if (this.#state === 'stopped') this.#missed.push(run)
  }

  /** A promise for the process that `decide` settles from outside, as an answer over the network does. */
  answer<Value>(
    decide: (resolve: (value: Value) => void, reject: (error: unknown) => void) => void,
  ): Promise<Value> {
    return new Promise((resolve, reject) => {
      decide(
        (value) => this.enter(() => resolve(value)),
        (error) => this.enter(() => reject(error)),
      )
    })
  }

  get clock(): Clock {
    const time = this.#time
    const setTimer = (delayMs: number, callback: () => void): Timer => {
      let isCancelled = false
      const timer = time.schedule(delayMs, () => {
        this.enter(() => {
          if (!isCancelled) callback()
        })
      })
      return {
        cancel() {
          isCancelled = true
          timer.cancel()
        },
      }
    }
    return {
      now: () => Math.floor(time.nowMs),
      monotonicMs: () => time.nowMs,
      setTimer,
      sleep: (delayMs, signal) =>
        new Promise((resolve) => {
          if (signal?.aborted === true) return resolve()
          const timer = setTimer(delayMs, resolve)
          signal?.addEventListener('abort', () => {
            timer.cancel()
            resolve()
          })
        }),
    }
  }
}

function isBefore(one: Happening, other: Happening): boolean {
  return one.atMs < other.atMs || (one.atMs === other.atMs && one.order < other.order)
}

/** Comes back when every promise that can go on by itself has done so: immediates run after all microtasks. */
function restOfPromises(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}
