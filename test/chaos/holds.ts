// Who holds what: two faults never take hold of the same process or connection at once.

export class Holds {
  readonly #held = new Set<string>()
  readonly #waiting: (() => void)[] = []

  isHeld(name: string): boolean {
    return this.#held.has(name)
  }

  /** Resolves, once all of them are free, with what lets go of them again. */
  async take(names: readonly string[]): Promise<() => void> {
    while (names.some((name) => this.#held.has(name))) {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve)
      })
    }
    for (const name of names) this.#held.add(name)
    return () => {
      for (const name of names) this.#held.delete(name)
      for (const wake of this.#waiting.splice(0)) wake()
    }
  }
}
