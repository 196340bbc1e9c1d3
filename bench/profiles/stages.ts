// A CPU profile, added up by stage of the journey.

/** What of V8's profile format is used here (Chrome DevTools Protocol, `Profiler.Profile`). */
export interface CpuProfile {
  nodes: readonly ProfileNode[]
  /** Node ids, one per sample. */
  samples: readonly number[]
  /** Microseconds between samples. */
  timeDeltas: readonly number[]
}

export interface ProfileNode {
  id: number
  callFrame: { functionName: string; url: string }
  children?: readonly number[]
}

/** Asked in turn; the first whose pattern is in a function's file has its time. */
export type Stages = readonly { name: string; files: RegExp }[]

export const garbageCollection = 'garbage collection, in this thread'
export const nodeItself = 'Node itself: sockets, timers, modules'
const waiting = new Set(['(idle)', '(root)'])

/** Microseconds of each stage, largest first; what no function of ours has called is Node's own. */
export function timesByStage(profile: CpuProfile, stages: Stages): Map<string, number> {
  const stageOf = stagesOf(profile, stages)
  const times = new Map<string, number>()
  for (const [id, time] of selfTimes(profile)) {
    const stage = stageOf.get(id)
    if (stage !== undefined) times.set(stage, (times.get(stage) ?? 0) + time)
  }
  return new Map([...times].toSorted(([, one], [, other]) => other - one))
}

/** Microseconds of each node's own function. */
export function selfTimes({ samples, timeDeltas }: CpuProfile): Map<number, number> {
  const times = new Map<number, number>()
  for (let sample = 0; sample < samples.length; sample++) {
    const id = samples[sample]!
    times.set(id, (times.get(id) ?? 0) + timeDeltas[sample]!)
  }
  return times
}

/** Functions without a file, or of Node, belong to whoever called them. A thread that waits is in no stage. */
export function stagesOf({ nodes }: CpuProfile, stages: Stages): Map<number, string> {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const stageOf = new Map<number, string>()
  const walk: { id: number; caller: string }[] = nodes
    .slice(0, 1)
    .map(({ id }) => ({ id, caller: nodeItself }))
  for (let next = walk.pop(); next !== undefined; next = walk.pop()) {
    const { callFrame, children = [] } = byId.get(next.id)!
    const { functionName, url } = callFrame
    const own = stages.find(({ files }) => files.test(url))?.name ?? next.caller
    const stage = functionName === '(garbage collector)' ? garbageCollection : own
    if (!waiting.has(functionName)) stageOf.set(next.id, stage)
    for (const id of children) walk.push({ id, caller: own })
  }
  return stageOf
}
