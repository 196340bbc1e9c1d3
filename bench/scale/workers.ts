// Some workers of one group, from their start to the topic's last document.
import { startMeasured } from '../measured-process.ts'
import { programs, type Target } from '../indexer/programs.ts'
import type { World } from '../indexer/world.ts'
import { untilMembers } from './group.ts'

export interface WorkersFigures {
  eventsPerSecond: number
  /** Of all workers together, from the first bulk on. */
  cpuSecondsPerMillion: number
}

/** @param run.events all that the topic has */
export async function measureWorkers(
  world: World,
  run: { workers: number; events: number; delayMs: number; signal: AbortSignal },
): Promise<WorkersFigures> {
  const target = world.newTarget('bench', world.sink.url)
  const started = Array.from({ length: run.workers }, () => startWorker(target))
  try {
    const { result } = await world.sink.begin({
      pids: started.map(({ pid }) => pid),
      documents: run.events,
      delayMs: run.delayMs,
      digests: false,
      tracksIds: true,
    })
    const failed = started.map((worker) => worker.failed)
    await Promise.race([untilMembers(target, run.workers, run.signal), ...failed])
    const { first, last } = await Promise.race([result, ...failed, stopped(run.signal)])
    const sum = (seconds: readonly number[]): number => seconds.reduce((all, one) => all + one, 0)
    const documents = last.documents - first.documents
    return {
      eventsPerSecond: documents / ((last.atMs - first.atMs) / 1000),
      cpuSecondsPerMillion: ((sum(last.cpuSeconds) - sum(first.cpuSeconds)) / documents) * 1e6,
    }
  } finally {
    await Promise.all(started.map((worker) => worker.end()))
  }
}

export const startWorker = (target: Target): ReturnType<typeof startMeasured> =>
  startMeasured(programs[0]!.invocation(target))

/** Rejects when the benchmark is stopped. */
export function stopped(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
  })
}
