// One process of `npm start`: started, logged to a file, started again when it dies, stopped in time.
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { backoffDelayMs, type Clock, type Random } from '@millrace/foundation'

/** A process that lived this long is restarted at once again: its deaths are not one and the same trouble. Unit: ms. */
const steadyMs = 60_000
const guard = join(dirname(fileURLToPath(import.meta.url)), 'die-with-parent.mjs')

export interface ServiceProcessOptions {
  name: string
  /** Absolute path of the program. */
  program: string
  arguments?: readonly string[]
  environment: NodeJS.ProcessEnv
  /** Folder for `<name>.log`; output is appended. */
  logDirectory: string
  clock: Clock
  random: Random
  /** Called after each start and restart. */
  onStarted(pid: number): void
  /** Called when the process ended without being asked to. */
  onDied(description: string): void
  /** First and longest wait before a restart. Unit: ms. Default 500 and 10000. */
  restart?: { initialMs: number; maxMs: number }
}

/** A process that is kept running until `stop`. */
export class ServiceProcess {
  readonly name: string
  readonly logPath: string
  readonly #options: ServiceProcessOptions
  #child: ChildProcess | undefined
  #exited: Promise<void> = Promise.resolve()
  #stopping = new AbortController()
  #restarts = 0
  #quickDeaths = 0
  #startedAtMs = 0

  constructor(options: ServiceProcessOptions) {
    this.name = options.name
    this.#options = options
    this.logPath = join(options.logDirectory, `${options.name}.log`)
  }

  get pid(): number | undefined {
    return this.#child?.pid
  }

  get restarts(): number {
    return this.#restarts
  }

  start(): void {
    const { program, environment } = this.#options
    mkdirSync(dirname(this.logPath), { recursive: true })
    const log = openSync(this.logPath, 'a')
    // An own process group, so that Ctrl-C in the terminal reaches only the process that stops all others in order.
    const child = spawn(
      process.execPath,
      ['--import', guard, program, ...(this.#options.arguments ?? [])],
      { env: environment, stdio: ['ignore', log, log, 'ipc'], detached: true },
    )
    closeSync(log)
    this.#child = child
    this.#startedAtMs = this.#options.clock.monotonicMs()
    this.#exited = new Promise((resolve) => {
      child.once('error', (error) => {
        resolve()
        this.#options.onDied(`could not be started: ${error.message}`)
      })
      child.once('exit', (code, signal) => {
        resolve()
        if (!this.#stopping.signal.aborted) void this.#restart(code, signal)
      })
    })
    if (child.pid !== undefined) this.#options.onStarted(child.pid)
  }

  /** SIGTERM, and SIGKILL after `deadlineMs`. Safe to call twice. */
  async stop(deadlineMs: number): Promise<void> {
    this.#stopping.abort()
    const child = this.#child
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGTERM')
    const timer = this.#options.clock.setTimer(deadlineMs, () => child.kill('SIGKILL'))
    await this.#exited
    timer.cancel()
  }

  async #restart(code: number | null, signal: NodeJS.Signals | null): Promise<void> {
    const { clock, random, restart } = this.#options
    this.#options.onDied(signal === null ? `ended with code ${code}` : `was ended by ${signal}`)
    this.#restarts++
    const livedMs = clock.monotonicMs() - this.#startedAtMs
    this.#quickDeaths = livedMs < steadyMs ? this.#quickDeaths + 1 : 1
    const wait = backoffDelayMs(
      this.#quickDeaths,
      restart ?? { initialMs: 500, maxMs: 10_000 },
      random,
    )
    await clock.sleep(wait, this.#stopping.signal)
    if (!this.#stopping.signal.aborted) this.start()
  }
}
