// All workers replaced while lines come: as a rollout does it, the new one first.
import { setTimeout as sleep } from 'node:timers/promises'
import type { World } from '../indexer/world.ts'
import { usualLines } from '../indexer/world.ts'
import { repeated } from '../lines/sized-lines.ts'
import { untilMembers } from './group.ts'
import { startWorker, stopped } from './workers.ts'

const distinctLines = 50_000
const quietMs = 3_000

/** @returns what the sink saw of it */
export async function rollingRestart(
  world: World,
  run: { workers: number; rate: number; partitions: number; signal: AbortSignal },
): Promise<{
  tookSeconds: number
  longestGapSeconds: number
  gapsSeconds: number
  duplicates: number
  documents: number
}> {
  const { workers, rate, partitions, signal } = run
  const topic = world.newTopic()
  const target = world.newTarget(topic, world.sink.url)
  let current = Array.from({ length: workers }, () => startWorker(target))
  const all = [...current]
  const filling = new AbortController()
  try {
    const { result } = await world.sink.begin({
      pids: [],
      documents: Number.MAX_SAFE_INTEGER,
      delayMs: 0,
      digests: false,
      tracksIds: true,
    })
    await world.createTopic(topic, partitions)
    await untilMembers(target, workers, signal)
    const filled = world.trickle({
      topic,
      linesPerSecond: rate,
      lines: repeated(usualLines(), distinctLines),
      until: filling.signal,
    })
    // Awaited below; where something else fails before, that is what is told.
    filled.catch(() => {})
    await sleep(quietMs, undefined, { signal })
    const startedAt = performance.now()
    for (const old of current) {
      const fresh = startWorker(target)
      all.push(fresh)
      await Promise.race([untilMembers(target, workers + 1, signal), fresh.failed])
      await old.end()
      await Promise.race([untilMembers(target, workers, signal), fresh.failed])
    }
    current = all.slice(workers)
    const tookSeconds = (performance.now() - startedAt) / 1000
    await sleep(quietMs, undefined, { signal })
    filling.abort()
    world.sink.expect(await filled)
    const done = await Promise.race([
      result,
      ...current.map((worker) => worker.failed),
      stopped(signal),
    ])
    return {
      tookSeconds,
      longestGapSeconds: done.longestGapMs / 1000,
      gapsSeconds: done.gapsMs / 1000,
      duplicates: done.sent - done.last.documents,
      documents: done.last.documents,
    }
  } finally {
    filling.abort()
    await Promise.all(all.map((worker) => worker.end()))
  }
}
