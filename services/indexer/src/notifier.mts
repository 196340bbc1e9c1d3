// Waiting: lets a few callers wait until a statement is true, asking again whenever something changed.

export class Notifier {
  #waiting: (() => void)[] = []

  /** Resolves once `isMet` holds; it is asked at once and after each `notify`. */
  async until(isMet: () => boolean): Promise<void> {
    while (!isMet()) {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve)
      })
    }
  }

  notify(): void {
    if (this.#waiting.length === 0) return
    const waiting = this.#waiting
    this.#waiting = []
    for (const wake of waiting) wake()
  }
}
