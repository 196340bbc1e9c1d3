// Where a command speaks: results to standard output, everything else to standard error.
import type { Writable } from 'node:stream'
import { styleText } from 'node:util'
import ora from 'ora'

export type Style = Parameters<typeof styleText>[0]
type TerminalStream = Writable & { isTTY?: boolean; columns?: number }

export interface OutputOptions {
  stdout: TerminalStream
  stderr: TerminalStream
  /** Called once when nobody reads standard output any more (EPIPE). */
  onReaderGone?: () => void
}

export class Output {
  readonly #stdout: TerminalStream
  readonly #stderr: TerminalStream
  #isReaderGone = false

  constructor({ stdout, stderr, onReaderGone }: OutputOptions) {
    this.#stdout = stdout
    this.#stderr = stderr
    stdout.on('error', () => {
      if (this.#isReaderGone) return
      this.#isReaderGone = true
      onReaderGone?.()
    })
    // Notes that nobody can read are lost without harm.
    stderr.on('error', () => {})
  }

  /** Whether a person reads standard output. */
  get isTerminal(): boolean {
    return this.#stdout.isTTY === true
  }

  get isReaderGone(): boolean {
    return this.#isReaderGone
  }

  /** Writes text to standard output as it is; resolves when there is room for more. */
  async write(text: string): Promise<void> {
    if (this.#isReaderGone || text === '' || this.#stdout.write(text)) return
    await new Promise<void>((resolve) => {
      const finish = (): void => {
        this.#stdout.off('drain', finish).off('error', finish).off('close', finish)
        resolve()
      }
      this.#stdout.once('drain', finish).once('error', finish).once('close', finish)
    })
  }

  /** One line on standard output. */
  line(text: string): Promise<void> {
    return this.write(`${text}\n`)
  }

  /** One JSON value on one line of standard output. */
  json(value: unknown): Promise<void> {
    return this.line(JSON.stringify(value))
  }

  /** One line on standard error. */
  note(text: string): void {
    this.#stderr.write(`${text}\n`)
  }

  /** Text to standard error, without a line end: the prompt. */
  prompt(text: string): void {
    this.#stderr.write(text)
  }

  /** Styled for standard output; plain where it is no terminal or NO_COLOR is set. */
  style(style: Style, text: string): string {
    return styleText(style, text, { stream: this.#stdout })
  }

  /** Shows that something goes on, on a terminal only, until the work has ended. */
  async during<Value>(
    text: string,
    work: Promise<Value> | ((show: (text: string) => void) => Promise<Value>),
  ): Promise<Value> {
    // A terminal without a width (a pty that nobody sized) makes ora clear lines without end.
    const isShown = this.#stderr.isTTY === true && (this.#stderr.columns ?? 0) > 0
    if (!isShown) return typeof work === 'function' ? work(() => {}) : work
    const progress = ora({
      text,
      stream: this.#stderr as NodeJS.WriteStream,
      discardStdin: false,
      hideCursor: false,
    }).start()
    const show = (next: string): void => {
      progress.text = next
    }
    try {
      return await (typeof work === 'function' ? work(show) : work)
    } finally {
      progress.stop()
    }
  }

  /** Resolves when everything written has left the process. */
  async flush(): Promise<void> {
    for (const stream of [this.#stdout, this.#stderr]) {
      if (stream.destroyed || stream.writableLength === 0) continue
      await new Promise<void>((resolve) => {
        stream.once('error', () => resolve())
        stream.write('', () => resolve())
      })
    }
  }
}
