// The end of a service: a signal or a crash closes everything once, within a deadline, then the process exits.
import closeWithGrace from 'close-with-grace'
import { type Clock, errorText, systemClock } from '@millrace/foundation'

export interface ShutdownCause {
  /** SIGTERM, SIGINT, …; absent when nothing was left to do, or after an error. */
  signal?: string
  /** What nobody caught. The process exits with 1 after closing. */
  error?: unknown
}

export interface ShutdownOptions {
  /** Longest wait for `close`; past it the process exits with 1. Unit: ms. */
  deadlineMs: number
  /** Ends the work. Called once. A rejection makes the exit code 1. */
  close: (cause: ShutdownCause) => Promise<void>
  /** Told in one sentence what goes wrong on the way. */
  onProblem?: (sentence: string, error?: unknown) => void
  /**
   * A signal within this time of the first one is taken for its echo: npm hands Ctrl-C on to a child that
   * the terminal has told already. A later one ends the process at once. Unit: ms. Default: 1,000.
   */
  echoMs?: number
  clock?: Clock
}

export interface Shutdown {
  /** Closes and exits as a signal would. */
  exit(): void
  /** Gives the signals back. For tests. */
  uninstall(): void
}

/** Ends the process itself, 0 or 1: for a service's main file only. */
export function onShutdown(options: ShutdownOptions): Shutdown {
  const { deadlineMs, echoMs = 1_000, clock = systemClock, onProblem = () => undefined } = options
  let begunAtMs: number | undefined
  const installed = closeWithGrace(
    {
      delay: deadlineMs,
      // close-with-grace would exit at once on any second signal; those are handled below.
      skip: [...forwardedSignals, 'SIGUSR2'],
      logger: false,
      onTimeout: () => onProblem(`Not closed within ${deadlineMs} ms; exiting with work in flight`),
      onSecondError: (error) => onProblem('Another error while closing', error),
    },
    async ({ err, signal }) => {
      begunAtMs ??= clock.monotonicMs()
      if (err !== undefined)
        onProblem(`Closing after an error that nobody caught: ${errorText(err)}`, err)
      const cause = {
        ...(signal === undefined ? {} : { signal }),
        ...(err === undefined ? {} : { error: err }),
      }
      try {
        await options.close({ ...(received === undefined ? {} : { signal: received }), ...cause })
      } catch (error) {
        onProblem(`Closing failed: ${errorText(error)}`, error)
        throw error
      }
    },
  )
  let received: string | undefined
  const onSignal = (signal: NodeJS.Signals): void => {
    if (begunAtMs === undefined) {
      begunAtMs = clock.monotonicMs()
      received = signal
      installed.close()
    } else if (clock.monotonicMs() - begunAtMs >= echoMs) {
      onProblem(`Second ${signal}: exiting with work in flight`)
      process.exit(1)
    }
  }
  for (const signal of forwardedSignals) process.on(signal, onSignal)
  return {
    exit: () => installed.close(),
    uninstall() {
      installed.uninstall()
      for (const signal of forwardedSignals) process.removeListener(signal, onSignal)
    },
  }
}

/** Signals that people, npm and container runtimes send to end a process. */
const forwardedSignals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const
