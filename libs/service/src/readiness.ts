// Ready or not: the checks behind /readyz, each with a bound, all answered together.
import { type Clock, errorText } from '@millrace/foundation'

/** `undefined` when all is well, else one sentence for a person. A rejection counts as its reason. */
export type ReadinessCheck = () => Promise<string | undefined> | string | undefined

export interface ReadinessAnswer {
  ready: boolean
  /** Name of the check to `ok` or the reason why not. */
  checks: Record<string, string>
}

export interface ReadinessOptions {
  checks: Readonly<Record<string, ReadinessCheck>>
  clock: Clock
  /** Longest wait for one check. Unit: ms. Default: 2,000. */
  checkTimeoutMs?: number
}

/**
 * Runs all checks side by side. Callers that ask while a run is under way share its answer, so that a
 * crowd of probes costs no more than one; a check that still hangs from an earlier run is not started
 * again.
 */
export function createReadiness(options: ReadinessOptions): () => Promise<ReadinessAnswer> {
  const hanging = new Map<string, Promise<string | undefined>>()
  let running: Promise<ReadinessAnswer> | undefined

  const runCheck = async (name: string, check: ReadinessCheck): Promise<string> => {
    const started =
      hanging.get(name) ??
      Promise.resolve()
        .then(check)
        .catch((error: unknown) => errorText(error))
        .finally(() => hanging.delete(name))
    hanging.set(name, started)
    return (await withDeadline(started, options)) ?? 'ok'
  }

  const run = async (): Promise<ReadinessAnswer> => {
    const names = Object.entries(options.checks)
    const answers = await Promise.all(names.map(([name, check]) => runCheck(name, check)))
    const checks = Object.fromEntries(names.map(([name], index) => [name, answers[index]!]))
    return { ready: answers.every((answer) => answer === 'ok'), checks }
  }

  return () => {
    running ??= run().finally(() => {
      running = undefined
    })
    return running
  }
}

async function withDeadline(
  started: Promise<string | undefined>,
  { clock, checkTimeoutMs = 2_000 }: ReadinessOptions,
): Promise<string | undefined> {
  const done = new AbortController()
  const late = `no answer within ${checkTimeoutMs} ms`
  const deadline = clock.sleep(checkTimeoutMs, done.signal).then(() => late)
  const answer = await Promise.race([started, deadline])
  done.abort()
  return answer
}
