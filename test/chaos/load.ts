// The load and the faults: services log their lines while the schedule is carried out.
import { setTimeout as after } from 'node:timers/promises'
import { errorText } from '@millrace/foundation'
import { carryOutFault, heldBy, type Scene } from './faults.ts'
import { Holds } from './holds.ts'
import type { Progress } from './progress.ts'
import { type PlannedFault, type Schedule, seconds } from './schedule.ts'
import { group, topic } from './world.ts'

export interface LoadOptions {
  scene: Scene
  schedule: Schedule
  progress: Progress
  /** One line per begin and end of a fault. */
  say: (text: string) => void
  /** What should not have happened. */
  breach: (text: string) => void
}

const watchMs = 1_000

/** Resolves when every line is logged and every fault healed. Rejects when the signal is aborted. */
export async function runLoad(options: LoadOptions): Promise<void> {
  const { scene, schedule, breach } = options
  const { services, signal } = scene
  const holds = new Holds()
  const startedAtMs = performance.now()
  for (const service of services) service.start()
  const healed = new AbortController()
  const watching = watch(options, holds, healed.signal)
  try {
    await Promise.all(schedule.faults.map((fault) => bring(fault, options, { holds, startedAtMs })))
    const deadlineMs = performance.now() + 120_000 + 2 * schedule.loadMs
    while (!services.every((service) => service.isDone)) {
      await after(100, undefined, { signal })
      if (performance.now() < deadlineMs) continue
      const late = services.filter((service) => !service.isDone)
      breach(`${late.map(({ name }) => name).join(', ')} did not come to an end`)
      return
    }
  } finally {
    healed.abort()
    await watching
  }
}

async function bring(
  fault: PlannedFault,
  { scene, progress, say, breach }: LoadOptions,
  { holds, startedAtMs }: { holds: Holds; startedAtMs: number },
): Promise<void> {
  const { signal } = scene
  const waitMs = startedAtMs + fault.atMs - performance.now()
  await after(Math.max(0, waitMs), undefined, { signal })
  const letGo = await holds.take(heldBy(fault, scene))
  if (signal.aborted) return letGo()
  const beganAtMs = performance.now()
  const name = `fault ${fault.number} ${fault.kind}`
  say(`${seconds(beganAtMs - startedAtMs)}  ${name} begins, ${seconds(fault.durationMs)}`)
  const end = progress.begin(fault.kind)
  try {
    const outcome = await carryOutFault(fault, scene)
    const note = outcome === undefined ? '' : `: ${outcome}`
    say(`${seconds(performance.now() - startedAtMs)}  ${name} is over${note}`)
  } catch (error) {
    if (!signal.aborted) breach(`${name} could not be carried out or healed: ${errorText(error)}`)
  } finally {
    end()
    letGo()
  }
}

/** Processes that ended though nobody told them to, and partitions that do not go on. */
async function watch(
  { scene, progress, breach }: LoadOptions,
  holds: Holds,
  healed: AbortSignal,
): Promise<void> {
  const signal = AbortSignal.any([healed, scene.signal])
  while (!signal.aborted) {
    for (const actor of [...scene.indexers, ...scene.services]) {
      if (actor.isRunning || holds.isHeld(actor.name)) continue
      if ('isDone' in actor && actor.isDone) continue
      breach(`${actor.name} ended by itself with ${actor.end}: ${actor.tail()}`)
      actor.start()
    }
    await observeCommits(scene, progress)
    await after(watchMs, undefined, { signal }).catch(() => undefined)
  }
}

/** Tells the progress; returns how many records are still to be read. Undefined while Kafka does not answer. */
export async function observeCommits(
  { world }: Scene,
  progress: Progress,
): Promise<number | undefined> {
  try {
    const [ends, committed] = await Promise.all([
      world.administration.topicOffsets(topic),
      world.administration.groupOffsets(group, topic),
    ])
    const byPartition = new Map(committed.map(({ partition, offset }) => [partition, offset]))
    let lag = 0
    for (const { partition, low, high } of ends) {
      const done = Math.max(low, byPartition.get(partition) ?? -1)
      lag += high - done
      progress.onCommitted(partition, done, high)
    }
    return lag
  } catch {
    return undefined
  }
}
