// Between two threads: questions with bounded waits, and words that nobody answers.
import { type Clock, errorText } from '@millrace/foundation'

/** What a `Worker` and a `MessagePort` have in common. */
export interface Port {
  postMessage(message: unknown): void
  on(event: string, listener: (message: unknown) => void): unknown
}

/** Plain data goes to and fro; of an error its text. */
type Message =
  | { kind: 'ask'; number: number; what: string }
  | { kind: 'answer'; number: number; value?: unknown; error?: string }
  | { kind: 'tell'; what: string; value?: unknown }

export interface DialogueParts {
  clock: Clock
  /** By question; a rejection reaches the asker as an error with its text. */
  answers: Readonly<Record<string, () => unknown>>
  /** By word. */
  told: Readonly<Record<string, (value: never) => void>>
}

export class Dialogue {
  readonly #port: Port
  readonly #parts: DialogueParts
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>()
  readonly #shared = new Map<string, Promise<unknown>>()
  #asked = 0

  constructor(port: Port, parts: DialogueParts) {
    this.#port = port
    this.#parts = parts
    port.on('message', (message) => this.#hear(message as Message))
  }

  tell(what: string, value?: unknown): void {
    this.#post({ kind: 'tell', what, value })
  }

  /**
   * The answer of the other side. Whoever asks the same meanwhile gets the same answer, so that no more than one
   * of each question is ever on its way.
   *
   * @throws Error when the other side fails, or does not answer in time
   */
  ask(what: string, timeoutMs: number): Promise<unknown> {
    const known = this.#shared.get(what)
    if (known !== undefined) return known
    const answer = this.#ask(what, timeoutMs).finally(() => this.#shared.delete(what))
    this.#shared.set(what, answer)
    return answer
  }

  async #ask(what: string, timeoutMs: number): Promise<unknown> {
    const number = (this.#asked += 1)
    const waiting = Promise.withResolvers<unknown>()
    this.#waiting.set(number, waiting)
    const timer = this.#parts.clock.setTimer(
      timeoutMs,
      () => waiting.reject(new Error(`no answer within ${timeoutMs} ms`)),
      { unref: true },
    )
    this.#post({ kind: 'ask', number, what })
    try {
      return await waiting.promise
    } finally {
      timer.cancel()
      this.#waiting.delete(number)
    }
  }

  #hear(message: Message): void {
    if (message.kind === 'ask') return void this.#answer(message)
    if (message.kind === 'tell') return this.#parts.told[message.what]?.(message.value as never)
    const waiting = this.#waiting.get(message.number)
    if (message.error === undefined) waiting?.resolve(message.value)
    else waiting?.reject(new Error(message.error))
  }

  async #answer({ number, what }: { number: number; what: string }): Promise<void> {
    try {
      const value = await this.#parts.answers[what]?.()
      this.#post({ kind: 'answer', number, value })
    } catch (error) {
      this.#post({ kind: 'answer', number, error: errorText(error) })
    }
  }

  #post(message: Message): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- between threads there are no origins
    this.#port.postMessage(message)
  }
}
