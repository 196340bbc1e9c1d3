// An indexer worker of a chaos run.
import { join } from 'node:path'
import { Child } from './child.ts'

export class IndexerActor {
  readonly name: string
  readonly #environment: Record<string, string>
  readonly #directory: string
  #child: Child | undefined
  #isClosed = false

  constructor(name: string, environment: Record<string, string>, directory: string) {
    this.name = name
    this.#environment = environment
    this.#directory = directory
  }

  get isRunning(): boolean {
    return this.#child !== undefined && this.#child.end === undefined
  }

  start(): void {
    if (this.#isClosed || this.isRunning) return
    this.#child = new Child({
      name: this.name,
      parameters: ['services/indexer/src/main.ts'],
      environment: this.#environment,
      logFile: join(this.#directory, `${this.name}.log`),
    })
  }

  signal(signal: NodeJS.Signals): void {
    if (this.isRunning) this.#child?.signal(signal)
  }

  async kill(): Promise<void> {
    if (this.isRunning) await this.#child?.kill()
  }

  /** Killed, and never started again. */
  async close(): Promise<void> {
    this.#isClosed = true
    await this.kill()
  }

  /** Told to end; killed when it is not gone in time. */
  async stop(deadlineMs = 45_000): Promise<void> {
    const child = this.#child
    if (child === undefined || child.end !== undefined) return
    // A process that stands still cannot end.
    child.signal('SIGCONT')
    child.signal('SIGTERM')
    const overdue = setTimeout(() => child.signal('SIGKILL'), deadlineMs)
    await child.ended
    clearTimeout(overdue)
  }

  /** How it ended by itself, though nobody told it to; undefined while it runs. */
  get end(): number | string | undefined {
    return this.#child?.end
  }

  tail(): string {
    return this.#child?.tail() ?? ''
  }
}
