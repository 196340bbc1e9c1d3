// The end of a process that holds the in-process stream: what still waits is flushed before a natural exit.

/** Something that may have lines left when the process has nothing else to do. */
export interface ExitGuest {
  hasWaiting(): boolean
  /** Holds the process until everything is settled or its deadline has passed. */
  flush(): Promise<boolean>
  /** The process ends now; only synchronous work is possible. */
  onExit(): void
}

/** The part of `process` that matters here. */
export interface EndingProcess {
  on(event: 'beforeExit' | 'exit', listener: () => void): unknown
  off(event: 'beforeExit' | 'exit', listener: () => void): unknown
}

/**
 * One pair of listeners for all streams of the process, there only while a stream lives. Node emits
 * `beforeExit` again each time that work which was started there has ended; a guest whose flush has failed
 * once is not asked again, so the end comes after one deadline at most.
 */
export class ProcessEnd {
  readonly #process: EndingProcess
  readonly #guests = new Set<ExitGuest>()
  readonly #exhausted = new WeakSet<ExitGuest>()

  constructor(process: EndingProcess) {
    this.#process = process
  }

  add(guest: ExitGuest): void {
    if (this.#guests.size === 0) {
      this.#process.on('beforeExit', this.#beforeExit)
      this.#process.on('exit', this.#exit)
    }
    this.#guests.add(guest)
  }

  remove(guest: ExitGuest): void {
    if (!this.#guests.delete(guest) || this.#guests.size > 0) return
    this.#process.off('beforeExit', this.#beforeExit)
    this.#process.off('exit', this.#exit)
  }

  readonly #beforeExit = (): void => {
    for (const guest of this.#guests) {
      if (!guest.hasWaiting() || this.#exhausted.has(guest)) continue
      void this.#flush(guest)
    }
  }

  async #flush(guest: ExitGuest): Promise<void> {
    if (!(await guest.flush())) this.#exhausted.add(guest)
  }

  readonly #exit = (): void => {
    for (const guest of this.#guests) guest.onExit()
  }
}
