// A server: one Java process that can be started, stopped, killed and paused, and never outlives its parent.
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Clock } from '@millrace/foundation'
import { LocalStackError } from './errors.ts'
import { quoteLog, rotateLog } from './log-file.ts'
import { writePidFile } from './pid-file.ts'
import { trySignal } from './processes.ts'

export interface ServerPlan {
  name: string
  command: string
  arguments: readonly string[]
  environment: Readonly<Record<string, string | undefined>>
  logFile: string
  pidFile: string
  /** Writes configuration files; called before each start. */
  configure: () => void
  /** What it is not ready for yet, or undefined when it is. */
  obstacle: () => Promise<string | undefined>
}

export interface ServerBounds {
  clock: Clock
  readyTimeoutMs: number
  stopTimeoutMs: number
}

const pollMs = 100

/**
 * The launchers end at the end of their standard input (DieWithParent.java), whose other end is ours and
 * closes however this process ends. Each server is in a session of its own, so that Ctrl-C in a terminal
 * reaches the clients first.
 */
export class ServerProcess {
  readonly plan: ServerPlan
  readonly #bounds: ServerBounds
  #child: ChildProcess | undefined
  #ended: Promise<void> = Promise.resolve()
  #pauseGuard: ChildProcess | undefined

  constructor(plan: ServerPlan, bounds: ServerBounds) {
    this.plan = plan
    this.#bounds = bounds
  }

  get pid(): number | undefined {
    return this.#child?.pid
  }

  /** Resolves when the server is ready. A start that fails leaves no process. */
  async start(signal?: AbortSignal): Promise<void> {
    if (this.#child !== undefined) return
    const logOffset = rotateLog(this.plan.logFile)
    this.#spawn()
    try {
      await this.#waitUntilReady(logOffset, signal)
    } catch (error) {
      await this.kill()
      throw error
    }
  }

  /** Graceful within the bound, then killed. Does nothing when it does not run. */
  async stop(): Promise<void> {
    if (this.#child === undefined) return
    if (this.#pauseGuard !== undefined) this.resume()
    this.#signal('SIGTERM')
    const { clock, stopTimeoutMs } = this.#bounds
    const overdue = clock.setTimer(stopTimeoutMs, () => this.#signal('SIGKILL'))
    await this.#ended
    overdue.cancel()
  }

  async kill(): Promise<void> {
    this.#signal('SIGKILL')
    await this.#ended
  }

  /** A stopped process cannot notice that its parent is gone, so a guard waits to wake it then. */
  pause(): void {
    const pid = this.#requirePid()
    if (this.#pauseGuard !== undefined) return
    this.#pauseGuard = spawn('/bin/sh', ['-c', 'cat > /dev/null; kill -CONT "$0"', String(pid)], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    })
    this.#pauseGuard.unref()
    this.#signal('SIGSTOP')
  }

  resume(): void {
    this.#requirePid()
    this.#signal('SIGCONT')
    this.#dropPauseGuard()
  }

  #spawn(): void {
    const { command, arguments: commandArguments, environment, logFile, pidFile } = this.plan
    this.plan.configure()
    mkdirSync(dirname(logFile), { recursive: true })
    const log = openSync(logFile, 'a')
    const child = spawn(command, commandArguments, {
      env: { ...environment },
      detached: true,
      stdio: ['pipe', log, log],
    })
    closeSync(log)
    this.#child = child
    if (child.pid !== undefined) writePidFile(pidFile, child.pid)
    // Nothing is ever written there; an error would only say that the server is gone.
    child.stdin?.on('error', () => {})
    this.#ended = new Promise((resolve) => {
      const end = (): void => {
        this.#child = undefined
        this.#dropPauseGuard()
        rmSync(pidFile, { force: true })
        resolve()
      }
      child.once('exit', end)
      // The program could not be run at all: there will be no exit.
      child.once('error', end)
    })
  }

  async #waitUntilReady(logOffset: number, signal: AbortSignal | undefined): Promise<void> {
    const { clock, readyTimeoutMs } = this.#bounds
    const { name, logFile } = this.plan
    const deadline = clock.monotonicMs() + readyTimeoutMs
    for (;;) {
      if (signal?.aborted === true) {
        throw new LocalStackError('MILLRACE_STACK_ABORTED', 'The start was given up.')
      }
      if (this.#child === undefined) {
        throw new LocalStackError(
          'MILLRACE_STACK_START_FAILED',
          `${name} ended while it started: ${quoteLog(logFile, logOffset)} (log: ${logFile})`,
        )
      }
      const obstacle = await this.plan.obstacle()
      if (obstacle === undefined) return
      if (clock.monotonicMs() >= deadline) {
        throw new LocalStackError(
          'MILLRACE_STACK_START_FAILED',
          `${name} was not ready after ${readyTimeoutMs / 1000} s: ${obstacle}. ` +
            `Its last words: ${quoteLog(logFile, logOffset)} (log: ${logFile})`,
        )
      }
      await clock.sleep(pollMs, signal)
    }
  }

  #requirePid(): number {
    const pid = this.#child?.pid
    if (pid === undefined) {
      throw new LocalStackError('MILLRACE_STACK_NO_SERVER', `${this.plan.name} does not run.`)
    }
    return pid
  }

  #signal(signal: NodeJS.Signals): void {
    if (this.#child?.pid !== undefined) trySignal(this.#child.pid, signal)
  }

  #dropPauseGuard(): void {
    // Its child `cat` ends with its input; the shell must not get to its second command.
    this.#pauseGuard?.kill('SIGKILL')
    this.#pauseGuard?.stdin?.destroy()
    this.#pauseGuard = undefined
  }
}
